package dev.rfx.session.testkit;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Another JVM that runs a main class with the class path of this one, or with a part of it. */
public final class ChildJvm implements AutoCloseable {

    private final Process process;
    private final Thread reader;
    private final List<String> lines = new ArrayList<>(); // guarded by itself
    private boolean ended; // guarded by lines

    private ChildJvm(Process process) {
        this.process = process;
        this.reader = new Thread(this::read, "child-jvm-reader");
        this.reader.start();
    }

    /** Starts a JVM with the whole class path. */
    public static ChildJvm start(Class<?> main, String... arguments) {
        return start(List.of(), entry -> true, main, arguments);
    }

    /**
     * Starts a JVM with options, and with those entries of the class path whose file name the
     * predicate accepts.
     */
    public static ChildJvm start(
            List<String> options, Predicate<String> fileNames, Class<?> main, String... arguments) {
        return start(Redirect.PIPE, Redirect.PIPE, options, fileNames, main, arguments);
    }

    /** Starts a JVM with these options and no others, on a class path of its own. */
    public static ChildJvm start(
            List<String> options, List<Path> classPath, Class<?> main, String... arguments) {
        return start(
                Redirect.PIPE,
                Redirect.PIPE,
                options,
                classPath.stream().map(Path::toString),
                main,
                arguments);
    }

    /** Starts a JVM with the given input and output; {@link #output()} stays empty. */
    public static ChildJvm start(
            Redirect input, Redirect output, Class<?> main, String... arguments) {
        return start(input, output, List.of(), entry -> true, main, arguments);
    }

    private static ChildJvm start(
            Redirect input,
            Redirect output,
            List<String> options,
            Predicate<String> fileNames,
            Class<?> main,
            String... arguments) {
        List<String> all = new ArrayList<>();
        all.add("-XX:TieredStopAtLevel=1");
        all.add("--add-opens=java.base/java.lang=ALL-UNNAMED");
        all.addAll(options);
        return start(
                input,
                output,
                all,
                Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                        .filter(entry -> fileNames.test(Path.of(entry).getFileName().toString())),
                main,
                arguments);
    }

    private static ChildJvm start(
            Redirect input,
            Redirect output,
            List<String> options,
            Stream<String> classPath,
            Class<?> main,
            String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.add("-cp");
        command.add(classPath.collect(Collectors.joining(File.pathSeparator)));
        command.add(main.getName());
        command.addAll(List.of(arguments));
        try {
            return new ChildJvm(
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectInput(input)
                            .redirectOutput(output)
                            .start());
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    private void read() {
        try (BufferedReader output = this.process.inputReader()) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                synchronized (this.lines) {
                    this.lines.add(line);
                    this.lines.notifyAll();
                }
            }
        } catch (IOException ex) {
            // The process was killed.
        } finally {
            synchronized (this.lines) {
                this.ended = true;
                this.lines.notifyAll();
            }
        }
    }

    /**
     * Waits until a line of the output contains a text, and returns the line.
     *
     * @throws AssertionError if the output ends without it
     */
    public String awaitLine(String text) throws InterruptedException {
        synchronized (this.lines) {
            for (int i = 0; ; i++) {
                while (i >= this.lines.size() && !this.ended) {
                    this.lines.wait();
                }
                if (i >= this.lines.size()) {
                    throw new AssertionError("'" + text + "' is not in the output:\n" + output());
                }
                if (this.lines.get(i).contains(text)) {
                    return this.lines.get(i);
                }
            }
        }
    }

    /** Sends SIGTERM. ({@link Process#destroy()} would close our end of its output as well.) */
    public void terminate() {
        this.process.toHandle().destroy();
    }

    /** Sends SIGINT, as Ctrl-C does. */
    public void interrupt() throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-INT", Long.toString(this.process.pid())).start().waitFor();
    }

    /**
     * Waits for the end and returns the exit code.
     *
     * @throws AssertionError if it takes longer than that
     */
    public int awaitExit(Duration timeout) throws InterruptedException {
        if (!this.process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("still alive after " + timeout + ":\n" + output());
        }
        this.reader.join();
        return this.process.exitValue();
    }

    public boolean isAlive() {
        return this.process.isAlive();
    }

    /** All output so far. */
    public String output() {
        synchronized (this.lines) {
            return String.join("\n", this.lines);
        }
    }

    /** Kills it, if it is still there. */
    @Override
    public void close() {
        this.process.destroyForcibly();
    }
}
