package dev.rfx.session.autoconfigure;

import static dev.rfx.session.autoconfigure.RefusedProperty.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rfx.session.Policy;
import dev.rfx.session.RobotDecorator;
import dev.rfx.session.Session;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.Tensor;
import dev.rfx.session.WatchdogAction;
import dev.rfx.session.robot.LimitOptions;
import dev.rfx.session.robot.MockRobot;
import dev.rfx.session.testkit.ScriptedRobot;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Scope;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** Sessions by configuration: their names, their properties, and their robots and policies. */
@ExtendWith(OutputCaptureExtension.class)
class ConfiguredSessionsTests {

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner()
                    .withPropertyValues("rfx.session.auto-startup=false")
                    .withConfiguration(
                            AutoConfigurations.of(
                                    ConfiguredSessionsAutoConfiguration.class,
                                    SessionAutoConfiguration.class,
                                    SessionLifecycleAutoConfiguration.class));

    private static SessionOptions options(ApplicationContext context, String bean) {
        return context.getBean(bean, Session.class).options();
    }

    @Test
    void everyNameIsASessionWithRobotAndPolicyOfItsName() {
        this.runner
                .withUserConfiguration(TwoArms.class)
                .withPropertyValues(
                        "rfx.session.sessions.left.rate-hz=20",
                        "rfx.session.sessions.right.rate-hz=30")
                .run(
                        context -> {
                            assertThat(context)
                                    .getBeanNames(Session.class)
                                    .containsExactly("leftSession", "rightSession");
                            Session right = context.getBean("rightSession", Session.class);
                            assertThat(right.name()).isEqualTo("right");
                            right.run(Duration.ofMillis(1));
                            assertThat(context.getBean("rightRobot", ScriptedRobot.class).resets)
                                    .hasValue(1);
                            assertThat(context.getBean("leftRobot", ScriptedRobot.class).calls())
                                    .isZero();
                        });
    }

    @Test
    void sessionHasItsOwnPropertiesAndInheritsTheOthers() {
        this.runner
                .withUserConfiguration(TwoArms.class)
                .withPropertyValues(
                        "rfx.session.rate-hz=100",
                        "rfx.session.watchdog.action=report",
                        "rfx.session.watchdog.timeout=3s",
                        "rfx.session.thread.cpus=1,2,3",
                        "rfx.session.sessions.left.name=arm",
                        "rfx.session.sessions.left.watchdog.timeout=2s",
                        "rfx.session.sessions.left.thread.cpus[0]=7",
                        "rfx.session.sessions.right.rate-hz=200")
                .run(
                        context -> {
                            SessionOptions left = options(context, "leftSession");
                            assertThat(left.name()).isEqualTo("arm");
                            assertThat(left.rateHz()).isEqualTo(100);
                            assertThat(left.watchdogAction()).isEqualTo(WatchdogAction.REPORT);
                            assertThat(left.watchdogTimeout()).isEqualTo(Duration.ofSeconds(2));
                            assertThat(left.thread().cpus()).containsExactly(7);
                            SessionOptions right = options(context, "rightSession");
                            assertThat(right.name()).isEqualTo("right");
                            assertThat(right.rateHz()).isEqualTo(200);
                            assertThat(right.watchdogTimeout()).isEqualTo(Duration.ofSeconds(3));
                            assertThat(right.thread().cpus()).containsExactlyInAnyOrder(1, 2, 3);
                        });
    }

    @Test
    void emptyPropertyRemovesWhatIsInherited() {
        this.runner
                .withUserConfiguration(TwoTensorArms.class)
                .withPropertyValues(
                        "rfx.session.limits.max=1",
                        "rfx.session.sessions.left.limits.max=",
                        "rfx.session.sessions.right=")
                .run(
                        context -> {
                            assertThat(options(context, "leftSession").limits()).isNull();
                            assertThat(options(context, "rightSession").limits())
                                    .isEqualTo(LimitOptions.none().withMax(List.of(1f)));
                        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sessions.left.robot",
                "sessions.left.policy",
                "sessions.left.so101.port",
                "sessions.left.onnx.model",
                "robot"
            })
    void emptyPropertyIsAsIfItWereNotSet(String property) {
        this.runner
                .withUserConfiguration(TwoArms.class)
                .withPropertyValues(
                        "rfx.session.sessions.left.rate-hz=20", "rfx.session." + property + "=")
                .run(context -> assertThat(context).hasBean("leftSession"));
    }

    @Test
    void environmentVariableOverridesAPropertyOfASessionThatAFileNames() {
        PropertySource<?> variables =
                new SystemEnvironmentPropertySource(
                        "test-systemEnvironment",
                        Map.of("RFX_SESSION_SESSIONS_LEFTARM_RATEHZ", "70"));
        this.runner
                .withInitializer(
                        context ->
                                context.getEnvironment().getPropertySources().addFirst(variables))
                .withBean("leftArmRobot", ScriptedRobot.class)
                .withUserConfiguration(OnePolicy.class)
                .withPropertyValues("rfx.session.sessions.left-arm.rate-hz=20")
                .run(
                        context -> {
                            assertThat(context).hasSingleBean(Session.class);
                            assertThat(options(context, "leftArmSession").rateHz()).isEqualTo(70);
                        });
    }

    @Test
    void propertiesNameRobotAndPolicyByBean() {
        this.runner
                .withUserConfiguration(TwoArms.class, OnePolicy.class)
                .withPropertyValues(
                        "rfx.session.sessions.a.robot=rightRobot",
                        "rfx.session.sessions.a.policy=policy")
                .run(
                        context -> {
                            context.getBean(Session.class).run(Duration.ofMillis(1));
                            assertThat(context.getBean("rightRobot", ScriptedRobot.class).resets)
                                    .hasValue(1);
                        });
    }

    @Test
    void sessionWithoutANameChoosesItsRobotAndPolicyByBean() {
        this.runner
                .withUserConfiguration(TwoArms.class)
                .withPropertyValues(
                        "rfx.session.robot=rightRobot", "rfx.session.policy=rightPolicy")
                .run(
                        context -> {
                            context.getBean("rfxSession", Session.class).run(Duration.ofMillis(1));
                            assertThat(context.getBean("rightRobot", ScriptedRobot.class).resets)
                                    .hasValue(1);
                        });
    }

    @Test
    void qualifierConnectsRobotAndPolicyWithASession() {
        this.runner
                .withUserConfiguration(Qualified.class)
                .withPropertyValues("rfx.session.sessions.left.rate-hz=20")
                .run(
                        context -> {
                            context.getBean(Session.class).run(Duration.ofMillis(1));
                            assertThat(context.getBean("one", ScriptedRobot.class).resets)
                                    .hasValue(1);
                            assertThat(context.getBean("two", ScriptedRobot.class).calls())
                                    .isZero();
                        });
    }

    @Test
    void disabledSessionIsLeftOut() {
        this.runner
                .withUserConfiguration(TwoArms.class)
                .withPropertyValues(
                        "rfx.session.sessions.left.enabled=false",
                        "rfx.session.sessions.right.rate-hz=30")
                .run(
                        context ->
                                assertThat(context)
                                        .getBeanNames(Session.class)
                                        .containsExactly("rightSession"));
    }

    @Test
    void noSessionReplacesThoseThatAreAllDisabled() {
        this.runner
                .withUserConfiguration(TestBeans.class)
                .withPropertyValues("rfx.session.sessions.left.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(Session.class));
    }

    @Test
    void sessionOfTheApplicationReplacesTheConfiguredOneAndHasItsProperties() {
        this.runner
                .withUserConfiguration(OwnSession.class)
                .withPropertyValues(
                        "rfx.session.sessions.left.rate-hz=20", "rfx.session.rate-hz=30")
                .run(
                        context -> {
                            assertThat(context).hasSingleBean(Session.class);
                            assertThat(options(context, "leftSession").rateHz()).isEqualTo(20);
                        });
    }

    @Test
    void beanThatIsNoSessionDoesNotReplaceOne() {
        this.runner
                .withUserConfiguration(TwoArms.class)
                .withBean("leftSession", String.class, () -> "a text")
                .withPropertyValues("rfx.session.sessions.left.rate-hz=20")
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .hasMessageContaining(
                                                "The bean 'leftSession' has the name of the session of"
                                                        + " rfx.session.sessions.left, but is not a"
                                                        + " Session"));
    }

    @Test
    void sessionThatIsNoSingletonIsRefused() {
        this.runner
                .withUserConfiguration(ManySessions.class)
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .rootCause()
                                        .hasMessageContaining(
                                                "The Session bean 'session' is not a singleton"));
    }

    @Test
    void factoryAppliesTheCommonPropertiesToANameWithoutConfiguration() {
        this.runner
                .withPropertyValues("rfx.session.rate-hz=30", "rfx.session.name=arm")
                .run(
                        context ->
                                assertThat(context.getBean(SessionFactory.class).options("gripper"))
                                        .isEqualTo(
                                                SessionOptions.defaults()
                                                        .withRateHz(30)
                                                        .withName("gripper")));
    }

    @ParameterizedTest
    @CsvSource({
        "rfx.session.sessions.left.rate-hz=0, rfx.session.sessions.left.rate-hz",
        "rfx.session.rate-hz=0, rfx.session.rate-hz",
        "rfx.session.sessions.left.limits.max=, rfx.session.sessions.left.limits",
        "rfx.session.limits.max=2, rfx.session.limits",
    })
    void messageNamesThePropertyWhereItIsSet(String property, String name) {
        this.runner
                .withUserConfiguration(TwoArms.class)
                .withPropertyValues(
                        "rfx.session.sessions.left.warmup=0", "rfx.session.limits.min=1", property)
                .run(context -> assertRefused(context, "Property " + name + " with value ", ""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    left.robot=arm             | rfx.session.sessions.left.robot is 'arm', but there is no bean of this name
                    left.robot=leftPolicy      | rfx.session.sessions.left.robot is 'leftPolicy', but this bean is not a Robot
                    left.policy=none           | rfx.session.sessions.left.policy is 'none', but there is no bean of this name
                    other.rate-hz=1            | There are 2 Robot beans, [leftRobot, rightRobot] for session 'other'
                    """)
    void beanThatIsNotThereIsExplained(String property, String message) {
        this.runner
                .withUserConfiguration(TwoArms.class)
                .withPropertyValues("rfx.session.sessions." + property)
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .rootCause()
                                        .hasMessageContaining(message));
    }

    @Test
    void typesThatDoNotFitAreExplained() {
        this.runner
                .withUserConfiguration(TwoArms.class)
                .withBean("tensors", TensorPolicy.class)
                .withPropertyValues("rfx.session.sessions.left.policy=tensors")
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .rootCause()
                                        .isInstanceOf(RobotPolicyMismatchException.class)
                                        .hasMessageContaining("tensors"));
    }

    /** Two spellings of a name are one session, whichever comes first. */
    @Test
    void nameHasTheFormOfABeanIfAnyPropertyHasIt() {
        this.runner
                .withUserConfiguration(TestBeans.class)
                .withPropertyValues(
                        "rfx.session.sessions.leftArm.rateHz=20",
                        "rfx.session.sessions.left-arm.warmup=0")
                .run(
                        context -> {
                            assertThat(context).hasSingleBean(Session.class);
                            assertThat(options(context, "leftArmSession"))
                                    .isEqualTo(
                                            SessionOptions.defaults()
                                                    .withName("left-arm")
                                                    .withRateHz(20)
                                                    .withWarmup(Duration.ZERO));
                        });
    }

    @Test
    void robotInTwoSessionsIsRefusedBeforeAnythingStarts() {
        this.runner
                .withUserConfiguration(TwoArms.class)
                .withPropertyValues(
                        "rfx.session.auto-startup=true",
                        "rfx.session.sessions.left.warmup=0",
                        "rfx.session.sessions.right.robot=leftRobot")
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .rootCause()
                                        .hasMessageContaining(
                                                "The sessions 'left' and 'right' would drive the same"
                                                        + " robot, bean 'leftRobot'"));
    }

    @Test
    void deviceInTwoSessionsIsRefusedBeforeAnythingStarts() {
        this.runner
                .withUserConfiguration(OneDevice.class)
                .withPropertyValues(
                        "rfx.session.auto-startup=true",
                        "rfx.session.sessions.left.warmup=0",
                        "rfx.session.sessions.right.warmup=0")
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .rootCause()
                                        .hasMessageContaining(
                                                "The sessions 'left' and 'right' would drive the same"
                                                        + " robot, bean 'rightRobot'"));
    }

    @Test
    void robotMayHaveTwoSessionsIfOnlyOneStartsWithTheApplication() {
        this.runner
                .withUserConfiguration(TwoArms.class)
                .withPropertyValues(
                        "rfx.session.auto-startup=true",
                        "rfx.session.sessions.left.warmup=0",
                        "rfx.session.sessions.right.robot=leftRobot",
                        "rfx.session.sessions.right.auto-startup=false")
                .run(
                        context -> {
                            assertThat(context.getBean("leftSession", Session.class).isRunning())
                                    .isTrue();
                            assertThat(context.getBean("rightSession", Session.class).isRunning())
                                    .isFalse();
                        });
    }

    @ParameterizedTest
    @CsvSource({"robot=leftRobot", "policy=leftPolicy", "name=arm", "so101.port=a", "onnx.model=a"})
    void propertyOfOneSessionIsRefusedWithoutItsName(String property) {
        this.runner
                .withUserConfiguration(TwoArms.class)
                .withPropertyValues("rfx.session.sessions.left.warmup=0", "rfx.session." + property)
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .message()
                                        .contains(
                                                "rfx.session." + property.split("=")[0],
                                                "no session inherits it",
                                                "below rfx.session.sessions.<name>"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rfx.session.record.file-name=run-{part}.mcap",
                "rfx.session.sessions.right.name=left"
            })
    void recordingsWithTheSameFilesAreRefused(String property) {
        this.runner
                .withUserConfiguration(TwoArms.class)
                .withPropertyValues(
                        "rfx.session.record.enabled=true",
                        "rfx.session.sessions.left.record.directory=recordings/../recordings",
                        "rfx.session.sessions.right.record.directory=recordings",
                        property)
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .hasMessageContaining(
                                                "The Session beans 'leftSession' and 'rightSession'"
                                                        + " would record to the same files"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rfx.session.sessions.left.rate-hz=20",
                "rfx.session.sessions.left.record.file-name=run-{part}.mcap",
                "rfx.session.sessions.left.record.enabled=false"
            })
    void recordingsShareADirectoryIfTheirNamesDiffer(String property) {
        this.runner
                .withUserConfiguration(TwoArms.class)
                .withPropertyValues(
                        "rfx.session.record.enabled=true",
                        "rfx.session.sessions.right.rate-hz=20",
                        property)
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void childContextLeavesTheSessionsToItsParent() {
        String property = "rfx.session.sessions.left.rate-hz=20";
        this.runner
                .withUserConfiguration(TestBeans.class)
                .withPropertyValues(property)
                .run(
                        parent ->
                                this.runner
                                        .withParent(parent)
                                        .withPropertyValues(property)
                                        .run(
                                                child -> {
                                                    assertThat(child).hasNotFailed();
                                                    assertThat(
                                                                    child.getBeanNamesForType(
                                                                            Session.class))
                                                            .isEmpty();
                                                }));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rfx.session.sessions[left_arm].rate-hz",
                "rfx.session.sessions[left-arm].rate-hz",
                "rfx.session.sessions.leftArm.rate-hz",
                "rfx.session.sessions.left_arm.rate-hz",
                "rfx.session.sessions[0].rate-hz",
                "rfx.session.sessions.0.rate-hz"
            })
    void nameThatIsNoNameOfABeanIsRefused(String property) {
        this.runner
                .withUserConfiguration(TestBeans.class)
                .withPropertyValues(property + "=20")
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .hasMessageContaining("There cannot be a session"));
    }

    @Test
    void valueOfAnotherTypeIsExplainedWhereItIsSet(CapturedOutput output) {
        assertThatThrownBy(
                        () ->
                                new SpringApplicationBuilder(Application.class)
                                        .web(WebApplicationType.NONE)
                                        .run("--rfx.session.sessions.left.rate-hz=fast"))
                .isInstanceOf(Exception.class);

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("Property: rfx.session.sessions.left.rate-hz")
                .contains("Value: \"fast\"");
    }

    @Test
    void injectingASessionIsExplainedIfAllAreDisabled(CapturedOutput output) {
        assertThatThrownBy(
                        () ->
                                new SpringApplicationBuilder(Application.class, NeedsSession.class)
                                        .web(WebApplicationType.NONE)
                                        .run("--rfx.session.sessions.left.enabled=false"))
                .isInstanceOf(Exception.class);

        assertThat(output)
                .contains("there is none: all sessions of rfx.session.sessions are disabled.");
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(TestBeans.class)
    static class Application {}

    @Configuration(proxyBeanMethods = false)
    static class NeedsSession {

        @Bean
        Object needsSession(Session session) {
            return session;
        }
    }

    static final class TensorPolicy implements Policy<Tensor, Tensor> {

        @Override
        public Tensor selectAction(Tensor observation) {
            return observation;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class TwoArms {

        @Bean
        ScriptedRobot leftRobot() {
            return new ScriptedRobot();
        }

        @Bean
        ScriptedRobot rightRobot() {
            return new ScriptedRobot();
        }

        @Bean
        Policy<String, String> leftPolicy() {
            return observation -> "left";
        }

        @Bean
        Policy<String, String> rightPolicy() {
            return observation -> "right";
        }
    }

    /** Two beans for one device. */
    @Configuration(proxyBeanMethods = false)
    @Import(OnePolicy.class)
    static class OneDevice {

        @Bean
        ScriptedRobot leftRobot() {
            return new ScriptedRobot();
        }

        @Bean
        RobotDecorator<String, String> rightRobot(ScriptedRobot leftRobot) {
            return new RobotDecorator<>(leftRobot) {};
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class ManySessions {

        @Bean
        @Scope("prototype")
        Session session() {
            return new Session(new ScriptedRobot(), observation -> "action");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class TwoTensorArms {

        @Bean
        MockRobot leftRobot() {
            return new MockRobot(2, 50);
        }

        @Bean
        MockRobot rightRobot() {
            return new MockRobot(2, 50);
        }

        @Bean
        Policy<Object, Tensor> policy() {
            Tensor middle = Tensor.zeros(2);
            return observation -> middle;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OnePolicy {

        @Bean
        Policy<String, String> policy() {
            return observation -> "action";
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Qualified {

        @Bean
        @Qualifier("left")
        ScriptedRobot one() {
            return new ScriptedRobot();
        }

        @Bean
        @Qualifier("right")
        ScriptedRobot two() {
            return new ScriptedRobot();
        }

        @Bean
        @Qualifier("left")
        Policy<String, String> first() {
            return observation -> "action";
        }

        @Bean
        Policy<String, String> second() {
            return observation -> {
                throw new AssertionError("the other one has the qualifier");
            };
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnSession {

        @Bean
        Session leftSession(SessionFactory sessions) {
            return sessions.create("left", new ScriptedRobot(), observation -> "action");
        }
    }
}
