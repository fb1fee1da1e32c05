package dev.rfx.session.benchmark;

import dev.rfx.session.SessionOptions;
import dev.rfx.session.testkit.ChildJvm;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compares the first 500 iterations of a JVM with later ones of the same run, at 1000 Hz and as the
 * robot sees them. Each JVM runs with the warm-up of the loop or without it. From JDK 25 on, each
 * also runs with an AOT cache, which a training run of the same loop has written.
 */
@Tag("benchmark")
class ColdStartBenchmark {

    private static final int JVMS = Integer.getInteger("benchmark.rounds", 10);
    private static final int FIRST = 500;
    private static final int LATER = 1500;
    private static final double RATE_HZ = 1000;
    private static final Duration RUN = Duration.ofMillis(2050);
    private static final String NO_WARMUP = "PT0S";
    private static final String WARMUP = "PT0.5S";
    private static final double TARGET = 2;

    @TempDir private Path directory;

    /** One way to start a JVM. */
    private record Case(boolean cache, String warmup) {

        @Override
        public String toString() {
            return (this.warmup.equals(NO_WARMUP) ? "no warm-up" : "warm-up 500 ms")
                    + (this.cache ? ", AOT cache" : "");
        }
    }

    /** The two parts of the runs of one case. */
    private record Parts(ChildLoops first, ChildLoops later) {

        void read(ChildJvm jvm) throws InterruptedException {
            this.first.read(jvm, FirstIterations.FIRST_PART);
            this.later.read(jvm, FirstIterations.LATER_PART);
        }
    }

    @Test
    @Timeout(600)
    void measure() throws Exception {
        List<Path> classPath = jars();
        Map<Case, Parts> results = new LinkedHashMap<>();
        add(results, false);
        Path cache = this.directory.resolve("loop.aot");
        if (Runtime.version().feature() >= 25) {
            train(cache, classPath);
            add(results, true);
        }
        for (int i = 0; i < JVMS; i++) {
            for (Map.Entry<Case, Parts> entry : results.entrySet()) {
                Case one = entry.getKey();
                // On: a JVM that cannot use the cache ends with an error.
                List<String> options =
                        one.cache()
                                ? List.of("-XX:AOTMode=on", "-XX:AOTCache=" + cache)
                                : List.of();
                try (ChildJvm jvm =
                        ChildJvm.start(options, classPath, FirstIterations.class, one.warmup())) {
                    entry.getValue().read(jvm);
                }
            }
        }
        print(results);
    }

    private static void add(Map<Case, Parts> results, boolean cache) {
        for (String warmup : List.of(NO_WARMUP, WARMUP)) {
            results.put(new Case(cache, warmup), new Parts(new ChildLoops(), new ChildLoops()));
        }
    }

    private static void print(Map<Case, Parts> results) {
        System.out.printf(
                "%nIterations of a JVM at 1000 Hz, JDK %s: jitter in µs as the robot sees it, median of %d JVMs%n",
                Runtime.version(), JVMS);
        Table table = ChildLoops.table("start", "iterations");
        Table ratios = new Table("p95 of the first 500 / of later ones", "ratio", "target", "met");
        results.forEach(
                (one, parts) -> {
                    parts.first().addTo(table, one, "0 to 499");
                    parts.later().addTo(table, one, "1500 to 1999");
                    double ratio = parts.first().p95() / parts.later().p95();
                    ratios.row(one, ratio, "≤ " + TARGET, ratio <= TARGET ? "yes" : "no");
                });
        ratios.print();
        System.out.println();
        table.print();
    }

    /** A run that writes the cache at its end. */
    private static void train(Path cache, List<Path> classPath) throws InterruptedException {
        try (ChildJvm jvm =
                ChildJvm.start(
                        List.of("-XX:AOTCacheOutput=" + cache),
                        classPath,
                        FirstIterations.class,
                        WARMUP)) {
            if (jvm.awaitExit(Duration.ofMinutes(2)) != 0 || !Files.exists(cache)) {
                throw new IllegalStateException("There is no AOT cache:\n" + jvm.output());
            }
        }
    }

    /** The class path with its directories as jars: a cache takes no directories. */
    private List<Path> jars() throws IOException {
        List<Path> jars = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path path = Path.of(entry);
            if (Files.isDirectory(path)) {
                Path jar = this.directory.resolve(jars.size() + ".jar");
                pack(path, jar);
                jars.add(jar);
            } else if (Files.exists(path)) {
                jars.add(path);
            }
        }
        return jars;
    }

    private static void pack(Path classes, Path jar) throws IOException {
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream output = new JarOutputStream(file);
                Stream<Path> paths = Files.walk(classes)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                String name = classes.relativize(path).toString();
                output.putNextEntry(new ZipEntry(name.replace(File.separatorChar, '/')));
                Files.copy(path, output);
            }
        }
    }

    static final class FirstIterations {

        static final String FIRST_PART = "first";
        static final String LATER_PART = "later";

        public static void main(String[] args) {
            StartInstants starts = new StartInstants(RATE_HZ, RUN.toMillis() / 1e3);
            Loop.session(
                    starts, RUN, SessionOptions.defaults().withWarmup(Duration.parse(args[0])), 0);
            double[] jitter = starts.jitterMicros();
            ChildLoops.tell(FIRST_PART, Arrays.copyOf(jitter, FIRST));
            ChildLoops.tell(LATER_PART, Arrays.copyOfRange(jitter, LATER, LATER + FIRST));
        }
    }
}
