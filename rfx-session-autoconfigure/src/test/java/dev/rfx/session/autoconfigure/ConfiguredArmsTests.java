package dev.rfx.session.autoconfigure;

import static dev.rfx.session.autoconfigure.RefusedProperty.assertRefused;
import static dev.rfx.session.testkit.Sessions.awaitIterations;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.Observation;
import dev.rfx.session.Policy;
import dev.rfx.session.Session;
import dev.rfx.session.Tensor;
import dev.rfx.session.onnx.TestModel;
import dev.rfx.session.so101.CalibrationFile;
import dev.rfx.session.so101.Joint;
import dev.rfx.session.so101.So101Robot;
import dev.rfx.session.so101.VirtualSo101;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ClassPathResource;

/** Two SO-101 arms need no Java code but the policy, and none with trained policies. */
class ConfiguredArmsTests {

    @TempDir private Path directory;
    private VirtualSo101 left;
    private VirtualSo101 right;
    private ApplicationContextRunner runner;

    @BeforeEach
    void plugIn() {
        this.left = VirtualSo101.start();
        this.right = VirtualSo101.start();
        this.runner =
                new ApplicationContextRunner()
                        .withPropertyValues(
                                "rfx.session.warmup=0",
                                "rfx.session.so101.calibration="
                                        + CalibrationFile.of(this.directory),
                                // Long enough for a busy machine.
                                "rfx.session.so101.read-timeout=500ms",
                                "rfx.session.sessions.left.so101.port=" + this.left.port(),
                                "rfx.session.sessions.right.so101.port=" + this.right.port())
                        .withConfiguration(
                                AutoConfigurations.of(
                                        ConfiguredSessionsAutoConfiguration.class,
                                        OnnxPolicyAutoConfiguration.class,
                                        SessionAutoConfiguration.class,
                                        SessionLifecycleAutoConfiguration.class,
                                        So101AutoConfiguration.class));
    }

    @AfterEach
    void unplug() {
        this.left.close();
        this.right.close();
    }

    @Test
    void twoArmsNeedOnlyAPolicy() {
        this.runner
                .withUserConfiguration(StayInTheMiddle.class)
                .withPropertyValues(
                        "rfx.session.sessions.right.so101.units=degrees",
                        "rfx.session.so101.stop-mode=torque-off",
                        "rfx.session.sessions.right.so101.stop-mode=hold")
                .run(
                        context -> {
                            assertThat(context)
                                    .getBeanNames(So101Robot.class)
                                    .containsExactly("leftSo101Robot", "rightSo101Robot");
                            awaitIterations(context.getBean("leftSession", Session.class), 3);
                            awaitIterations(context.getBean("rightSession", Session.class), 3);
                        });
        assertThat(this.left.goals()).isNotEmpty();
        assertThat(this.right.goals()).isNotEmpty();
        assertThat(this.left.isTorqueOn(Joint.GRIPPER)).isFalse();
        assertThat(this.right.isTorqueOn(Joint.GRIPPER)).isTrue();
    }

    @Test
    void eachArmMayHaveATrainedPolicyOfItsOwn() throws Exception {
        Path model = TestModel.linear(12, 6).write(this.directory.resolve("model.onnx"));
        this.runner
                .withPropertyValues(
                        "rfx.session.onnx.inputs[0].terms[0].tensor=state",
                        "rfx.session.sessions.left.onnx.model=" + model,
                        "rfx.session.sessions.right.onnx.model=" + model)
                .run(
                        context -> {
                            assertThat(context)
                                    .getBeanNames(Policy.class)
                                    .containsExactly("leftOnnxPolicy", "rightOnnxPolicy");
                            awaitIterations(context.getBean("leftSession", Session.class), 3);
                            awaitIterations(context.getBean("rightSession", Session.class), 3);
                        });
    }

    @Test
    void trainedPolicyOfTwoSessionsIsRefused() throws Exception {
        Path model = TestModel.linear(12, 6).write(this.directory.resolve("model.onnx"));
        this.runner
                .withPropertyValues(
                        "rfx.session.sessions.left.onnx.inputs[0].terms[0].tensor=state",
                        "rfx.session.sessions.left.onnx.model=" + model,
                        "rfx.session.sessions.right.policy=leftOnnxPolicy")
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .rootCause()
                                        .hasMessageContaining(
                                                "The sessions 'left' and 'right' would have the same"
                                                        + " trained policy, bean 'leftOnnxPolicy'"));
    }

    @Test
    void messageNamesTheSessionOfAnArm() {
        this.runner
                .withUserConfiguration(StayInTheMiddle.class)
                .withPropertyValues("rfx.session.sessions.right.so101.max-speed=-1")
                .run(
                        context ->
                                assertRefused(
                                        context,
                                        "rfx.session.sessions.right.so101.max-speed",
                                        "max"));
    }

    @Test
    void missingLibraryIsNamedForItsSession() {
        this.runner
                .withUserConfiguration(StayInTheMiddle.class)
                .withClassLoader(
                        new FilteredClassLoader(
                                new ClassPathResource("com/fazecast/jSerialComm/SerialPort.class")))
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .rootCause()
                                        .hasMessageContaining(
                                                "rfx.session.sessions.left.so101.port is set, but the"
                                                        + " library for serial ports is missing"));
    }

    @Test
    void armInTwoSessionsIsRefused() {
        this.runner
                .withUserConfiguration(StayInTheMiddle.class)
                .withPropertyValues(
                        "rfx.session.sessions.right.so101.port=false",
                        "rfx.session.sessions.right.robot=leftSo101Robot")
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .rootCause()
                                        .hasMessageContaining("would drive the same robot"));
    }

    @Test
    void portOfTwoSessionsIsRefused() {
        this.runner
                .withUserConfiguration(StayInTheMiddle.class)
                .withPropertyValues("rfx.session.sessions.right.so101.port=" + this.left.port())
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .hasMessageContaining(
                                                "The sessions 'left' and 'right' would drive the same"
                                                        + " robot: so101.port of both is "));
    }

    @Test
    void armOfASessionIsNoCandidateForAnother() {
        this.runner
                .withUserConfiguration(StayInTheMiddle.class)
                .withPropertyValues("rfx.session.sessions.right.so101.port=false")
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .rootCause()
                                        .hasMessageContaining(
                                                "There is no Robot bean for session 'right'"));
    }

    @Test
    void robotByNameAndAPortAreOneTooMany() {
        this.runner
                .withUserConfiguration(StayInTheMiddle.class)
                .withPropertyValues("rfx.session.sessions.right.robot=leftSo101Robot")
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .rootCause()
                                        .hasMessageContaining(
                                                "rfx.session.sessions.right.robot is 'leftSo101Robot',"
                                                        + " but rfx.session.sessions.right.so101.port"
                                                        + " is set, too"));
    }

    @Configuration(proxyBeanMethods = false)
    static class StayInTheMiddle {

        @Bean
        Policy<Observation, Tensor> policy() {
            Tensor middle = Tensor.zeros(6);
            return observation -> middle;
        }
    }
}
