package dev.rfx.session.sample.go1;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.SessionOptions;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** The beans of the profile. */
@Timeout(60)
class Go1ConfigurationTests {

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner()
                    .withUserConfiguration(Go1Configuration.class)
                    .withBean(SessionOptions.class, SessionOptions::defaults)
                    .withPropertyValues("sample.go1.node=node");

    @Test
    void withoutTheProfileThereIsNoSimulator() {
        this.runner.run(context -> assertThat(context).doesNotHaveBean(MujocoServer.class));
    }

    @Test
    void robotIsConnectedToTheSimulatorThatEndsWithTheApplication() throws Exception {
        Path directory = Simulator.directory();
        ProcessHandle[] process = {null};
        this.runner
                .withPropertyValues(
                        "spring.profiles.active=go1", "sample.go1.directory=" + directory)
                .run(
                        context -> {
                            process[0] = context.getBean(MujocoServer.class).process();
                            assertThat(context.getBean(MujocoRobot.class).joints())
                                    .hasSize(12)
                                    .startsWith("FR_hip", "FR_thigh", "FR_calf", "FL_hip");
                        });

        assertThat(process[0].isAlive()).isFalse();
    }

    @Test
    void directoryWithoutThePolicyIsRefused(@TempDir Path directory) {
        this.runner
                .withPropertyValues(
                        "spring.profiles.active=go1", "sample.go1.directory=" + directory)
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .rootCause()
                                        .isInstanceOf(SimulatorException.class)
                                        .hasMessageContaining(
                                                "no go1_flat.xml, no go1_policy.onnx"));
    }
}
