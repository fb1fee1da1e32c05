package dev.rfx.session.sample.go1;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process of the simulator: MuJoCo in Node.js, behind a TCP port on this machine. It ends with
 * {@link #close}, and also if this JVM is killed.
 */
final class MujocoServer implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(MujocoServer.class);

    private static final String SCRIPT = "mujoco-server.mjs";
    private static final String MUJOCO = "node_modules/@mujoco/mujoco";
    private static final String READY = "listening ";
    private static final Duration START_LIMIT = Duration.ofSeconds(30);
    private static final Duration END_LIMIT = Duration.ofSeconds(2);
    private static final int MAX_OUTPUT = 2000;

    /**
     * Ends the simulator with its standard input, which the operating system closes if this JVM is
     * killed. Ctrl-C reaches all processes of a terminal. The simulator ignores it, because the
     * session uses it until its own stop.
     */
    private static final String TETHER =
            "data:text/javascript,process.on('SIGINT',()=>{});"
                    + "process.stdin.on('end',process.exit).resume()";

    private final Process process;
    private final CompletableFuture<Integer> port = new CompletableFuture<>();

    private MujocoServer(Process process) {
        this.process = process;
        Thread reader = new Thread(this::read, "mujoco-server");
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Starts the simulator, and waits until it is ready.
     *
     * @param directory has the simulator with the packages that it needs
     * @param node the command for Node.js
     * @param model the file of the robot's model in that directory
     * @param others other files that the directory has to have
     * @throws SimulatorException if a part is missing, or the simulator is not ready in time
     */
    @SuppressWarnings("resource") // returned if it is ready, else closed
    static MujocoServer start(Path directory, String node, String model, String... others)
            throws InterruptedException {
        List<String> files = new ArrayList<>(List.of(SCRIPT, "package.json", model));
        files.addAll(List.of(others));
        requireParts(directory.toAbsolutePath().normalize(), files);
        MujocoServer server;
        try {
            server =
                    new MujocoServer(
                            new ProcessBuilder(node, "--import", TETHER, SCRIPT, model)
                                    .directory(directory.toFile())
                                    .redirectErrorStream(true)
                                    .start());
        } catch (IOException ex) {
            throw SimulatorException.noNode(node, ex);
        }
        try {
            server.awaitReady();
            return server;
        } catch (SimulatorException | InterruptedException ex) {
            server.close();
            throw ex;
        }
    }

    private static void requireParts(Path directory, List<String> files) {
        if (!Files.isDirectory(directory)) {
            throw SimulatorException.noDirectory(directory);
        }
        List<String> missing =
                files.stream()
                        .filter(file -> !Files.isRegularFile(directory.resolve(file)))
                        .toList();
        if (!missing.isEmpty()) {
            throw SimulatorException.noFiles(directory, missing);
        }
        if (!Files.isDirectory(directory.resolve(MUJOCO))) {
            throw SimulatorException.notInstalled(directory, MUJOCO);
        }
    }

    private void awaitReady() throws InterruptedException {
        try {
            this.port.get(START_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException ex) {
            throw SimulatorException.notReady(START_LIMIT);
        } catch (ExecutionException ex) {
            throw SimulatorException.notStarted(String.valueOf(ex.getCause().getMessage()));
        }
    }

    private void read() {
        StringBuilder output = new StringBuilder();
        try (BufferedReader lines = this.process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(READY)) {
                    this.port.complete(Integer.parseInt(line.substring(READY.length())));
                } else if (this.port.isDone()) {
                    logger.warn("The simulator printed: {}", line);
                } else if (output.length() < MAX_OUTPUT) {
                    output.append(output.isEmpty() ? "" : "\n").append(line);
                }
            }
        } catch (IOException ex) {
            // The process was killed.
        } finally {
            this.port.completeExceptionally(new IllegalStateException(output.toString()));
        }
    }

    /** {@return the port at which the simulator listens} */
    int port() {
        return this.port.join();
    }

    /** {@return the process} */
    ProcessHandle process() {
        return this.process.toHandle();
    }

    /** Ends the process, and waits for its end. An interrupt does not change that. */
    @Override
    public void close() {
        this.process.destroy();
        this.process
                .onExit()
                .completeOnTimeout(this.process, END_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .join();
        this.process.destroyForcibly();
    }
}
