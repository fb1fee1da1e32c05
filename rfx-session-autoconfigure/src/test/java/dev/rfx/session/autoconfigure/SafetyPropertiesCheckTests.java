package dev.rfx.session.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.Observation;
import dev.rfx.session.Policy;
import dev.rfx.session.Robot;
import dev.rfx.session.Session;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.SessionState;
import dev.rfx.session.Tensor;
import dev.rfx.session.robot.MockRobot;
import dev.rfx.session.testkit.ScriptedRobot;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.PropertySource;

/** A safety property applies to all sessions, or the application does not start. */
class SafetyPropertiesCheckTests {

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner()
                    .withPropertyValues("rfx.session.warmup=0")
                    .withConfiguration(
                            AutoConfigurations.of(
                                    SessionAutoConfiguration.class,
                                    SessionLifecycleAutoConfiguration.class));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    limits.min=-1           | limits is min [-1.0], max none, max speed none (CLAMP)
                    limits.max=1,2          | limits is min none, max [1.0, 2.0], max speed none (CLAMP)
                    limits.max-speed[0]=0.5 | limits is min none, max none, max speed [0.5] (CLAMP)
                    """)
    void limitsThatASessionOfTheApplicationDoesNotHaveAreRefused(String limit, String reason) {
        this.runner
                .withUserConfiguration(OwnOptions.class)
                .withPropertyValues("rfx.session." + limit)
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .message()
                                        .contains(
                                                "rfx.session." + reason,
                                                "the Session bean 'left' has none",
                                                "sessions.create(\"left\", robot, policy)"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "engage.enabled=true",
                "engage.enabled=false",
                "engage.duration=1s",
                "engage.max-speed=1",
                "engage.timeout=5s"
            })
    void engageGuardThatASessionOfTheApplicationDoesNotHaveIsRefused(String setting) {
        this.runner
                .withUserConfiguration(OwnOptions.class)
                .withPropertyValues("rfx.session." + setting)
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .message()
                                        .contains(
                                                "rfx.session.engage is ",
                                                "the Session bean 'left' has if available, PT2S"));
    }

    @Test
    void limitsAreRefusedForASessionThatHasTheNameOfOurs() {
        this.runner
                .withUserConfiguration(OurNameAndOwnOptions.class)
                .withPropertyValues("rfx.session.limits.max=1")
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .hasMessageContaining("the Session bean 'rfxSession'"));
    }

    @Test
    void limitsApplyToASessionWithTheOptionsOfTheStarter() {
        this.runner
                .withUserConfiguration(LimitedSession.class)
                .withPropertyValues("rfx.session.limits.max=1", "rfx.session.limits.min=-2")
                .run(
                        context -> {
                            List<Float> sent = context.getBean(LimitedSession.class).sent;
                            assertThat(sent).contains(1f, -2f).doesNotContain(9f, -9f);
                            assertThat(context.getBean(Session.class).readings())
                                    .anyMatch(reading -> reading.name().equals("clamps"));
                        });
    }

    @Test
    void restartsApplyToASessionWithTheOptionsOfTheStarter() {
        this.runner
                .withUserConfiguration(FailingSession.class)
                .withPropertyValues(
                        "rfx.session.restart.max-attempts=2",
                        "rfx.session.restart.initial-delay=1ms")
                .run(
                        context -> {
                            Session session = context.getBean(Session.class);
                            while (session.isActiveOrAwaitsRestart()) {
                                Thread.onSpinWait();
                            }
                            assertThat(session.totals().restarts()).isEqualTo(2);
                        });
    }

    /** A source whose keys cannot be listed, such as JNDI. */
    @ParameterizedTest
    @ValueSource(strings = {"limits.max", "restart.max-attempts"})
    void propertyOfASourceThatCannotBeEnumeratedIsNotIgnored(String property) {
        PropertySource<Object> source =
                new PropertySource<>("opaque", new Object()) {

                    @Override
                    public @Nullable Object getProperty(String name) {
                        return name.equals("rfx.session." + property) ? "1" : null;
                    }
                };
        this.runner
                .withInitializer(
                        context -> context.getEnvironment().getPropertySources().addFirst(source))
                .withUserConfiguration(OwnOptions.class)
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .hasMessageContaining("the Session bean 'left' has"));
    }

    @Test
    void modeOfLimitsAloneSetsNoLimits() {
        this.runner
                .withUserConfiguration(OwnOptions.class)
                .withPropertyValues("rfx.session.limits.on-violation=fail")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void emptyLimitsAreNone() {
        this.runner
                .withUserConfiguration(OwnOptions.class)
                .withPropertyValues(
                        "rfx.session.limits.min=",
                        "rfx.session.limits.max=",
                        "rfx.session.limits.max-speed=")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    stop-timeout=1s          | stop-timeout is PT1S, but the Session bean 'left' has PT2S
                    duration=1h              | duration is PT1H, but the Session bean 'left' has none
                    watchdog.timeout=200ms   | watchdog.timeout is PT0.2S, but the Session bean 'left' has none
                    watchdog.action=report   | watchdog.action is REPORT, but the Session bean 'left' has STOP_ROBOT
                    max-observation-age=50ms | max-observation-age is PT0.05S, but the Session bean 'left' has none
                    max-stale-iterations=3   | max-stale-iterations is 3, but the Session bean 'left' has 10
                    restart.max-attempts=3   | restart is RestartOptions[maxAttempts=3,
                    """)
    void optionThatASessionOfTheApplicationDoesNotHaveIsRefused(String property, String reason) {
        this.runner
                .withUserConfiguration(OwnOptions.class)
                .withPropertyValues("rfx.session." + property)
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .message()
                                        .contains(
                                                "rfx.session." + reason,
                                                "sessions.create(\"left\", robot, policy)"));
    }

    @ParameterizedTest
    @CsvSource({
        "stop-timeout=1s",
        "duration=1h",
        "watchdog.timeout=200ms",
        "watchdog.action=report",
        "max-observation-age=50ms",
        "max-stale-iterations=3",
        "limits.max=1",
        "restart.max-attempts=3"
    })
    void sessionWithTheOptionsOfTheStarterRuns(String property) {
        this.runner
                .withUserConfiguration(OptionsOfTheStarter.class)
                .withPropertyValues("rfx.session." + property)
                .run(context -> assertThat(context.getBean(Session.class).isRunning()).isTrue());
    }

    @Test
    void optionsBeanOfTheApplicationHasToHaveWhatThePropertiesSay() {
        this.runner
                .withUserConfiguration(OptionsBean.class)
                .withPropertyValues("rfx.session.watchdog.action=report")
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .hasMessageContaining(
                                                "the Session bean 'rfxSession' has STOP_ROBOT"));
    }

    @Test
    void whatIsNotSetIsTheSessionsOwn() {
        this.runner
                .withUserConfiguration(OwnOptions.class)
                .run(context -> assertThat(context.getBean(Session.class).isRunning()).isTrue());
    }

    @Test
    void nothingIsCheckedWhereSessionsAreDisabled() {
        this.runner
                .withUserConfiguration(OwnOptions.class)
                .withPropertyValues(
                        "rfx.session.enabled=false",
                        "rfx.session.limits.max=1",
                        "rfx.session.duration=1h")
                .run(
                        context ->
                                assertThat(context.getBean(Session.class).state())
                                        .isEqualTo(SessionState.NEW));
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnOptions {

        @Bean
        Session left() {
            return new Session(new MockRobot(6, 50), observation -> Tensor.zeros(6));
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OurNameAndOwnOptions {

        @Bean
        Session rfxSession() {
            return new Session(new MockRobot(6, 50), observation -> Tensor.zeros(6));
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class LimitedSession {

        final List<Float> sent = new CopyOnWriteArrayList<>();

        @Bean
        Session left(SessionOptions options) {
            Robot<String, Tensor> robot =
                    new Robot<>() {

                        @Override
                        public String observe() {
                            return "observation";
                        }

                        @Override
                        public void act(Tensor action) {
                            LimitedSession.this.sent.add(action.get(0));
                            LimitedSession.this.sent.add(action.get(1));
                        }

                        @Override
                        public String reset() {
                            return "observation";
                        }
                    };
            Session session =
                    new Session(
                            robot,
                            observation -> Tensor.of(9, -9),
                            options.withName("left").withRateHz(1000));
            session.run(Duration.ofMillis(5));
            return session;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class FailingSession {

        @Bean
        Session left(SessionOptions options) {
            return new Session(
                    new ScriptedRobot(),
                    observation -> {
                        throw new IllegalStateException("boom");
                    },
                    options.withName("left"));
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OptionsOfTheStarter {

        @Bean
        Session left(SessionOptions options) {
            return new Session(
                    new MockRobot(6, options.rateHz()),
                    observation -> Tensor.zeros(6),
                    options.withName("left").withRateHz(100));
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OptionsBean {

        @Bean
        SessionOptions options() {
            return SessionOptions.defaults();
        }

        @Bean
        MockRobot robot() {
            return new MockRobot(6, 50);
        }

        @Bean
        Policy<Observation, Tensor> policy() {
            return observation -> Tensor.zeros(6);
        }
    }
}
