package dev.rfx.session.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.rfx.session.Observation;
import dev.rfx.session.Policy;
import dev.rfx.session.Robot;
import dev.rfx.session.Session;
import dev.rfx.session.SessionState;
import dev.rfx.session.Tensor;
import dev.rfx.session.onnx.OnnxPolicy;
import dev.rfx.session.onnx.TestModel;
import dev.rfx.session.robot.LimitOptions;
import dev.rfx.session.robot.MockRobot;
import dev.rfx.session.testkit.Campaign;
import dev.rfx.session.testkit.ScriptedRobot;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.test.tools.CompileWithForkedClassLoader;

/**
 * Processing ahead of time decides by the properties at build time which beans exist. The
 * properties at run time nevertheless decide whether a robot moves.
 */
@CompileWithForkedClassLoader
@ExtendWith(OutputCaptureExtension.class)
class AheadOfTimeTests {

    private static final String DISABLED = "rfx.session.enabled=false";

    private static List<String> ourBeans(ListableBeanFactory context) {
        return Arrays.stream(context.getBeanDefinitionNames())
                .filter(name -> name.startsWith("rfxS"))
                .sorted()
                .toList();
    }

    private static void assertSameBeansAsWithout(ApplicationContext context, Class<?> source) {
        new ApplicationContextRunner()
                .withUserConfiguration(source)
                .withPropertyValues(DISABLED)
                .run(
                        usual ->
                                assertThat(ourBeans(context))
                                        .isNotEmpty()
                                        .isEqualTo(ourBeans(usual)));
    }

    @Test
    void propertiesOfTheRunDecideWhetherTheRobotMoves() {
        AheadOfTime.build(
                Application.class,
                application -> {
                    application.run(
                            context ->
                                    assertThat(context.getBean(Session.class).isRunning()).isTrue(),
                            "rfx.session.warmup=0");
                    application.run(
                            context -> {
                                assertThat(context.getBean(ScriptedRobot.class).calls()).isZero();
                                assertSameBeansAsWithout(context, Application.class);
                            },
                            DISABLED);
                });
    }

    @Campaign.Only
    @Test
    void robotOfASessionOfTheApplicationDoesNotMoveEither() {
        AheadOfTime.build(
                OwnSession.class,
                application ->
                        application.run(
                                context -> {
                                    assertThat(context.getBean(ScriptedRobot.class).calls())
                                            .isZero();
                                    assertThat(context.getBean(Session.class).state())
                                            .isEqualTo(SessionState.NEW);
                                    assertSameBeansAsWithout(context, OwnSession.class);
                                },
                                DISABLED));
    }

    @Test
    void armNeedsItsPortAtRunTimeUnlessSessionsAreDisabled() {
        AheadOfTime.build(
                OnlyPolicy.class,
                application -> {
                    assertThatThrownBy(() -> application.run(context -> {}))
                            .isInstanceOf(ConfigurationException.class)
                            .hasMessageContaining("rfx.session.so101.port was set then");
                    application.run(
                            context -> {
                                assertThat(context.getBeanProvider(Robot.class).stream()).isEmpty();
                                assertSameBeansAsWithout(context, OnlyPolicy.class);
                            },
                            DISABLED);
                },
                "rfx.session.so101.port=/dev/ttyACM0");
    }

    @Test
    void modelNeedsItsLocationAtRunTimeUnlessSessionsAreDisabled(@TempDir Path directory)
            throws Exception {
        Path model = TestModel.linear(3, 3).write(directory.resolve("model.onnx"));
        AheadOfTime.build(
                OnlyRobot.class,
                application -> {
                    application.run(
                            context ->
                                    assertThat(context.getBean(OnnxPolicy.class).command("goal"))
                                            .hasToString("goal[1.0, 0.0, 0.5]"),
                            "rfx.session.onnx.model=" + model,
                            "rfx.session.onnx.inputs[0].terms[0].command=goal",
                            "rfx.session.onnx.inputs[0].terms[0].normalize.mean=1,2,3",
                            "rfx.session.onnx.inputs[0].terms[0].normalize.std=1,2,3",
                            "rfx.session.onnx.commands.goal=1,0,0.5",
                            "rfx.session.auto-startup=false");
                    assertThatThrownBy(() -> application.run(context -> {}))
                            .isInstanceOf(ConfigurationException.class)
                            .hasMessageContaining("rfx.session.onnx.model was set then");
                    application.run(
                            context -> {
                                assertThat(context.getBeanProvider(Policy.class).stream())
                                        .isEmpty();
                                assertSameBeansAsWithout(context, OnlyRobot.class);
                            },
                            DISABLED);
                },
                "rfx.session.onnx.model=" + model);
    }

    /** Without these hints a native image has no properties of the elements of lists. */
    @Test
    void everyRecordOfPropertiesIsReachableByReflection() {
        RuntimeHints hints = AheadOfTime.hints(OnlyRobot.class, "rfx.session.onnx.model=any.onnx");

        assertThat(
                        List.of(
                                OnnxProperties.class,
                                OnnxProperties.ModelOutput.class,
                                OnnxProperties.RecurrentPair.class,
                                OnnxInput.class,
                                OnnxTerm.class,
                                OnnxTerm.Phase.class,
                                OnnxStatistics.class))
                .allMatch(type -> hints.reflection().getTypeHint(type) != null);
    }

    @Campaign.Only
    @Test
    void choiceOfARobotOrAPolicyThatTheBuildHadNotMadeIsRefused() {
        AheadOfTime.build(
                OnlyPolicy.class,
                application ->
                        assertThat(
                                        List.of(
                                                "rfx.session.so101.port=/dev/ttyACM0",
                                                "rfx.session.onnx.model=any.onnx",
                                                "rfx.session.robot=arm",
                                                "rfx.session.policy=policy"))
                                .allSatisfy(
                                        property ->
                                                assertThatThrownBy(
                                                                () ->
                                                                        application.run(
                                                                                context -> {},
                                                                                property))
                                                        .isInstanceOf(ConfigurationException.class)
                                                        .hasMessageContaining("(AOT)")
                                                        .hasMessageContaining(
                                                                property.replaceAll("=.*", "")
                                                                        + " was not set then")));
    }

    /** A robot of the application has the conditions of the application. */
    @Campaign.Only
    @Test
    void portIsRefusedEvenIfTheBuildHadARobotOfTheApplication() {
        AheadOfTime.build(
                Application.class,
                application ->
                        assertThatThrownBy(
                                        () ->
                                                application.run(
                                                        context -> {},
                                                        "rfx.session.so101.port=/dev/ttyACM0"))
                                .isInstanceOf(ConfigurationException.class)
                                .hasMessageContaining("rfx.session.so101.port was not set then"));
    }

    @Campaign.Only
    @Test
    void robotAndPolicyOfTheSessionMayBeNamedAtRunTime() {
        AheadOfTime.build(
                Application.class,
                application ->
                        application.run(
                                context ->
                                        assertThat(context.getBean(Session.class).isRunning())
                                                .isTrue(),
                                "rfx.session.warmup=0",
                                "rfx.session.robot=robot",
                                "rfx.session.policy=policy"));
    }

    @Test
    void everyOtherPropertyThatDecidesAboutMotionIsThatOfTheRun() {
        AheadOfTime.build(
                OnlyRobotAndPolicy.class,
                application ->
                        application.run(
                                context -> {
                                    Session session = context.getBean(Session.class);
                                    assertThat(session.state()).isEqualTo(SessionState.NEW);
                                    assertThat(session.options().rateHz()).isEqualTo(20);
                                    assertThat(session.options().limits())
                                            .isEqualTo(LimitOptions.none().withMax(List.of(0.5f)));
                                    assertThat(session.options().watchdogTimeout())
                                            .isEqualTo(Duration.ofSeconds(3));
                                    assertThat(
                                                    context.getBean(
                                                                    SessionLifecycles.LIFECYCLE,
                                                                    SessionLifecycle.class)
                                                            .getPhase())
                                            .isEqualTo(7);
                                },
                                "rfx.session.rate-hz=20",
                                "rfx.session.limits.max=0.5",
                                "rfx.session.watchdog.timeout=3s",
                                "rfx.session.auto-startup=false",
                                "rfx.session.phase=7"),
                "rfx.session.rate-hz=100",
                "rfx.session.limits.max=1",
                DISABLED);
    }

    @Campaign.Only
    @Test
    void sessionThatTheBuildDisablesMayRun() {
        AheadOfTime.build(
                TwoRobots.class,
                application ->
                        application.run(
                                context ->
                                        assertThat(
                                                        context.getBean(
                                                                        "leftSession",
                                                                        Session.class)
                                                                .isRunning())
                                                .isTrue(),
                                "rfx.session.sessions.left.warmup=0"),
                "rfx.session.sessions.left.enabled=false");
    }

    @Campaign.Only
    @Test
    void exposureOfTheEndpointThatTheBuildDidNotHaveIsReported(CapturedOutput output) {
        // The class loader of this test has a log of its own.
        ((Logger) LoggerFactory.getLogger(BeanChoices.class)).setLevel(Level.WARN);
        AheadOfTime.build(
                OnlyPolicy.class,
                application ->
                        application.run(
                                context -> assertThat(context.isRunning()).isTrue(),
                                "management.endpoints.web.exposure.include=health, rfxsession",
                                "management.health.rfxsession.enabled=true"),
                "management.endpoints.web.exposure.include=health",
                "management.health.rfxsession.enabled=true",
                "management.endpoints.web.exposure.exclude=info");

        assertThat(output.getAll().lines().filter(line -> line.contains("BeanChoices: ")))
                .singleElement()
                .asString()
                .contains(
                        "management.endpoints.web.exposure.include is 'health, rfxsession', but was 'health'",
                        "ahead of time (AOT)");
    }

    @Test
    void configuredSessionsHaveThePropertiesOfTheRun(@TempDir Path directory) throws Exception {
        Path model = TestModel.linear(3, 3).write(directory.resolve("model.onnx"));
        String left = "rfx.session.sessions.left.onnx.model=" + model;
        String term = "rfx.session.onnx.inputs[0].terms[0].command=goal";
        String right = "rfx.session.sessions.right.policy=policy";
        AheadOfTime.build(
                TwoRobots.class,
                application -> {
                    application.run(
                            context -> {
                                assertThat(context.getBean("leftSession", Session.class))
                                        .extracting(session -> session.options().rateHz())
                                        .isEqualTo(30.0);
                                assertThat(
                                                context.getBean("leftOnnxPolicy", OnnxPolicy.class)
                                                        .command("goal"))
                                        .hasToString("goal[1.0, 0.0, 0.5]");
                                Session running = context.getBean("rightSession", Session.class);
                                assertThat(running.isRunning()).isTrue();
                            },
                            left,
                            term,
                            "rfx.session.onnx.commands.goal=1,0,0.5",
                            right,
                            "rfx.session.sessions.left.rate-hz=30",
                            "rfx.session.sessions.left.auto-startup=false");
                    application.run(
                            context -> {
                                assertThat(context.getBeanNamesForType(Session.class))
                                        .containsExactly("rightSession");
                                assertThat(context.containsBean("leftOnnxPolicy")).isFalse();
                            },
                            left,
                            right,
                            "rfx.session.sessions.left.enabled=false");
                    application.run(
                            context -> {
                                assertThat(context.getBeanProvider(Session.class).stream())
                                        .isEmpty();
                                assertSameBeansAsWithout(context, TwoRobots.class);
                            },
                            left,
                            right,
                            DISABLED);
                    assertThatThrownBy(() -> application.run(context -> {}, left, term))
                            .isInstanceOf(ConfigurationException.class)
                            .hasMessageContaining("rfx.session.sessions.right was set then");
                    assertThatThrownBy(
                                    () ->
                                            application.run(
                                                    context -> {},
                                                    left,
                                                    term,
                                                    right,
                                                    "rfx.session.sessions.third.rate-hz=30"))
                            .isInstanceOf(ConfigurationException.class)
                            .hasMessageContaining("rfx.session.sessions.third was not set then");
                },
                left,
                right);
    }

    @Retention(RetentionPolicy.RUNTIME)
    @ImportAutoConfiguration({
        ConfiguredSessionsAutoConfiguration.class,
        SessionAutoConfiguration.class,
        SessionLifecycleAutoConfiguration.class,
        SessionHealthContributorAutoConfiguration.class,
        SessionMetricsAutoConfiguration.class,
        So101AutoConfiguration.class,
        OnnxPolicyAutoConfiguration.class
    })
    @interface OurAutoConfigurations {}

    @Configuration(proxyBeanMethods = false)
    @OurAutoConfigurations
    @Import(TestBeans.class)
    static class Application {}

    @Configuration(proxyBeanMethods = false)
    @OurAutoConfigurations
    @Import(TestBeans.class)
    static class OwnSession {

        @Bean
        Session own(ScriptedRobot robot, Policy<String, String> policy) {
            return new Session(robot, policy);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @OurAutoConfigurations
    static class OnlyRobot {

        @Bean
        MockRobot robot() {
            return new MockRobot(3, 50);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @OurAutoConfigurations
    @Import({OnlyRobot.class, OnlyPolicy.class})
    static class OnlyRobotAndPolicy {}

    @Configuration(proxyBeanMethods = false)
    @OurAutoConfigurations
    static class TwoRobots {

        @Bean
        MockRobot leftRobot() {
            return new MockRobot(3, 50);
        }

        @Bean
        MockRobot rightRobot() {
            return new MockRobot(3, 50);
        }

        @Bean
        Policy<Observation, Tensor> policy() {
            Tensor middle = Tensor.zeros(3);
            return observation -> middle;
        }
    }

    @Configuration(proxyBeanMethods = false)
    @OurAutoConfigurations
    static class OnlyPolicy {

        @Bean
        Policy<Observation, Tensor> policy() {
            Tensor middle = Tensor.zeros(6);
            return observation -> middle;
        }
    }
}
