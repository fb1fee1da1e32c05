package dev.rfx.session.autoconfigure;

import static dev.rfx.session.autoconfigure.RefusedProperty.assertRefused;
import static dev.rfx.session.testkit.Sessions.awaitIterations;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.rfx.session.EngageOptions;
import dev.rfx.session.EngageState;
import dev.rfx.session.Observation;
import dev.rfx.session.Policy;
import dev.rfx.session.RestartOptions;
import dev.rfx.session.Robot;
import dev.rfx.session.RobotReading;
import dev.rfx.session.Session;
import dev.rfx.session.SessionException;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.SessionState;
import dev.rfx.session.Tensor;
import dev.rfx.session.WatchdogAction;
import dev.rfx.session.robot.LimitOptions;
import dev.rfx.session.robot.LimitViolationException;
import dev.rfx.session.robot.MockRobot;
import dev.rfx.session.robot.SafetyLimits.OnViolation;
import dev.rfx.session.testkit.ScriptedRobot;
import dev.rfx.session.thread.ThreadOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionEvaluationReport;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;

@ExtendWith(OutputCaptureExtension.class)
class SessionAutoConfigurationTests {

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner()
                    .withPropertyValues("rfx.session.warmup=0")
                    .withConfiguration(
                            AutoConfigurations.of(
                                    SessionAutoConfiguration.class,
                                    SessionLifecycleAutoConfiguration.class));

    @Test
    void sessionConnectsRobotAndPolicyAndRunsWithTheApplication() {
        AtomicReference<ScriptedRobot> robot = new AtomicReference<>();
        this.runner
                .withUserConfiguration(TestBeans.class)
                .run(
                        context -> {
                            assertThat(context).hasBean("rfxSession");
                            assertThat(context.getBean(Session.class).state())
                                    .isEqualTo(SessionState.RUNNING);
                            robot.set(context.getBean(ScriptedRobot.class));
                            assertThat(robot.get().resets).hasValue(1);
                            assertThat(robot.get().stops).hasValue(0);
                        });
        assertThat(robot.get().stops).hasValue(1);
    }

    @Test
    void defaultsAreThoseOfTheOptions() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(SessionAutoConfiguration.class))
                .withUserConfiguration(TestBeans.class)
                .run(
                        context ->
                                assertThat(context.getBean(Session.class).options())
                                        .isEqualTo(SessionOptions.defaults()));
    }

    @Test
    void propertiesReachTheOptions() {
        this.runner
                .withUserConfiguration(FarAway.class)
                .withPropertyValues(
                        "rfx.session.auto-startup=false",
                        "rfx.session.name=arm",
                        "rfx.session.rate-hz=200.5",
                        "rfx.session.warmup=1s",
                        "rfx.session.stop-timeout=3s",
                        "rfx.session.max-timing-samples=500",
                        "rfx.session.spin-window=1200us",
                        "rfx.session.duration=1h",
                        "rfx.session.watchdog.timeout=700ms",
                        "rfx.session.watchdog.action=report",
                        "rfx.session.max-observation-age=50ms",
                        "rfx.session.max-stale-iterations=3",
                        "rfx.session.thread.scheduling=fifo",
                        "rfx.session.thread.priority=70",
                        "rfx.session.thread.cpus=1,3",
                        "rfx.session.thread.cpu-latency=20us",
                        "rfx.session.thread.lock-memory=true",
                        "rfx.session.thread.required=false",
                        "rfx.session.restart.max-attempts=5",
                        "rfx.session.restart.initial-delay=2s",
                        "rfx.session.restart.multiplier=1.5",
                        "rfx.session.restart.max-delay=20s",
                        "rfx.session.restart.window=1m",
                        "rfx.session.limits.min=-1",
                        "rfx.session.limits.max=2",
                        "rfx.session.limits.max-speed=3",
                        "rfx.session.limits.on-violation=fail",
                        "rfx.session.engage.enabled=true",
                        "rfx.session.engage.duration=500ms",
                        "rfx.session.engage.max-speed=0.5",
                        "rfx.session.engage.timeout=5s")
                .run(
                        context ->
                                assertThat(context.getBean(Session.class).options())
                                        .isEqualTo(
                                                SessionOptions.defaults()
                                                        .withName("arm")
                                                        .withRateHz(200.5)
                                                        .withWarmup(Duration.ofSeconds(1))
                                                        .withStopTimeout(Duration.ofSeconds(3))
                                                        .withMaxTimingSamples(500)
                                                        .withSpinWindow(Duration.ofNanos(1_200_000))
                                                        .withDuration(Duration.ofHours(1))
                                                        .withWatchdogTimeout(Duration.ofMillis(700))
                                                        .withWatchdogAction(WatchdogAction.REPORT)
                                                        .withMaxObservationAge(
                                                                Duration.ofMillis(50))
                                                        .withMaxStaleIterations(3)
                                                        .withThread(
                                                                new ThreadOptions(
                                                                        70,
                                                                        null,
                                                                        Set.of(1, 3),
                                                                        Duration.ofNanos(20_000),
                                                                        true,
                                                                        false))
                                                        .withRestart(
                                                                new RestartOptions(
                                                                        5,
                                                                        Duration.ofSeconds(2),
                                                                        1.5,
                                                                        Duration.ofSeconds(20),
                                                                        Duration.ofMinutes(1)))
                                                        .withEngage(
                                                                new EngageOptions(
                                                                        true,
                                                                        Duration.ofMillis(500),
                                                                        List.of(0.5f),
                                                                        Duration.ofSeconds(5)))
                                                        .withLimits(
                                                                LimitOptions.none()
                                                                        .withMin(List.of(-1f))
                                                                        .withMax(List.of(2f))
                                                                        .withMaxSpeed(List.of(3f))
                                                                        .withOnViolation(
                                                                                OnViolation
                                                                                        .FAIL))));
    }

    @Test
    void optionsOfTheApplicationReplaceThoseOfTheProperties() {
        this.runner
                .withUserConfiguration(TestBeans.class)
                .withBean(SessionOptions.class, () -> SessionOptions.defaults().withName("own"))
                .run(context -> assertThat(context.getBean(Session.class).name()).isEqualTo("own"));
    }

    @Test
    void nothingMovesWithoutAutoStartup() {
        this.runner
                .withUserConfiguration(TestBeans.class)
                .withPropertyValues("rfx.session.auto-startup=false")
                .run(
                        context -> {
                            assertThat(context.getBean(Session.class).state())
                                    .isEqualTo(SessionState.NEW);
                            assertThat(context.getBean(ScriptedRobot.class).calls()).isZero();
                        });
    }

    @Test
    void sessionOfTheApplicationReplacesOursAndRunsToo() {
        this.runner
                .withUserConfiguration(TestBeans.class, OwnSession.class)
                .run(
                        context -> {
                            assertThat(context).hasSingleBean(Session.class).hasBean("own");
                            assertThat(context.getBean(Session.class).isRunning()).isTrue();
                        });
    }

    @Test
    void disabledMeansNothingIsThere() {
        this.runner
                .withUserConfiguration(TestBeans.class, OwnSession.class)
                .withPropertyValues("rfx.session.enabled=false")
                .run(
                        context -> {
                            assertThat(context)
                                    .doesNotHaveBean(SessionLifecycle.class)
                                    .hasSingleBean(SessionOptions.class);
                            assertThat(context.getBean(ScriptedRobot.class).calls()).isZero();
                        });
    }

    @Test
    void primaryDecidesBetweenTwoRobots() {
        this.runner
                .withUserConfiguration(TestBeans.class, PrimaryRobot.class)
                .run(
                        context -> {
                            assertThat(context.getBean(Session.class).isRunning()).isTrue();
                            assertThat(context.getBean("spare", ScriptedRobot.class).resets)
                                    .hasValue(1);
                            assertThat(context.getBean("robot", ScriptedRobot.class).resets)
                                    .hasValue(0);
                        });
    }

    @Test
    void conditionReportTellsWhatIsMissing() {
        this.runner
                .withUserConfiguration(OnlyPolicy.class)
                .run(
                        context -> {
                            assertThat(context).hasNotFailed().doesNotHaveBean(Session.class);
                            assertThat(report(context.getBeanFactory()))
                                    .contains("OneRobot")
                                    .contains(
                                            "(types: dev.rfx.session.Robot; SearchStrategy: all)"
                                                    + " did not find any beans");
                        });
    }

    @Test
    void conditionReportTellsOfTwoOfAKind() {
        this.runner
                .withUserConfiguration(TestBeans.class, SecondRobot.class)
                .run(
                        context -> {
                            assertThat(context).hasNotFailed().doesNotHaveBean(Session.class);
                            assertThat(report(context.getBeanFactory()))
                                    .contains("OneRobot")
                                    .contains("robot")
                                    .contains("spare");
                        });
    }

    private static String report(ConfigurableListableBeanFactory factory) {
        StringBuilder text = new StringBuilder();
        ConditionEvaluationReport.get(factory)
                .getConditionAndOutcomesBySource()
                .get(SessionAutoConfiguration.SessionConfiguration.class.getName())
                .forEach(outcome -> text.append(outcome.getOutcome()).append('\n'));
        return text.toString();
    }

    private static SpringApplication application(Class<?>... sources) {
        return new SpringApplicationBuilder(sources)
                .web(WebApplicationType.NONE)
                .properties("rfx.session.warmup=0", "spring.main.banner-mode=off")
                .build();
    }

    private static void assertFailsWithoutStackTrace(CapturedOutput output) {
        assertThat(output).contains("APPLICATION FAILED TO START").doesNotContain("\tat ");
    }

    @Test
    void injectingASessionWithoutRobotIsExplained(CapturedOutput output) {
        assertThatThrownBy(() -> application(OnlyPolicy.class, NeedsSession.class).run())
                .isInstanceOf(Exception.class);

        assertFailsWithoutStackTrace(output);
        assertThat(output)
                .contains("A bean needs a Session, but there is none: there is no Robot bean.")
                .contains("Declare a bean of type dev.rfx.session.Robot.");
    }

    @Test
    void injectingASessionWithTwoRobotsIsExplained(CapturedOutput output) {
        assertThatThrownBy(
                        () ->
                                application(TestBeans.class, SecondRobot.class, NeedsSession.class)
                                        .run())
                .isInstanceOf(Exception.class);

        assertFailsWithoutStackTrace(output);
        assertThat(output)
                .contains("there are 2 Robot beans, [robot, spare]")
                .contains("Mark one Robot bean as @Primary");
    }

    @Test
    void explanationDoesNotAccuseThePrimaryOfTwoRobots(CapturedOutput output) {
        assertThatThrownBy(
                        () ->
                                application(
                                                SecondRobot.class,
                                                PrimaryOnly.class,
                                                NeedsSession.class)
                                        .run())
                .isInstanceOf(Exception.class);

        assertFailsWithoutStackTrace(output);
        assertThat(output)
                .contains("there is none: there is no Policy bean.")
                .doesNotContain("2 Robot beans");
    }

    @Test
    void injectingASessionThatIsDisabledIsExplained(CapturedOutput output) {
        assertThatThrownBy(
                        () ->
                                application(TestBeans.class, NeedsSession.class)
                                        .run("--rfx.session.enabled=false"))
                .isInstanceOf(Exception.class);

        assertFailsWithoutStackTrace(output);
        assertThat(output).contains("rfx.session.enabled is false");
    }

    @Test
    void sessionOfAnotherNameIsNotReportedAsNone(CapturedOutput output) {
        assertThatThrownBy(() -> application(TestBeans.class, NeedsAnotherSession.class).run())
                .isInstanceOf(Exception.class);

        assertThat(output)
                .contains("Qualifier(\"another\")")
                .doesNotContain("A bean needs a Session, but there is none");
    }

    @Test
    void policyThatDoesNotFitTheRobotIsExplained(CapturedOutput output) {
        assertThatThrownBy(() -> application(LambdaForAnotherRobot.class).run())
                .isInstanceOf(Exception.class);

        assertFailsWithoutStackTrace(output);
        assertThat(output)
                .contains(
                        "The robot bean 'mockRobot' is a Robot<dev.rfx.session.Observation,"
                                + " dev.rfx.session.Tensor>, but the policy bean 'stringPolicy' is a"
                                + " Policy<java.lang.String, java.lang.String>.");
    }

    @Test
    void policyMayTakeMoreAndReturnLessThanTheRobotHas() {
        this.runner
                .withUserConfiguration(WideningPolicy.class)
                .run(context -> assertThat(context).hasSingleBean(Session.class));
    }

    @Test
    void typesThatBeansDoNotTellAreNotJudged() {
        this.runner
                .withUserConfiguration(WildcardPolicy.class)
                .run(context -> assertThat(context).hasSingleBean(Session.class));
    }

    @Test
    void boundOfATypeVariableIsNotJudged() {
        this.runner
                .withUserConfiguration(TestBeans.class, GenericPolicy.class)
                .withAllowBeanDefinitionOverriding(true)
                .run(context -> assertThat(context).hasSingleBean(Session.class));
    }

    @Configuration(proxyBeanMethods = false)
    static class GenericPolicy {
        @Bean
        Policy<?, ?> policy() {
            return new BoundedPolicy<>();
        }
    }

    static final class BoundedPolicy<X extends Number> implements Policy<X, String> {
        @Override
        public String selectAction(X observation) {
            return "action";
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    rate-hz                  | 0     | more than 0, at most 10000
                    rate-hz                  | NaN   | more than 0, at most 10000
                    rate-hz                  | 20000 | more than 0, at most 10000
                    name                     | ' '   | not blank
                    warmup                   | -1s   | PT0S to PT1H
                    stop-timeout             | 0     | PT0.001S to PT10S
                    max-timing-samples       | 0     | 1 to 1000000
                    spin-window              | 2ms   | PT0S to PT0.0012S
                    duration                 | 0     | PT0.000000001S
                    log-interval             | 1ms   | must be 0, or PT0.01S to PT8760H
                    watchdog.timeout         | 39ms  | 0 for none, or two periods (PT0.04S) to PT1H
                    watchdog.timeout         | 2h    | 0 for none, or two periods (PT0.04S) to PT1H
                    max-observation-age      | 0     | PT0.000000001S to PT1H
                    max-stale-iterations   | -1    | 0 to 1000000
                    thread.priority          | 100   | 1 to 99
                    thread.slice             | 99us  | PT0.0001S to PT0.1S
                    thread.cpus              | -1    | numbers from 0 to 1023
                    thread.cpu-latency       | 11ms  | PT0S to PT0.01S
                    restart.max-attempts     | -1    | 0 to 1000
                    restart.initial-delay    | -1s   | PT0S to PT1H
                    restart.multiplier       | 0.5   | 1 to 100
                    restart.max-delay        | 999ms | PT1S to PT1H
                    restart.window           | 0     | PT1S to PT8760H
                    record.file-name         | a     | contains {part} and ends with .mcap
                    record.last              | 0     | PT0.001S to PT1H
                    record.ring-size         | 1KB   | 64 KiB to 1 GiB
                    record.ring-size         | 5GB   | 64 KiB to 1 GiB
                    record.max-file-size     | 1KB   | at least 1 MiB
                    record.max-file-age      | 1ms   | PT1S to PT24H
                    record.max-disk          | 1MB   | at least maxFileBytes, 268435456
                    health.max-overrun-ratio | 1.5   | 0 to 1
                    health.max-p99-jitter    | 0     | more than 0
                    """)
    void invalidValueIsRefusedNamingTheProperty(String property, String value, String range) {
        this.runner
                .withConfiguration(
                        AutoConfigurations.of(SessionHealthContributorAutoConfiguration.class))
                .withUserConfiguration(TestBeans.class)
                .withPropertyValues("rfx.session." + property + "=" + value)
                .run(context -> assertRefused(context, "rfx.session." + property, range));
    }

    @Test
    void limitsArePutAroundTheRobot() {
        this.runner
                .withUserConfiguration(FarAway.class)
                .withPropertyValues(
                        "rfx.session.limits.min=-1",
                        "rfx.session.limits.max=1,2,3",
                        "rfx.session.limits.max-speed=0.5",
                        "rfx.session.limits.on-violation=clamp",
                        "rfx.session.engage.enabled=false")
                .run(
                        context -> {
                            Session session = context.getBean(Session.class);
                            awaitIterations(session, 1);
                            session.stop();
                            assertThat(session.readings())
                                    .extracting(RobotReading::name, RobotReading::joint)
                                    .containsExactly(
                                            tuple("clamps", "0"),
                                            tuple("clamps", "1"),
                                            tuple("clamps", "2"));
                            assertThat(session.readings())
                                    .allMatch(reading -> reading.value() >= 1);
                        });
    }

    @Test
    void violationOfALimitFailsTheSessionWhereItIsToFail() {
        this.runner
                .withUserConfiguration(FarAway.class)
                .withPropertyValues(
                        "rfx.session.limits.max=1",
                        "rfx.session.limits.on-violation=fail",
                        "rfx.session.engage.enabled=false")
                .run(
                        context -> {
                            Session session = context.getBean(Session.class);
                            session.awaitStopped(Duration.ofMinutes(1));
                            assertThat(session.failure())
                                    .hasRootCauseInstanceOf(LimitViolationException.class)
                                    .hasMessageContaining("joint 0 is 9.0, but must be");
                        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    limits.min      | NaN  | min is NaN, but must be finite
                    limits.max-speed | 0   | maxSpeed is 0.0, but must be more than 0
                    limits.max      | 1,2  | The limit [1.0, 2.0] is for 2 joints, but there are 3
                    """)
    void invalidLimitIsRefusedNamingTheProperty(String property, String value, String reason) {
        this.runner
                .withUserConfiguration(FarAway.class)
                .withPropertyValues("rfx.session." + property + "=" + value)
                .run(context -> assertRefused(context, "rfx.session.limits", reason));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    duration  | 0    | duration is PT0S, but must be PT0.001S to PT10M
                    max-speed | NaN  | maxSpeed is NaN, but must be finite and more than 0
                    max-speed | 1,2  | maxSpeed is [1.0, 2.0], but must be one value, or 3
                    timeout   | 1s   | timeout is PT1S, but must be PT2S to PT10M
                    """)
    void invalidSettingOfTheEngageGuardIsRefusedNamingTheProperty(
            String property, String value, String reason) {
        this.runner
                .withUserConfiguration(FarAway.class)
                .withPropertyValues("rfx.session.engage." + property + "=" + value)
                .run(context -> assertRefused(context, "rfx.session.engage." + property, reason));
    }

    @Test
    void longRampNeedsNoTimeout() {
        this.runner
                .withUserConfiguration(FarAway.class)
                .withPropertyValues("rfx.session.engage.duration=20s")
                .run(
                        context -> {
                            Session session = context.getBean(Session.class);
                            awaitIterations(session, 1);
                            assertThat(session.snapshot().engage()).isEqualTo(EngageState.ENGAGING);
                            assertThat(session.options().engage().timeout())
                                    .isEqualTo(Duration.ofSeconds(20));
                        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"enabled=true", "duration=1s", "max-speed=1", "timeout=5s"})
    void settingOfTheEngageGuardForARobotThatCannotBeRampedFailsTheStart(String setting) {
        this.runner
                .withUserConfiguration(TestBeans.class)
                .withPropertyValues("rfx.session.engage." + setting)
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .rootCause()
                                        .hasMessageContainingAll(
                                                "ScriptedRobot reports no joint positions",
                                                "Override Robot.positions, or set engage.enabled"
                                                        + " to false"));
    }

    @Test
    void limitsOfARobotThatTakesNoNumbersAreRefused() {
        this.runner
                .withUserConfiguration(TestBeans.class)
                .withPropertyValues("rfx.session.limits.max=1")
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .rootCause()
                                        .hasMessageContaining(
                                                "The robot bean 'robot' takes java.lang.String, but"
                                                        + " limits are for actions of type Tensor"));
    }

    @Configuration(proxyBeanMethods = false)
    static class FarAway {

        @Bean
        MockRobot robot() {
            return new MockRobot(3, 50);
        }

        @Bean
        Policy<Observation, Tensor> policy() {
            Tensor far = Tensor.of(9, 9, 9);
            return observation -> far;
        }
    }

    @Test
    void invalidValueIsExplained(CapturedOutput output) {
        assertThatThrownBy(() -> application(Application.class).run("--rfx.session.rate-hz=-5"))
                .isInstanceOf(Exception.class);

        assertFailsWithoutStackTrace(output);
        assertThat(output)
                .contains("rfx.session.rate-hz")
                .contains("rateHz is -5.0, but must be more than 0, at most 10000");
    }

    @Test
    void robotThatCannotBeResetEndsTheStartWithAnExplanation(CapturedOutput output) {
        assertThatThrownBy(() -> application(BrokenRobot.class).run())
                .isInstanceOf(Exception.class)
                .hasRootCauseMessage("no such port");

        assertFailsWithoutStackTrace(output);
        assertThat(output)
                .contains(
                        "Session 'rfx-session' cannot start, because the robot or the policy"
                                + " could not be reset: java.io.IOException: no such port");
        assertThat(BrokenRobot.ROBOT.stops).hasValue(1);
    }

    @Test
    void sessionExceptionIsTheCauseWhereTheContextIsStartedByHand() {
        this.runner
                .withUserConfiguration(BrokenRobot.class)
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .hasCauseInstanceOf(SessionException.class));
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(TestBeans.class)
    static class Application {}

    @Configuration(proxyBeanMethods = false)
    static class OwnSession {
        @Bean
        Session own(ScriptedRobot robot, Policy<String, String> policy) {
            return new Session(robot, policy, SessionOptions.defaults().withWarmup(Duration.ZERO));
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class SecondRobot {
        @Bean
        ScriptedRobot spare() {
            return new ScriptedRobot();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class PrimaryOnly {
        @Bean
        @Primary
        ScriptedRobot best() {
            return new ScriptedRobot();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class PrimaryRobot {
        @Bean
        @Primary
        ScriptedRobot spare() {
            return new ScriptedRobot();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class OnlyPolicy {
        @Bean
        Policy<String, String> policy() {
            return observation -> "action";
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class NeedsSession {
        @Bean
        Object needy(Session session) {
            return new Object();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class NeedsAnotherSession {
        @Bean
        Object needy(@Qualifier("another") Session session) {
            return new Object();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class LambdaForAnotherRobot {
        @Bean
        MockRobot mockRobot() {
            return new MockRobot(6, 50);
        }

        @Bean
        Policy<String, String> stringPolicy() {
            return observation -> "action";
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class WideningPolicy {
        @Bean
        Robot<Observation, Object> robot() {
            return new ObjectRobot();
        }

        @Bean
        Policy<Object, Tensor> policy() {
            return observation -> Tensor.of(0);
        }
    }

    static final class ObjectRobot implements Robot<Observation, Object> {
        @Override
        public Observation observe() {
            return Observation.of("state", Tensor.of(0));
        }

        @Override
        public void act(Object action) {}

        @Override
        public Observation reset() {
            return observe();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Import(SecondRobot.class)
    static class WildcardPolicy {
        @Bean
        Policy<?, ?> policy() {
            Policy<String, String> policy = observation -> "action";
            return policy;
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class BrokenRobot {
        static final ScriptedRobot ROBOT =
                new ScriptedRobot()
                        .onReset(
                                () -> {
                                    throw new IOException("no such port");
                                });

        @Bean
        ScriptedRobot robot() {
            ROBOT.stops.set(0);
            return ROBOT;
        }

        @Bean
        Policy<String, String> policy() {
            return observation -> "action";
        }
    }
}
