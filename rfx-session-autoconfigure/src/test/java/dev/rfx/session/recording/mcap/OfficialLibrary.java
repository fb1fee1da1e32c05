package dev.rfx.session.recording.mcap;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.json.JsonMapper;

/**
 * The official MCAP library for JavaScript, {@code @mcap/core}, in the version that a {@code
 * package.json} pins. This file, Node and npm are not part of the project: tests are skipped where
 * one of them, or the network, is absent.
 */
public final class OfficialLibrary {

    private static final String LIBRARY = "@mcap/core";
    private static final String SCRIPT = "mcap.js";

    private final Path directory;

    private OfficialLibrary(Path directory) {
        this.directory = directory;
    }

    /** Returns the library, or skips the test. It is installed once, below target. */
    public static OfficialLibrary installed() throws Exception {
        Path pin =
                Path.of(System.getProperty("rfx.sim", "../../shared/sim")).resolve("package.json");
        assumeThat(pin).exists();
        String version =
                new JsonMapper().readTree(pin.toFile()).get("dependencies").get(LIBRARY).asString();
        Path directory = Path.of("target", "mcap-core-" + version).toAbsolutePath();
        Files.createDirectories(directory);
        try (FileChannel lock = FileChannel.open(directory.resolve("lock"), CREATE, WRITE)) {
            lock.lock(); // tests run in two JVMs
            // npm writes this file last.
            if (!Files.exists(directory.resolve("node_modules/.package-lock.json"))) {
                Files.writeString(
                        directory.resolve("package.json"),
                        "{\"private\": true, \"dependencies\": {\"%s\": \"%s\"}}"
                                .formatted(LIBRARY, version));
                install(directory);
            }
            copyScript(directory.resolve(SCRIPT));
        }
        return new OfficialLibrary(directory);
    }

    /** Writes the script only if it is another one: the other JVM may be using it. */
    private static void copyScript(Path target) throws IOException {
        try (InputStream script = OfficialLibrary.class.getResourceAsStream(SCRIPT)) {
            byte[] content = Objects.requireNonNull(script).readAllBytes();
            if (!Files.exists(target) || !Arrays.equals(content, Files.readAllBytes(target))) {
                Files.write(target, content);
            }
        }
    }

    private static void install(Path directory) throws Exception {
        Path log = directory.resolve("npm.log");
        int exit = -1;
        try {
            Process npm =
                    new ProcessBuilder(
                                    "npm",
                                    "install",
                                    "--ignore-scripts",
                                    "--no-audit",
                                    "--no-fund",
                                    "--fetch-retries=1")
                            .directory(directory.toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(log.toFile())
                            .start();
            if (npm.waitFor(45, TimeUnit.SECONDS)) {
                exit = npm.exitValue();
            } else {
                npm.destroyForcibly();
            }
        } catch (IOException ex) {
            assumeThat(ex).as("npm").isNull();
        }
        assumeThat(exit).as("npm install: %s", log).isZero();
    }

    /** Reads a complete file by its index, and returns a line for each record. */
    public List<String> readIndexed(Path file) throws Exception {
        return run("indexed", file);
    }

    /**
     * Reads a file from begin to end, and returns a line for each record. The last line is {@code
     * complete} or {@code incomplete}.
     */
    public List<String> stream(Path file) throws Exception {
        return run("stream", file);
    }

    /** Writes a file, and returns its messages as {@link ReadFile#line} does. */
    List<String> write(Path file) throws Exception {
        return run("write", file);
    }

    private List<String> run(String mode, Path file) throws Exception {
        Process node =
                new ProcessBuilder("node", SCRIPT, mode, file.toAbsolutePath().toString())
                        .directory(this.directory.toFile())
                        .redirectErrorStream(true)
                        .start();
        List<String> lines = new ArrayList<>();
        try (var output = node.inputReader(UTF_8)) {
            output.lines().forEach(lines::add);
        }
        assertThat(node.waitFor()).as("node: %s", lines).isZero();
        return lines;
    }
}
