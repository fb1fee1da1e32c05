package dev.rfx.session.sample.go1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.rfx.session.testkit.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The process of the simulator: what it needs, and how it ends. */
@Timeout(60)
class MujocoServerTests {

    private static final String LISTENS =
            "console.log('listening 4711'); setInterval(() => {}, 1000)";

    @TempDir private Path directory;

    private void install(String script) throws IOException {
        Files.writeString(this.directory.resolve("mujoco-server.mjs"), script);
        Files.writeString(this.directory.resolve("package.json"), "{}");
        Files.writeString(this.directory.resolve("robot.xml"), "");
        Files.createDirectories(this.directory.resolve("node_modules/@mujoco/mujoco"));
    }

    private void assertStartFails(String node, String... message) {
        assertThatExceptionOfType(SimulatorException.class)
                .isThrownBy(
                        () -> MujocoServer.start(this.directory, node, "robot.xml", "policy.onnx"))
                .withMessageContainingAll(message);
    }

    @Test
    void missingDirectoryIsNamed() {
        this.directory = this.directory.resolve("none");

        assertStartFails(
                "node",
                "The directory of the simulator, %s, does not exist. ".formatted(this.directory),
                "Copy the simulator to it and run 'npm install' there, or set sample.go1.directory");
    }

    @Test
    void allMissingFilesAreNamed() throws IOException {
        Files.writeString(this.directory.resolve("robot.xml"), "");

        assertStartFails(
                "node",
                "%s, has no mujoco-server.mjs, no package.json, no policy.onnx. "
                        .formatted(this.directory),
                "Copy the missing files to it");
    }

    @Test
    void missingInstallationIsNamed() throws IOException {
        install(LISTENS);
        Files.writeString(this.directory.resolve("policy.onnx"), "");
        Files.delete(this.directory.resolve("node_modules/@mujoco/mujoco"));

        assertStartFails(
                "node",
                "%s, has no node_modules/@mujoco/mujoco. ".formatted(this.directory),
                "Run 'npm install' in that directory.");
    }

    @Test
    void missingNodeIsNamed() throws IOException {
        install(LISTENS);
        Files.writeString(this.directory.resolve("policy.onnx"), "");

        assertStartFails(
                "no-such-node",
                "The simulator needs Node.js, but 'no-such-node' cannot be run: ",
                "Install Node.js 20 or newer, or set sample.go1.node to its path.");
    }

    @Test
    void simulatorThatDoesNotStartShowsWhatItPrinted() throws Exception {
        Simulator.assumeNode();
        install("console.log('loading'); throw new Error('no keyframe')");
        Files.writeString(this.directory.resolve("policy.onnx"), "");

        assertStartFails(
                "node",
                "The simulator has ended before it was ready. It printed: ",
                "loading\n",
                "Error: no keyframe",
                "run 'npm install' in the directory of the simulator again");
    }

    @Test
    void processEndsWhenItIsClosed() throws Exception {
        Simulator.assumeNode();
        install(LISTENS);
        MujocoServer server = MujocoServer.start(this.directory, "node", "robot.xml");
        assertThat(server.port()).isEqualTo(4711);

        server.close();

        assertThat(server.process().isAlive()).isFalse();
    }

    /** Ctrl-C ends the session first, which uses the simulator meanwhile. */
    @Test
    void processIgnoresCtrlC() throws Exception {
        Simulator.assumeNode();
        install("process.kill(process.pid, 'SIGINT'); " + LISTENS);

        try (MujocoServer server = MujocoServer.start(this.directory, "node", "robot.xml")) {
            assertThat(server.process().isAlive()).isTrue();
        }
    }

    @Test
    void processEndsWithAJvmThatIsKilled() throws Exception {
        Simulator.assumeNode();
        install(LISTENS);
        try (ChildJvm jvm = ChildJvm.start(Starter.class, this.directory.toString())) {
            String line = jvm.awaitLine("started ");
            ProcessHandle process =
                    ProcessHandle.of(Long.parseLong(line.substring("started ".length())))
                            .orElseThrow();

            process.parent().orElseThrow().destroyForcibly();

            process.onExit().get(20, TimeUnit.SECONDS);
            assertThat(jvm.awaitExit(Duration.ofSeconds(10))).isEqualTo(137);
        }
    }

    /** Starts a simulator and leaves it alone. */
    static final class Starter {

        private Starter() {}

        public static void main(String[] arguments) throws Exception {
            MujocoServer server = MujocoServer.start(Path.of(arguments[0]), "node", "robot.xml");
            System.out.println("started " + server.process().pid());
            Thread.sleep(Duration.ofMinutes(1).toMillis());
        }
    }
}
