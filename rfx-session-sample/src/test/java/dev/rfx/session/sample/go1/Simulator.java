package dev.rfx.session.sample.go1;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The simulator with the policy and the model of a Go1, which are not part of the project: {@code
 * -Drfx.sim=DIRECTORY}. Tests are skipped where it, Node.js or npm is absent.
 */
public final class Simulator {

    static final String MODEL = "go1_flat.xml";
    static final String POLICY = "go1_policy.onnx";

    private static final Path SOURCE = Path.of(System.getProperty("rfx.sim", "../../shared/sim"));
    private static final Path COPY = Path.of("target/go1");
    private static final String MUJOCO = "node_modules/@mujoco/mujoco";
    private static final int NPM_SECONDS = 120;

    private Simulator() {}

    /** Skips a test without Node.js. */
    static void assumeNode() throws InterruptedException {
        assumeTrue(succeeds(Path.of("."), "node", "--version"), "Node.js is not installed");
    }

    /** Returns a directory with the installed simulator, or skips the test. */
    public static Path directory() throws IOException, InterruptedException {
        assumeNode();
        assumeTrue(
                Files.exists(SOURCE.resolve(POLICY)),
                "There is no simulator in " + SOURCE.toAbsolutePath().normalize());
        return Files.isDirectory(SOURCE.resolve(MUJOCO)) ? SOURCE : installedCopy();
    }

    /** Installs the packages once for all test classes, of which two run at the same time. */
    @SuppressWarnings("try") // the lock is only held
    private static Path installedCopy() throws IOException, InterruptedException {
        Files.createDirectories(COPY);
        try (FileChannel file =
                        FileChannel.open(
                                COPY.resolve("lock"),
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE);
                FileLock lock = file.lock()) {
            for (String name : List.of(POLICY, MODEL, "mujoco-server.mjs", "package.json")) {
                copyIfChanged(SOURCE.resolve(name), COPY.resolve(name));
            }
            boolean installed =
                    Files.isDirectory(COPY.resolve(MUJOCO))
                            || succeeds(COPY, "npm", "install", "--no-audit", "--no-fund");
            assumeTrue(installed, "npm cannot install MuJoCo");
        }
        return COPY;
    }

    /** A simulator of another test may be running in the copy. */
    private static void copyIfChanged(Path source, Path target) throws IOException {
        if (!Files.exists(target) || Files.mismatch(source, target) >= 0) {
            Files.copy(source, target, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static boolean succeeds(Path directory, String... command) throws InterruptedException {
        try {
            Process process =
                    new ProcessBuilder(command)
                            .directory(directory.toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            if (!process.waitFor(NPM_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return false;
            }
            return process.exitValue() == 0;
        } catch (IOException ex) {
            return false;
        }
    }
}
