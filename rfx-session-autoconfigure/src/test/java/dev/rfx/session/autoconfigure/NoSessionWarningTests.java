package dev.rfx.session.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.rfx.session.Policy;
import dev.rfx.session.Session;
import dev.rfx.session.testkit.ScriptedRobot;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.AutoConfigureAfter;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Fallback;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;

/** An application with a robot or a policy but no session logs the reason once. */
@ExtendWith(OutputCaptureExtension.class)
class NoSessionWarningTests {

    private static final Logger LOG = (Logger) LoggerFactory.getLogger(NoSessionWarning.class);
    private static final String PORT = "rfx.session.so101.port=/dev/ttyACM0";

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner()
                    .withPropertyValues(
                            "rfx.session.auto-startup=false",
                            "rfx.session.so101.calibration=arm.json")
                    .withConfiguration(
                            AutoConfigurations.of(
                                    So101AutoConfiguration.class,
                                    SessionAutoConfiguration.class,
                                    SessionLifecycleAutoConfiguration.class));

    @BeforeEach
    void switchLogOn() {
        LOG.setLevel(Level.WARN);
    }

    @AfterEach
    void switchLogOff() {
        LOG.setLevel(null);
    }

    private static List<String> warnings(CapturedOutput output) {
        return output.getAll().lines().filter(line -> line.contains("NoSessionWarning: ")).toList();
    }

    private static void assertWarning(CapturedOutput output, String... parts) {
        assertThat(warnings(output)).singleElement().asString().contains(parts);
    }

    private void run(Class<?>... configurations) {
        this.runner
                .withUserConfiguration(configurations)
                .run(context -> assertThat(context).hasNotFailed());
    }

    private void run(String property, Class<?>... configurations) {
        this.runner
                .withPropertyValues(property)
                .withUserConfiguration(configurations)
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void robotWithoutAPolicy(CapturedOutput output) {
        run(OneRobot.class);

        assertWarning(
                output,
                "There is no session, so no robot moves: there is no Policy bean. Declare a bean of"
                        + " type dev.rfx.session.Policy.");
    }

    @Test
    void policyWithoutARobot(CapturedOutput output) {
        run(OnePolicy.class);

        assertWarning(output, "there is no Robot bean. Declare a bean of type");
    }

    @Test
    void twoRobotsAndTwoPolicies(CapturedOutput output) {
        run(OneRobot.class, SecondRobot.class, OnePolicy.class, SecondPolicy.class);

        assertWarning(
                output,
                "there are 2 Robot beans, [robot, spare], and there are 2 Policy beans, [policy,"
                        + " other]. Mark one Robot bean as @Primary");
    }

    @Test
    void twoPrimaryRobots(CapturedOutput output) {
        run(PrimaryRobot.class, SecondPrimaryRobot.class, OnePolicy.class);

        assertWarning(output, "there are 2 Robot beans, [best, better]. Mark one");
    }

    @Test
    void portThatIsFalseIsNamed(CapturedOutput output) {
        run("rfx.session.so101.port=false", OnePolicy.class);

        assertWarning(
                output, "no Robot bean (rfx.session.so101.port is false, so there is no arm)");
    }

    @Test
    void armWithoutAPolicy(CapturedOutput output) {
        run(PORT);

        assertWarning(output, "there is no Policy bean");
    }

    @Test
    void portWhoseArmTheApplicationReplaces(CapturedOutput output) {
        run(PORT, TestBeans.class);

        assertWarning(
                output,
                "rfx.session.so101.port is set, but the arm is not used: the application has a Robot"
                        + " bean of its own");
    }

    @Test
    void portWithoutTheAutoConfigurationOfTheArm(CapturedOutput output) {
        new ApplicationContextRunner()
                .withPropertyValues(PORT)
                .withConfiguration(AutoConfigurations.of(SessionAutoConfiguration.class))
                .withUserConfiguration(OnePolicy.class)
                .run(context -> assertThat(context).hasNotFailed());

        assertWarning(output, "there is no Robot bean, although rfx.session.so101.port is set");
    }

    private static final String MODEL = "rfx.session.onnx.model=go1_policy.onnx";

    private static void runWithoutTheAutoConfigurationOfTheModel(Class<?>... configurations) {
        new ApplicationContextRunner()
                .withPropertyValues(MODEL, "rfx.session.auto-startup=false")
                .withConfiguration(AutoConfigurations.of(SessionAutoConfiguration.class))
                .withUserConfiguration(configurations)
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void modelWithoutItsAutoConfiguration(CapturedOutput output) {
        runWithoutTheAutoConfigurationOfTheModel(OneRobot.class);

        assertWarning(
                output,
                "there is no Policy bean, although rfx.session.onnx.model is set. Do not exclude"
                        + " OnnxPolicyAutoConfiguration.");
    }

    @Test
    void modelThatAnotherPolicyReplaces(CapturedOutput output) {
        runWithoutTheAutoConfigurationOfTheModel(TestBeans.class);

        assertWarning(
                output,
                "rfx.session.onnx.model is set, but the model is not used: the application excludes"
                        + " OnnxPolicyAutoConfiguration");
    }

    @Test
    void modelThatIsFalseIsNamed(CapturedOutput output) {
        run("rfx.session.onnx.model=false", OneRobot.class);

        assertWarning(
                output,
                "no Policy bean (rfx.session.onnx.model is false, so there is no trained policy)");
    }

    @Test
    void partsThatAreDeclaredTooLate(CapturedOutput output) {
        new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(SessionAutoConfiguration.class, LateBeans.class))
                .run(context -> assertThat(context).hasNotFailed());

        assertWarning(
                output,
                "were not there when the conditions were evaluated",
                "SessionAutoConfiguration");
    }

    @Test
    void nothingIsSaidOfAnApplicationWithASession(CapturedOutput output) {
        run(TestBeans.class);
        run(OneRobot.class, SecondRobot.class, OwnSession.class);
        run("rfx.session.so101.port=false", TestBeans.class);
        run(PORT, OnePolicy.class);

        assertThat(warnings(output)).isEmpty();
    }

    @Test
    void nothingIsSaidOfAnApplicationWithoutAnyPart(CapturedOutput output) {
        run();

        assertThat(warnings(output)).isEmpty();
    }

    @Test
    void nothingIsSaidWhereSessionsAreDisabled(CapturedOutput output) {
        this.runner
                .withPropertyValues(PORT, "rfx.session.enabled=false")
                .withUserConfiguration(OneRobot.class)
                .run(context -> assertThat(context).hasNotFailed());

        assertThat(warnings(output)).isEmpty();
    }

    @Test
    void candidatesAreThoseOfSpring(CapturedOutput output) {
        run(OneRobot.class, FallbackRobot.class, SpareRobot.class);

        assertWarning(output, "so no robot moves: there is no Policy bean.");
    }

    @Configuration(proxyBeanMethods = false)
    static class OneRobot {
        @Bean
        ScriptedRobot robot() {
            return new ScriptedRobot();
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
    static class PrimaryRobot {
        @Bean
        @Primary
        ScriptedRobot best() {
            return new ScriptedRobot();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class SecondPrimaryRobot {
        @Bean
        @Primary
        ScriptedRobot better() {
            return new ScriptedRobot();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class FallbackRobot {
        @Bean
        @Fallback
        ScriptedRobot simulation() {
            return new ScriptedRobot();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class SpareRobot {
        @Bean(defaultCandidate = false)
        ScriptedRobot spare() {
            return new ScriptedRobot();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OnePolicy {
        @Bean
        Policy<?, ?> policy() {
            return observation -> "action";
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class SecondPolicy {
        @Bean
        Policy<?, ?> other() {
            return observation -> "action";
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnSession {
        @Bean
        Session own(ScriptedRobot robot) {
            return new Session(robot, observation -> "action");
        }
    }

    @Configuration(proxyBeanMethods = false)
    @AutoConfigureAfter(SessionAutoConfiguration.class)
    @Import(TestBeans.class)
    static class LateBeans {}
}
