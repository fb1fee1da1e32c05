package dev.rfx.session.sample.go1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.within;

import dev.rfx.session.Observation;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.Tensor;
import dev.rfx.session.onnx.OnnxPolicy;
import dev.rfx.session.sample.SampleApplication;
import dev.rfx.session.test.VirtualSession;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.ConfigDataApplicationContextInitializer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** The sample with the profile, as {@code application-go1.yml} configures it. */
@Timeout(120)
class Go1ProfileTests {

    @Test
    void robotWalksByConfigurationAlone() throws Exception {
        new ApplicationContextRunner()
                .withInitializer(new ConfigDataApplicationContextInitializer())
                .withUserConfiguration(SampleApplication.class)
                .withPropertyValues(
                        "spring.profiles.active=go1",
                        "sample.go1.directory=" + Simulator.directory(),
                        "rfx.session.auto-startup=false")
                .run(
                        context -> {
                            assertThat(context).hasNotFailed();
                            assertWalks(
                                    context.getBean(MujocoRobot.class),
                                    context.getBean(OnnxPolicy.class),
                                    context.getBean(SessionOptions.class));
                        });
    }

    private static void assertWalks(MujocoRobot robot, OnnxPolicy policy, SessionOptions options) {
        try (VirtualSession<Observation, Tensor> session =
                VirtualSession.of(robot, policy, options)) {
            session.step(251);

            assertThat(session.failure()).isNull();
            assertThat(session.actions()).isEqualTo(session.selectedActions());
            Walk walk = Walk.of(session.observations());
            assertThat(walk.x()).isEqualTo(4.89, within(0.15));
            assertThat(walk.lowest()).isGreaterThan(0.27);
        }
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void missingSimulatorIsExplainedWithoutAStackTrace(
            CapturedOutput output, @TempDir Path folder) {
        Path directory = folder.resolve("go1");

        assertThatException()
                .isThrownBy(
                        () ->
                                new SpringApplicationBuilder(SampleApplication.class)
                                        .profiles("go1")
                                        .run(
                                                "--server.port=0",
                                                "--sample.go1.directory=" + directory)
                                        .close());

        assertThat(output)
                .containsSubsequence(
                        "APPLICATION FAILED TO START",
                        "Description:",
                        "The directory of the simulator, %s, does not exist.".formatted(directory),
                        "Action:",
                        "Copy the simulator to it and run 'npm install' there")
                .doesNotContain("\tat ");
    }
}
