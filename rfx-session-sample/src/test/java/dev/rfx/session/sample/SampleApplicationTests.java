package dev.rfx.session.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.within;

import dev.rfx.session.Observation;
import dev.rfx.session.Policy;
import dev.rfx.session.Robot;
import dev.rfx.session.Session;
import dev.rfx.session.Tensor;
import dev.rfx.session.autoconfigure.SessionAutoConfiguration;
import dev.rfx.session.robot.MockRobot;
import dev.rfx.session.so101.CalibrationFile;
import dev.rfx.session.so101.Joint;
import dev.rfx.session.so101.So101Robot;
import dev.rfx.session.so101.VirtualSo101;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.ConfigDataApplicationContextInitializer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.ResolvableType;

/** The beans of the application, and the failure analyses of its start. */
class SampleApplicationTests {

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner()
                    .withInitializer(new ConfigDataApplicationContextInitializer())
                    .withUserConfiguration(SampleApplication.class)
                    .withPropertyValues("rfx.session.auto-startup=false");

    @TempDir private Path folder;

    @Test
    void policyIsTheSineUnlessThereIsARecording() {
        this.runner.run(
                context ->
                        assertThat(context)
                                .hasSingleBean(MockRobot.class)
                                .hasSingleBean(Policy.class)
                                .hasSingleBean(SinePolicy.class));
    }

    @Test
    void applicationStartsThoughSessionsAreDisabled() {
        this.runner
                .withConfiguration(AutoConfigurations.of(SessionAutoConfiguration.class))
                .withPropertyValues("rfx.session.enabled=false")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void policyIsTheReplayOfARecording() throws IOException {
        Path file = recording("CONTROL,5,\"[0, 0, 0, 0, 0, 0]\"");

        this.runner
                .withPropertyValues("sample.recording=" + file)
                .run(
                        context ->
                                assertThat(context)
                                        .hasSingleBean(Policy.class)
                                        .hasSingleBean(TrackedReplay.class));
    }

    @Test
    void robotIsTheArmWhosePortIsGiven() throws Exception {
        try (VirtualSo101 arm = VirtualSo101.start()) {
            arm.setPosition(Joint.SHOULDER_PAN, 1800);
            this.runner
                    .withPropertyValues(
                            "rfx.session.auto-startup=true",
                            "rfx.session.so101.port=" + arm.port(),
                            "rfx.session.so101.calibration=" + CalibrationFile.of(this.folder),
                            "rfx.session.so101.read-timeout=500ms")
                    .run(
                            context -> {
                                assertThat(context).hasSingleBean(So101Robot.class);
                                assertThat(arm.position(Joint.SHOULDER_PAN))
                                        .as("the middle, where the sine begins")
                                        .isCloseTo(2050, within(60));
                                while (Math.abs(arm.position(Joint.GRIPPER) - 2050) < 100) {
                                    assertThat(context.getBean(Session.class).failure()).isNull();
                                    Thread.sleep(10);
                                }
                            });
        }
    }

    /** Lazy, so that only the declared type of a bean is known. */
    @Test
    void robotAndPolicyAreFoundByTheirObservationAndActionTypes() {
        this.runner
                .withInitializer(
                        context ->
                                context.addBeanFactoryPostProcessor(
                                        new LazyInitializationBeanFactoryPostProcessor()))
                .run(
                        context -> {
                            assertThat(context.getBeanNamesForType(typed(Robot.class))).hasSize(1);
                            assertThat(context.getBeanNamesForType(typed(Policy.class))).hasSize(1);
                        });
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void badRecordingIsExplainedWithoutAStackTrace(CapturedOutput output) throws IOException {
        Path file = recording("CONTROL,5,\"[0, 0, 0]\"");

        assertThatException().isThrownBy(() -> start("--sample.recording=" + file));

        assertThat(output)
                .containsSubsequence(
                        "APPLICATION FAILED TO START",
                        "Description:",
                        "Recording %s, line 2: the number of positions is 3, but must be 6"
                                .formatted(file),
                        "Action:",
                        "Correct the file or name another one with --sample.recording=FILE")
                .doesNotContain("\tat ");
    }

    private static ResolvableType typed(Class<?> type) {
        return ResolvableType.forClassWithGenerics(type, Observation.class, Tensor.class);
    }

    private static void start(String recording) {
        new SpringApplicationBuilder(SampleApplication.class)
                .run("--server.port=0", recording)
                .close();
    }

    private Path recording(String row) throws IOException {
        return Files.writeString(
                this.folder.resolve("control.csv"), "type,timestamp,positions\n" + row + "\n");
    }
}
