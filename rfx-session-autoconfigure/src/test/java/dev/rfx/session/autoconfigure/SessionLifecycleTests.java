package dev.rfx.session.autoconfigure;

import static dev.rfx.session.testkit.Sessions.awaitIterations;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.rfx.session.Policy;
import dev.rfx.session.RestartPolicy;
import dev.rfx.session.Session;
import dev.rfx.session.SessionException;
import dev.rfx.session.SessionListener;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.SessionState;
import dev.rfx.session.SessionView;
import dev.rfx.session.event.SessionEvent;
import dev.rfx.session.event.SessionFailedEvent;
import dev.rfx.session.event.SessionRestartsExhaustedEvent;
import dev.rfx.session.event.SessionStartedEvent;
import dev.rfx.session.event.SessionStoppedEvent;
import dev.rfx.session.testkit.ChildJvm;
import dev.rfx.session.testkit.IgnoringInterrupts;
import dev.rfx.session.testkit.ScriptedRobot;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.web.server.servlet.context.AnnotationConfigServletWebServerApplicationContext;
import org.springframework.context.ApplicationContextException;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;

@ExtendWith(OutputCaptureExtension.class)
class SessionLifecycleTests {

    private static final Logger LOG = (Logger) LoggerFactory.getLogger("dev.rfx.session");

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner()
                    .withPropertyValues("rfx.session.warmup=0")
                    .withConfiguration(
                            AutoConfigurations.of(
                                    SessionAutoConfiguration.class,
                                    SessionLifecycleAutoConfiguration.class));

    @AfterEach
    void quiet() {
        LOG.setLevel(Level.OFF);
    }

    private static List<Thread> threadsNamed(String prefix) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith(prefix))
                .toList();
    }

    @Test
    void contextCanBeStoppedAndStartedAgain() {
        this.runner
                .withUserConfiguration(TestBeans.class)
                .run(
                        context -> {
                            Session session = context.getBean(Session.class);
                            ScriptedRobot robot = context.getBean(ScriptedRobot.class);
                            context.getSourceApplicationContext().stop();
                            assertThat(session.state()).isEqualTo(SessionState.STOPPED);
                            assertThat(robot.stops).hasValue(1);

                            context.getSourceApplicationContext().start();
                            assertThat(session.isRunning()).isTrue();
                            assertThat(robot.resets).hasValue(2);
                        });
    }

    @Test
    void pausedContextStopsTheSessionAndRestartRunsItAgain() {
        this.runner
                .withUserConfiguration(TestBeans.class)
                .run(
                        context -> {
                            Session session = context.getBean(Session.class);
                            ConfigurableApplicationContext source =
                                    context.getSourceApplicationContext();
                            source.pause();
                            assertThat(session.state()).isEqualTo(SessionState.STOPPED);

                            source.restart();
                            assertThat(session.isRunning()).isTrue();
                        });
    }

    @Test
    void closedContextCanBeOpenedAgainInTheSameJvm() {
        for (int i = 0; i < 3; i++) {
            while (!threadsNamed(KeepAlive.THREAD).isEmpty()) {
                Thread.onSpinWait(); // the thread of the previous context is ending
            }
            this.runner
                    .withUserConfiguration(TestBeans.class)
                    .run(
                            context -> {
                                awaitIterations(context.getBean(Session.class), 1);
                                assertThat(threadsNamed(KeepAlive.THREAD)).hasSize(1);
                            });
            assertThat(threadsNamed("rfx-session"))
                    .filteredOn(thread -> thread.getName().equals("rfx-session"))
                    .isEmpty();
        }
    }

    @Test
    void sessionStartsWithLazyInitializationToo() {
        this.runner
                .withUserConfiguration(TestBeans.class)
                .withInitializer(
                        context ->
                                context.addBeanFactoryPostProcessor(
                                        new LazyInitializationBeanFactoryPostProcessor()))
                .run(context -> assertThat(context.getBean(Session.class).isRunning()).isTrue());
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void controlThreadIsAPlatformThreadThoughVirtualThreadsAreOn() {
        AtomicReference<Thread> thread = new AtomicReference<>();
        this.runner
                .withUserConfiguration(TestBeans.class)
                .withPropertyValues("spring.threads.virtual.enabled=true")
                .run(
                        context -> {
                            context.getBean(ScriptedRobot.class)
                                    .onAct(() -> thread.set(Thread.currentThread()));
                            awaitIterations(context.getBean(Session.class), 2);
                            assertThat(thread.get().getClass()).isEqualTo(Thread.class);
                        });
    }

    @Test
    void threadKeepsTheJvmAliveWhileTheSessionRunsAndNoLonger() throws Exception {
        AtomicReference<Thread> keepAlive = new AtomicReference<>();
        this.runner
                .withUserConfiguration(TestBeans.class)
                .run(
                        context -> {
                            keepAlive.set(threadsNamed(KeepAlive.THREAD).get(0));
                            assertThat(keepAlive.get().isDaemon()).isFalse();
                            context.getBean(Session.class).stop();
                            keepAlive.get().join();
                            // A start by the application counts, too.
                            context.getBean(Session.class).start();
                            while (threadsNamed(KeepAlive.THREAD).isEmpty()) {
                                Thread.onSpinWait();
                            }
                        });
        assertThat(keepAlive.get().isAlive()).isFalse();
    }

    @Test
    void eventsArePublishedOffTheControlThread() {
        AtomicReference<Events> events = new AtomicReference<>();
        this.runner
                .withUserConfiguration(TestBeans.class, Events.class)
                .run(context -> events.set(context.getBean(Events.class)));

        assertThat(events.get().received)
                .hasExactlyElementsOfTypes(SessionStartedEvent.class, SessionStoppedEvent.class)
                .allMatch(event -> event.getBeanName().equals("rfxSession"));
        assertThat(events.get().threads).containsOnly("rfx-session-events");
    }

    @Test
    void failureIsPublishedWithItsCause() {
        this.runner
                .withUserConfiguration(TestBeans.class, Events.class)
                .run(
                        context -> {
                            Session session = context.getBean(Session.class);
                            context.getBean(ScriptedRobot.class)
                                    .onAct(
                                            () -> {
                                                throw new IOException("unplugged");
                                            });
                            assertThat(session.awaitStopped(Duration.ofMinutes(1))).isTrue();
                            session.stop();
                            Events events = context.getBean(Events.class);
                            assertThat(events.received)
                                    .hasExactlyElementsOfTypes(
                                            SessionStartedEvent.class, SessionFailedEvent.class);
                            SessionFailedEvent failed = (SessionFailedEvent) events.received.get(1);
                            assertThat(failed.getFailure()).hasRootCauseMessage("unplugged");
                            assertThat(failed.getSession()).isSameAs(session);
                        });
    }

    @Test
    void severalSessionsAllStartAndStop() {
        AtomicReference<TwoArms> arms = new AtomicReference<>();
        this.runner
                .withUserConfiguration(TwoArms.class)
                .run(
                        context -> {
                            arms.set(context.getBean(TwoArms.class));
                            assertThat(context.getBeansOfType(Session.class).values())
                                    .hasSize(2)
                                    .allMatch(Session::isRunning);
                        });
        assertThat(arms.get().leftRobot.stops).hasValue(1);
        assertThat(arms.get().rightRobot.stops).hasValue(1);
    }

    @Test
    void sessionThatCannotStartStopsTheOthers() {
        AtomicReference<TwoArms> arms = new AtomicReference<>();
        this.runner
                .withUserConfiguration(TwoArms.class)
                .withInitializer(
                        context ->
                                context.getBeanFactory()
                                        .addBeanPostProcessor(
                                                new BeanPostProcessor() {
                                                    @Override
                                                    public Object postProcessAfterInitialization(
                                                            Object bean, String name) {
                                                        if (bean instanceof TwoArms twoArms) {
                                                            arms.set(twoArms);
                                                            twoArms.rightRobot.onReset(
                                                                    () -> {
                                                                        throw new IOException(
                                                                                "no power");
                                                                    });
                                                        }
                                                        return bean;
                                                    }
                                                }))
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .rootCause()
                                        .hasMessage("no power"));
        assertThat(arms.get().leftRobot.resets).hasValue(1);
        assertThat(arms.get().leftRobot.stops).hasValue(1);
        assertThat(arms.get().rightRobot.stops).hasValue(1);
    }

    private static ApplicationContextInitializer<ConfigurableApplicationContext> onRobot(
            Consumer<ScriptedRobot> change) {
        return context ->
                context.getBeanFactory()
                        .addBeanPostProcessor(
                                new BeanPostProcessor() {
                                    @Override
                                    public Object postProcessAfterInitialization(
                                            Object bean, String name) {
                                        if (bean instanceof ScriptedRobot robot) {
                                            change.accept(robot);
                                        }
                                        return bean;
                                    }
                                });
    }

    private static void failFirstResets(ScriptedRobot robot, int resets) {
        robot.onReset(
                () -> {
                    if (robot.resets.get() <= resets) {
                        throw new IOException("no power");
                    }
                });
    }

    @Test
    void applicationMayGoOnWithoutASessionThatCannotStart() {
        this.runner
                .withUserConfiguration(TestBeans.class)
                .withInitializer(onRobot(robot -> failFirstResets(robot, Integer.MAX_VALUE)))
                .withPropertyValues("rfx.session.start-failure=continue")
                .run(
                        context -> {
                            assertThat(context).hasNotFailed();
                            Session session = context.getBean(Session.class);
                            assertThat(session.state()).isEqualTo(SessionState.FAILED);
                            assertThat(context.getBean(ScriptedRobot.class).stops).hasValue(1);
                        });
    }

    @Test
    void sessionThatCannotStartIsTriedAgainWhereTheApplicationGoesOn() {
        this.runner
                .withUserConfiguration(TestBeans.class)
                .withInitializer(onRobot(robot -> failFirstResets(robot, 2)))
                .withPropertyValues(
                        "rfx.session.start-failure=continue",
                        "rfx.session.restart.max-attempts=2",
                        "rfx.session.restart.initial-delay=1ms")
                .run(
                        context -> {
                            Session session = context.getBean(Session.class);
                            while (session.stepCount() == 0) {
                                Thread.onSpinWait();
                            }
                            assertThat(session.totals().restarts()).isEqualTo(2);
                        });
    }

    @Test
    void failedStartEndsTheApplicationThoughRestartsAreConfigured() {
        AtomicReference<ScriptedRobot> broken = new AtomicReference<>();
        this.runner
                .withUserConfiguration(TestBeans.class)
                .withInitializer(
                        onRobot(
                                robot -> {
                                    broken.set(robot);
                                    failFirstResets(robot, 1);
                                }))
                .withPropertyValues(
                        "rfx.session.restart.max-attempts=2", "rfx.session.restart.initial-delay=0")
                .run(context -> assertThat(context).hasFailed());
        assertThat(broken.get().resets).hasValue(1);
    }

    /** The loop fails while the application is still starting. */
    @Test
    void failureOfTheFirstIterationIsFollowedByARestart() {
        for (int round = 0; round < 50; round++) {
            AtomicReference<ScriptedRobot> robots = new AtomicReference<>();
            this.runner
                    .withUserConfiguration(TestBeans.class)
                    .withInitializer(
                            onRobot(
                                    robot -> {
                                        robots.set(robot);
                                        robot.onObserve(
                                                () -> {
                                                    if (robot.observes.get() == 1) {
                                                        throw new IOException("boom");
                                                    }
                                                });
                                    }))
                    .withPropertyValues(
                            "rfx.session.restart.max-attempts=2",
                            "rfx.session.restart.initial-delay=0")
                    .run(
                            context -> {
                                Session session = context.getBean(Session.class);
                                while (robots.get().resets.get() < 2) {
                                    assertThat(
                                                    session.isActiveOrAwaitsRestart()
                                                            || robots.get().resets.get() == 2)
                                            .isTrue();
                                    Thread.onSpinWait();
                                }
                            });
        }
    }

    @Test
    void contextThatIsStoppedKeepsASessionFromBeingRestarted() {
        this.runner
                .withUserConfiguration(TestBeans.class)
                .withInitializer(onRobot(robot -> failFirstResets(robot, 1)))
                .withPropertyValues(
                        "rfx.session.auto-startup=false",
                        "rfx.session.restart.max-attempts=2",
                        "rfx.session.restart.initial-delay=1h",
                        "rfx.session.restart.max-delay=1h")
                .run(
                        context -> {
                            Session session = context.getBean(Session.class);
                            assertThatExceptionOfType(SessionException.class)
                                    .isThrownBy(session::start);
                            assertThat(session.awaitsRestart()).isTrue();

                            context.getSourceApplicationContext().stop();

                            assertThat(session.awaitsRestart()).isFalse();
                        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"listener", "robot"})
    void manySessionsThatHangEndWithinOneDeadline(String hanging) {
        CountDownLatch release = new CountDownLatch(1);
        ApplicationContextRunner many =
                this.runner.withPropertyValues("rfx.session.stop-timeout=500ms");
        for (int i = 0; i < 20; i++) {
            String name = "session" + i;
            many =
                    many.withBean(
                            name,
                            Session.class,
                            () -> {
                                ScriptedRobot robot = new ScriptedRobot();
                                Session session =
                                        new Session(
                                                robot,
                                                observation -> "action",
                                                SessionOptions.defaults()
                                                        .withName(name)
                                                        .withWarmup(Duration.ZERO)
                                                        .withStopTimeout(Duration.ofMillis(500)));
                                if (hanging.equals("robot")) {
                                    robot.onAct(() -> IgnoringInterrupts.await(release));
                                    robot.onStop(() -> IgnoringInterrupts.await(release));
                                } else {
                                    session.addListener(
                                            new SessionListener() {
                                                @Override
                                                public void stopped(SessionView session) {
                                                    IgnoringInterrupts.await(release);
                                                }
                                            });
                                }
                                return session;
                            });
        }
        AtomicLong closing = new AtomicLong();
        try {
            many.run(
                    context -> {
                        context.getBeansOfType(Session.class)
                                .values()
                                .forEach(session -> assertThat(session.isRunning()).isTrue());
                        closing.set(System.nanoTime());
                    });
            long took = System.nanoTime() - closing.get();
            // The documented bound: the stop timeout and two seconds for all sessions together.
            assertThat(took).isLessThan(Duration.ofMillis(2500).toNanos());
        } finally {
            release.countDown();
        }
    }

    @Test
    void twoSessionsOnOneRobotAreExplained(CapturedOutput output) {
        LOG.setLevel(Level.INFO);
        assertThatExceptionOfType(ApplicationContextException.class)
                .isThrownBy(
                        () ->
                                new SpringApplicationBuilder(SharedRobot.class)
                                        .web(WebApplicationType.NONE)
                                        .run());
        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("Session 'second' cannot start: session 'first' drives the same robot")
                .contains("give each session a robot of its own");
    }

    @Test
    void applicationMayGoOnWithoutASessionWhoseRobotIsInUse() {
        this.runner
                .withUserConfiguration(SharedRobot.class)
                .withPropertyValues("rfx.session.start-failure=continue")
                .run(
                        context -> {
                            assertThat(context).hasNotFailed();
                            assertThat(context.getBean("first", Session.class).state())
                                    .isEqualTo(SessionState.RUNNING);
                            assertThat(context.getBean("second", Session.class).state())
                                    .isEqualTo(SessionState.NEW);
                        });
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration(SessionLifecycleAutoConfiguration.class)
    static class SharedRobot {

        private final ScriptedRobot robot = new ScriptedRobot();

        @Bean
        Session first() {
            return session("first");
        }

        @Bean
        Session second() {
            return session("second");
        }

        private Session session(String name) {
            return new Session(
                    this.robot,
                    observation -> "action",
                    SessionOptions.defaults().withName(name).withWarmup(Duration.ZERO));
        }
    }

    @Test
    void restartPolicyOfTheApplicationIsKept() {
        this.runner
                .withUserConfiguration(OwnRestartPolicy.class)
                .run(
                        context -> {
                            Session session = context.getBean(Session.class);
                            while (session.totals().restarts() < 2) {
                                Thread.onSpinWait();
                            }
                        });
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnRestartPolicy {

        @Bean
        Session own() {
            ScriptedRobot robot = new ScriptedRobot();
            robot.onAct(
                    () -> {
                        throw new IOException("unplugged");
                    });
            Session session =
                    new Session(
                            robot,
                            observation -> "action",
                            SessionOptions.defaults().withWarmup(Duration.ZERO));
            session.setRestartPolicy(
                    new RestartPolicy() {
                        @Override
                        public Duration delayAfter(SessionException failure) {
                            return Duration.ofMillis(1);
                        }

                        @Override
                        public int attempts() {
                            return 0;
                        }

                        @Override
                        public int maxAttempts() {
                            return Integer.MAX_VALUE;
                        }
                    });
            return session;
        }
    }

    @Test
    void exhaustedRestartsArePublished() {
        this.runner
                .withUserConfiguration(TestBeans.class, Events.class)
                .withPropertyValues(
                        "rfx.session.restart.max-attempts=2",
                        "rfx.session.restart.initial-delay=1ms")
                .run(
                        context -> {
                            List<SessionEvent> events = context.getBean(Events.class).received;
                            context.getBean(ScriptedRobot.class)
                                    .onAct(
                                            () -> {
                                                throw new IOException("unplugged");
                                            });
                            while (events.isEmpty()
                                    || !(events.get(events.size() - 1)
                                            instanceof SessionRestartsExhaustedEvent)) {
                                Thread.onSpinWait();
                            }
                            assertThat(events)
                                    .extracting(event -> event.getClass().getSimpleName())
                                    .containsExactly(
                                            "SessionStartedEvent",
                                            "SessionFailedEvent",
                                            "SessionRestartingEvent",
                                            "SessionStartedEvent",
                                            "SessionFailedEvent",
                                            "SessionRestartingEvent",
                                            "SessionStartedEvent",
                                            "SessionFailedEvent",
                                            "SessionRestartsExhaustedEvent");
                            assertThat(context.getBean(Session.class).state())
                                    .isEqualTo(SessionState.FAILED);
                        });
    }

    @Test
    void stallIsPublished() {
        this.runner
                .withUserConfiguration(TestBeans.class, Events.class)
                .withPropertyValues("rfx.session.watchdog.timeout=100ms")
                .run(
                        context -> {
                            CountDownLatch never = new CountDownLatch(1);
                            context.getBean(ScriptedRobot.class).onAct(never::await);
                            Session session = context.getBean(Session.class);
                            assertThat(session.awaitStopped(Duration.ofSeconds(30))).isTrue();
                            session.stop(); // waits for the listeners
                            assertThat(context.getBean(Events.class).received)
                                    .extracting(event -> event.getClass().getSimpleName())
                                    .containsExactly(
                                            "SessionStartedEvent",
                                            "SessionStalledEvent",
                                            "SessionFailedEvent");
                        });
    }

    @Test
    void applicationStaysAliveWhileASessionWaitsToBeRestarted() {
        AtomicReference<ScriptedRobot> robot = new AtomicReference<>();
        this.runner
                .withUserConfiguration(TestBeans.class)
                .withPropertyValues(
                        "rfx.session.name=waiting",
                        "rfx.session.restart.max-attempts=2",
                        "rfx.session.restart.initial-delay=1h",
                        "rfx.session.restart.max-delay=1h")
                .run(
                        context -> {
                            robot.set(context.getBean(ScriptedRobot.class));
                            robot.get()
                                    .onAct(
                                            () -> {
                                                throw new IOException("unplugged");
                                            });
                            Session session = context.getBean(Session.class);
                            assertThat(session.awaitStopped(Duration.ofSeconds(30))).isTrue();
                            assertThat(threadsNamed(KeepAlive.THREAD))
                                    .singleElement()
                                    .satisfies(thread -> assertThat(thread.isDaemon()).isFalse());
                            assertThat(
                                            context.getBean(Session.class)
                                                    .snapshot()
                                                    .restart()
                                                    .startsIn())
                                    .isNotNull();
                        });
        while (!threadsNamed(KeepAlive.THREAD).isEmpty()) {
            Thread.onSpinWait(); // the thread of the closed context is ending
        }
        assertThat(robot.get().resets).hasValue(1);
    }

    @Test
    void policyMayCloseTheContext() throws Exception {
        AtomicReference<ConfigurableApplicationContext> source = new AtomicReference<>();
        AtomicReference<ScriptedRobot> robot = new AtomicReference<>();
        AtomicReference<Session> session = new AtomicReference<>();
        this.runner
                .withUserConfiguration(TestBeans.class)
                .run(
                        context -> {
                            source.set(context.getSourceApplicationContext());
                            robot.set(context.getBean(ScriptedRobot.class));
                            session.set(context.getBean(Session.class));
                            robot.get().onAct(source.get()::close);
                            assertThat(session.get().awaitStopped(Duration.ofSeconds(30))).isTrue();
                        });

        assertThat(session.get().state()).isEqualTo(SessionState.STOPPED);
        assertThat(robot.get().stops).hasValue(1);
    }

    @Test
    void childContextLeavesTheSessionOfItsParentAlone() {
        this.runner
                .withUserConfiguration(TestBeans.class)
                .run(
                        parent -> {
                            this.runner
                                    .withParent(parent)
                                    .run(
                                            child ->
                                                    assertThat(child.getBean(Session.class))
                                                            .isSameAs(
                                                                    parent.getBean(Session.class)));
                            assertThat(parent.getBean(Session.class).isRunning()).isTrue();
                            assertThat(parent.getBean(ScriptedRobot.class).stops).hasValue(0);
                        });
    }

    @Test
    void sessionThatRunsAlreadyDoesNotKeepTheOthersFromStarting() {
        this.runner
                .withUserConfiguration(TwoArms.class)
                .withInitializer(
                        context ->
                                context.getBeanFactory()
                                        .addBeanPostProcessor(
                                                new BeanPostProcessor() {
                                                    @Override
                                                    public Object postProcessAfterInitialization(
                                                            Object bean, String name) {
                                                        if (name.equals("left")) {
                                                            ((Session) bean).start();
                                                        }
                                                        return bean;
                                                    }
                                                }))
                .run(
                        context ->
                                assertThat(context.getBeansOfType(Session.class).values())
                                        .allMatch(Session::isRunning));
    }

    @Test
    void exitCodeTellsOfAFailedSession() {
        this.runner
                .withUserConfiguration(TestBeans.class)
                .run(
                        context -> {
                            SessionLifecycle lifecycle = context.getBean(SessionLifecycle.class);
                            assertThat(lifecycle.getExitCode()).isZero();
                            context.getBean(ScriptedRobot.class)
                                    .onAct(
                                            () -> {
                                                throw new IOException("unplugged");
                                            });
                            context.getBean(Session.class).awaitStopped(Duration.ofSeconds(30));
                            assertThat(lifecycle.getExitCode()).isEqualTo(1);
                        });
    }

    @Test
    void stuckSessionDoesNotKeepTheJvmAlive() throws Exception {
        try (ChildJvm jvm = ChildJvm.start(StuckApplication.class)) {
            jvm.awaitLine("closed");
            assertThat(jvm.awaitExit(Duration.ofSeconds(10))).isZero();
        }
    }

    static final class StuckApplication {
        public static void main(String[] args) throws Exception {
            CountDownLatch hanging = new CountDownLatch(1);
            try (ConfigurableApplicationContext context =
                    new SpringApplicationBuilder(
                                    TestBeans.class,
                                    SessionAutoConfiguration.class,
                                    SessionLifecycleAutoConfiguration.class)
                            .web(WebApplicationType.NONE)
                            .properties("rfx.session.warmup=0", "rfx.session.stop-timeout=100ms")
                            .run()) {
                context.getBean(ScriptedRobot.class)
                        .onAct(
                                () -> {
                                    hanging.countDown();
                                    while (true) {
                                        Thread.onSpinWait();
                                    }
                                });
                hanging.await();
            }
            System.out.println("closed");
        }
    }

    @Test
    void stuckSessionDoesNotKeepTheContextFromClosing() {
        CountDownLatch release = new CountDownLatch(1);
        AtomicReference<ScriptedRobot> robot = new AtomicReference<>();
        AtomicReference<Session> session = new AtomicReference<>();
        this.runner
                .withUserConfiguration(TestBeans.class)
                .withPropertyValues("rfx.session.stop-timeout=100ms")
                .run(
                        context -> {
                            robot.set(context.getBean(ScriptedRobot.class));
                            session.set(context.getBean(Session.class));
                            CountDownLatch hanging = new CountDownLatch(1);
                            robot.get()
                                    .onAct(
                                            () -> {
                                                hanging.countDown();
                                                while (release.getCount() > 0) {
                                                    Thread.interrupted();
                                                    Thread.onSpinWait();
                                                }
                                            });
                            hanging.await();
                        });
        // The context has closed: Spring would have waited for 10 s if stop() had not called back.
        try {
            assertThat(session.get().state()).isEqualTo(SessionState.STUCK);
            assertThat(robot.get().stops).hasValue(1);
        } finally {
            release.countDown();
        }
    }

    @Test
    void sessionStartsAfterTheWebServerAndStopsBeforeIt() {
        AtomicReference<Boolean> serverRanAtReset = new AtomicReference<>();
        AtomicReference<Boolean> serverRanAtStop = new AtomicReference<>();
        new WebApplicationContextRunner(AnnotationConfigServletWebServerApplicationContext::new)
                .withPropertyValues("rfx.session.warmup=0", "server.port=0")
                .withConfiguration(
                        AutoConfigurations.of(
                                TomcatServletWebServerAutoConfiguration.class,
                                SessionAutoConfiguration.class,
                                SessionLifecycleAutoConfiguration.class))
                .withUserConfiguration(TestBeans.class)
                .withInitializer(
                        context ->
                                context.getBeanFactory()
                                        .addBeanPostProcessor(
                                                observingServer(
                                                        (AnnotationConfigServletWebServerApplicationContext)
                                                                context,
                                                        serverRanAtReset,
                                                        serverRanAtStop)))
                .run(context -> assertThat(context).hasNotFailed());

        assertThat(serverRanAtReset).hasValue(true);
        assertThat(serverRanAtStop).hasValue(true);
    }

    private static BeanPostProcessor observingServer(
            AnnotationConfigServletWebServerApplicationContext context,
            AtomicReference<Boolean> atReset,
            AtomicReference<Boolean> atStop) {
        return new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                if (bean instanceof ScriptedRobot robot) {
                    robot.onReset(() -> atReset.set(context.getWebServer().getPort() > 0));
                    robot.onStop(() -> atStop.set(context.getWebServer().getPort() > 0));
                }
                return bean;
            }
        };
    }

    @Test
    void logHasALineAtStartAndOneAtStopAndProgressBetween(CapturedOutput output) {
        LOG.setLevel(Level.INFO);
        this.runner
                .withUserConfiguration(TestBeans.class)
                .withPropertyValues("rfx.session.name=arm", "rfx.session.log-interval=10ms")
                .run(
                        context -> {
                            while (!output.getOut().contains("Session 'arm' runs: ")) {
                                Thread.onSpinWait();
                            }
                        });

        assertThat(output.getOut())
                .containsOnlyOnce(
                        "Session 'arm' started at 50.0 Hz: robot ScriptedRobot, policy in TestBeans")
                .containsOnlyOnce("Session 'arm' stopped: ")
                .containsPattern(
                        "stopped: \\d+ iterations, \\d+ overruns, average period \\d+\\.\\d{3} ms"
                                + " \\(target 20\\.000 ms\\), jitter p50 \\d+\\.\\d{3} / p95"
                                + " \\d+\\.\\d{3} / p99 \\d+\\.\\d{3} / max \\d+\\.\\d{3} ms");
    }

    @Test
    void logHasNoProgressWhenItIsSwitchedOff(CapturedOutput output) {
        LOG.setLevel(Level.INFO);
        this.runner
                .withUserConfiguration(TestBeans.class)
                .withPropertyValues("rfx.session.log-interval=0", "rfx.session.rate-hz=1000")
                .run(context -> awaitIterations(context.getBean(Session.class), 50));

        assertThat(output.getOut()).contains(" stopped: ").doesNotContain(" runs: ");
    }

    @Test
    void logHasAnErrorWithTheCauseOfAFailure(CapturedOutput output) {
        LOG.setLevel(Level.INFO);
        this.runner
                .withUserConfiguration(TestBeans.class)
                .run(
                        context -> {
                            context.getBean(ScriptedRobot.class)
                                    .onAct(
                                            () -> {
                                                throw new IOException("unplugged");
                                            });
                            context.getBean(Session.class).awaitStopped(Duration.ofMinutes(1));
                        });

        assertThat(output.getOut())
                .containsPattern(
                        "ERROR .*Session 'rfx-session' failed: Control loop failed in act of iteration")
                .contains("Caused by: java.io.IOException: unplugged");
    }

    @Configuration(proxyBeanMethods = false)
    static class Events {

        final List<SessionEvent> received = new CopyOnWriteArrayList<>();
        final List<String> threads = new CopyOnWriteArrayList<>();

        @EventListener
        void received(SessionEvent event) {
            this.received.add(event);
            this.threads.add(Thread.currentThread().getName());
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class TwoArms {

        final ScriptedRobot leftRobot = new ScriptedRobot();
        final ScriptedRobot rightRobot = new ScriptedRobot();
        private final Policy<String, String> policy = observation -> "action";
        private final SessionOptions options = SessionOptions.defaults().withWarmup(Duration.ZERO);

        @Bean
        Session left() {
            return new Session(this.leftRobot, this.policy, this.options);
        }

        @Bean
        Session right() {
            return new Session(this.rightRobot, this.policy, this.options);
        }
    }
}
