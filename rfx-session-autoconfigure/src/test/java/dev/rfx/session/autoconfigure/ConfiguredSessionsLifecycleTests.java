package dev.rfx.session.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.Policy;
import dev.rfx.session.RestartPolicy;
import dev.rfx.session.Session;
import dev.rfx.session.SessionException;
import dev.rfx.session.SessionListener;
import dev.rfx.session.SessionState;
import dev.rfx.session.SessionView;
import dev.rfx.session.testkit.ScriptedRobot;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.core.annotation.Order;

/** Start and stop of eight sessions, and the beans that apply to all or one of them. */
class ConfiguredSessionsLifecycleTests {

    private static final int SESSIONS = 8;

    private final List<String> calls = new CopyOnWriteArrayList<>();

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner()
                    .withPropertyValues("rfx.session.warmup=0", "rfx.session.stop-timeout=10s")
                    .withUserConfiguration(OnePolicy.class)
                    .withConfiguration(
                            AutoConfigurations.of(
                                    ConfiguredSessionsAutoConfiguration.class,
                                    SessionAutoConfiguration.class,
                                    SessionLifecycleAutoConfiguration.class));

    private static String[] names() {
        return IntStream.range(0, SESSIONS).mapToObj(i -> "arm" + i).toArray(String[]::new);
    }

    /**
     * Eight sessions in the reverse order of their robots, so that the order of beans is not
     * theirs.
     */
    private ApplicationContextRunner eight(IntPredicate failing) {
        ApplicationContextRunner eight = this.runner;
        for (int i = SESSIONS - 1; i >= 0; i--) {
            int number = i;
            eight =
                    eight.withBean(
                            "arm" + i + "Robot", ScriptedRobot.class, () -> robot(number, failing));
        }
        return eight.withPropertyValues(
                Stream.of(names())
                        .map(name -> "rfx.session.sessions." + name + ".rate-hz=20")
                        .toArray(String[]::new));
    }

    private ScriptedRobot robot(int number, IntPredicate failing) {
        return new ScriptedRobot()
                .onReset(
                        () -> {
                            this.calls.add("reset " + number);
                            if (failing.test(number)) {
                                throw new IOException("no power");
                            }
                        })
                .onStop(() -> this.calls.add("stop " + number));
    }

    private static List<String> numbered(String call, int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> call + " " + i).toList();
    }

    @Test
    void allStartInTheOrderOfTheConfigurationAndStop() {
        eight(i -> false)
                .run(
                        context -> {
                            assertThat(context.getBeansOfType(Session.class).values())
                                    .hasSize(SESSIONS)
                                    .allMatch(Session::isRunning);
                            assertThat(this.calls).isEqualTo(numbered("reset", 0, SESSIONS));
                        });
        assertThat(this.calls.subList(SESSIONS, this.calls.size()))
                .containsExactlyInAnyOrderElementsOf(numbered("stop", 0, SESSIONS));
    }

    @Test
    void failedStartStopsThoseThatHaveStarted() {
        eight(i -> i == 5)
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .rootCause()
                                        .hasMessage("no power"));

        List<String> expected = new ArrayList<>(numbered("reset", 0, 6));
        expected.addAll(numbered("stop", 0, 6));
        assertThat(this.calls).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void failedStartOfASessionThatMayFailLeavesTheOthersRunning() {
        eight(i -> i == 5)
                .withPropertyValues("rfx.session.sessions.arm5.start-failure=continue")
                .run(
                        context ->
                                assertThat(context.getBeansOfType(Session.class))
                                        .allSatisfy(
                                                (name, session) ->
                                                        assertThat(session.state())
                                                                .isEqualTo(
                                                                        name.equals("arm5Session")
                                                                                ? SessionState
                                                                                        .FAILED
                                                                                : SessionState
                                                                                        .RUNNING)));
    }

    /** Each stop ends only when all robots are in theirs. */
    @Test
    void sessionsOfAPhaseStopInParallel() {
        CountDownLatch stopping = new CountDownLatch(SESSIONS);
        ApplicationContextRunner eight = this.runner;
        for (String name : names()) {
            eight =
                    eight.withBean(
                                    name + "Robot",
                                    ScriptedRobot.class,
                                    () ->
                                            new ScriptedRobot()
                                                    .onStop(
                                                            () -> {
                                                                stopping.countDown();
                                                                stopping.await();
                                                            }))
                            .withPropertyValues("rfx.session.sessions." + name + ".rate-hz=20");
        }
        eight.run(context -> assertThat(context).hasNotFailed());

        assertThat(stopping.getCount()).isZero();
    }

    @Test
    void lowerPhasesStartFirstAndStopLast() {
        eight(i -> false)
                .withPropertyValues(
                        "rfx.session.phase=100",
                        "rfx.session.sessions.arm7.phase=-1",
                        "rfx.session.sessions.arm0.phase=200")
                .run(
                        context -> {
                            List<String> expected = new ArrayList<>(List.of("reset 7"));
                            expected.addAll(numbered("reset", 1, 7));
                            expected.add("reset 0");
                            assertThat(this.calls).isEqualTo(expected);
                        });
        assertThat(this.calls.get(SESSIONS)).isEqualTo("stop 0");
        assertThat(this.calls.get(2 * SESSIONS - 1)).isEqualTo("stop 7");
    }

    @Test
    void failedStartStopsThePhasesThatHaveStarted() {
        eight(i -> i == 0)
                .withPropertyValues("rfx.session.phase=100", "rfx.session.sessions.arm0.phase=200")
                .run(context -> assertThat(context).hasFailed());

        assertThat(this.calls).containsAll(numbered("stop", 0, SESSIONS));
    }

    @Test
    void sessionWithoutAutoStartupWaitsForTheApplication() {
        eight(i -> false)
                .withPropertyValues("rfx.session.sessions.arm3.auto-startup=false")
                .run(
                        context -> {
                            Session waiting = context.getBean("arm3Session", Session.class);
                            assertThat(waiting.state()).isEqualTo(SessionState.NEW);
                            waiting.start();
                        });
        assertThat(this.calls).contains("stop 3");
    }

    @Test
    void listenersApplyToAllSessionsOrToTheOneOfTheirQualifier() {
        eight(i -> false)
                .withUserConfiguration(Listeners.class)
                .run(context -> assertThat(context).hasNotFailed());

        assertThat(Listeners.all).containsExactlyInAnyOrder(names());
        assertThat(Listeners.one).containsExactly("arm2");
    }

    @Test
    void restartPolicyOfAQualifierPrecedesThatOfAll() {
        eight(i -> false)
                .withUserConfiguration(Policies.class)
                .run(
                        context -> {
                            failTheRun(context, "arm2");
                            failTheRun(context, "arm3");
                            assertThat(Policies.asked).containsExactly("of arm2", "of all");
                        });
    }

    private static void failTheRun(ApplicationContext context, String name) throws Exception {
        context.getBean(name + "Robot", ScriptedRobot.class)
                .onAct(
                        () -> {
                            throw new IOException("unplugged");
                        });
        Session session = context.getBean(name + "Session", Session.class);
        session.awaitStopped(Duration.ofMinutes(1));
        session.stop();
    }

    @Test
    void customizersApplyInTheirOrder() {
        eight(i -> false)
                .withUserConfiguration(Customizers.class)
                .withPropertyValues("rfx.session.auto-startup=false")
                .run(
                        context -> {
                            Map<String, Session> sessions = context.getBeansOfType(Session.class);
                            assertThat(sessions.get("arm1Session").options().rateHz())
                                    .isEqualTo(40);
                            assertThat(sessions.get("arm2Session").options().rateHz())
                                    .isEqualTo(43);
                        });
    }

    @Test
    void customizerDoesNotOverrideASafetyProperty() {
        eight(i -> false)
                .withBean(
                        SessionOptionsCustomizer.class,
                        () -> options -> options.withStopTimeout(Duration.ofSeconds(1)))
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .hasMessageContaining(
                                                "rfx.session.stop-timeout is PT10S, but the Session"
                                                        + " bean 'arm0Session' has PT1S"));
    }

    @Test
    void customizerThatReturnsNullIsExplained() {
        eight(i -> false)
                .withBean(SessionOptionsCustomizer.class, () -> options -> null)
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .rootCause()
                                        .isInstanceOf(ConfigurationException.class)
                                        .hasMessageContaining("returns null for session 'arm0'"));
    }

    @Test
    void safetyPropertyOfOneSessionIsComparedWithThisSession() {
        this.runner
                .withBean(
                        "leftSession",
                        Session.class,
                        () -> new Session(new ScriptedRobot(), observation -> "action"))
                .withPropertyValues(
                        "rfx.session.stop-timeout=2s",
                        "rfx.session.sessions.left.watchdog.action=report")
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .message()
                                        .contains(
                                                "rfx.session.sessions.left.watchdog.action is REPORT,"
                                                        + " but the Session bean 'leftSession' has"
                                                        + " STOP_ROBOT",
                                                "sessions.create(\"left\", robot, policy)"));
    }

    @Test
    void qualifierThatIsNoSessionIsRefused() {
        eight(i -> false)
                .withUserConfiguration(Misspelled.class)
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .message()
                                        .contains(
                                                "The SessionListener bean 'misspelled' has the qualifier"
                                                        + " [amr2]",
                                                "[arm0, arm1"));
    }

    @Configuration(proxyBeanMethods = false)
    static class OnePolicy {

        @Bean
        Policy<String, String> policy() {
            return observation -> "action";
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Listeners {

        private static final List<String> all = new CopyOnWriteArrayList<>();
        private static final List<String> one = new CopyOnWriteArrayList<>();

        private static SessionListener into(List<String> started) {
            return new SessionListener() {

                @Override
                public void started(SessionView session) {
                    started.add(session.name());
                }
            };
        }

        @Bean
        SessionListener listener() {
            return into(all);
        }

        @Bean
        @Qualifier("arm2")
        SessionListener qualified() {
            return into(one);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Policies {

        private static final List<String> asked = new CopyOnWriteArrayList<>();

        private static RestartPolicy named(String name) {
            return new RestartPolicy() {

                @Override
                public @Nullable Duration delayAfter(SessionException failure) {
                    asked.add(name);
                    return null;
                }

                @Override
                public int attempts() {
                    return 0;
                }

                @Override
                public int maxAttempts() {
                    return 0;
                }
            };
        }

        @Bean
        @Scope("prototype")
        RestartPolicy restarts() {
            return named("of all");
        }

        @Bean
        @Qualifier("arm2")
        RestartPolicy restartsOfOne() {
            return named("of arm2");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Customizers {

        @Bean
        @Order(2)
        @Qualifier("arm2")
        SessionOptionsCustomizer ofOne() {
            return options -> options.withRateHz(options.rateHz() + 3);
        }

        @Bean
        @Order(1)
        SessionOptionsCustomizer ofAll() {
            return options -> options.withRateHz(options.rateHz() * 2);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Misspelled {

        @Bean
        @Qualifier("amr2")
        SessionListener misspelled() {
            return new SessionListener() {};
        }
    }
}
