package dev.rfx.session.benchmark;

import dev.rfx.session.testkit.ChildJvm;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Runs one case in a JVM of its own, which starts cold. */
final class LoopJvm {

    private static final String DONE = "MEASURED";

    private LoopJvm() {}

    /** {@return what the loops of the case recorded} */
    static List<StartInstants> run(Case one, Duration duration)
            throws IOException, InterruptedException {
        Path file = Files.createTempFile("loops", ".bin");
        try (ChildJvm jvm =
                ChildJvm.start(
                        List.of("-XX:TieredStopAtLevel=4"), // in other children it is 1
                        entry -> true,
                        LoopJvm.class,
                        file.toString(),
                        one.loop().name(),
                        Double.toString(one.rateHz()),
                        Integer.toString(one.busyLoops()),
                        Integer.toString(one.loops()),
                        Integer.toString(one.readers()),
                        Boolean.toString(one.warm()),
                        duration.toString())) {
            jvm.awaitLine(DONE);
            List<StartInstants> loops = new ArrayList<>();
            try (DataInputStream input =
                    new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
                for (int i = 0; i < one.loops(); i++) {
                    loops.add(StartInstants.read(input));
                }
            }
            return loops;
        } finally {
            Files.delete(file);
        }
    }

    public static void main(String[] args) throws Exception {
        Loop loop = Loop.valueOf(args[1]);
        double rateHz = Double.parseDouble(args[2]);
        int loops = Integer.parseInt(args[4]);
        int readers = Integer.parseInt(args[5]);
        Duration duration = Duration.parse(args[7]);
        if (Boolean.parseBoolean(args[6])) {
            measure(loop, 1000, 1, 0, Duration.ofSeconds(10));
        }
        List<StartInstants> all = new ArrayList<>();
        BusyLoops.during(
                Integer.parseInt(args[3]),
                () -> all.addAll(measure(loop, rateHz, loops, readers, duration)));
        try (DataOutputStream output =
                new DataOutputStream(
                        new BufferedOutputStream(Files.newOutputStream(Path.of(args[0]))))) {
            for (StartInstants starts : all) {
                starts.write(output);
            }
        }
        System.out.println(DONE);
        System.exit(0);
    }

    private static List<StartInstants> measure(
            Loop loop, double rateHz, int loops, int readers, Duration duration)
            throws InterruptedException {
        List<StartInstants> all = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < loops; i++) {
            StartInstants starts = new StartInstants(rateHz, duration.toMillis() / 1e3);
            all.add(starts);
            threads.add(new Thread(() -> loop.run(starts, duration, readers)));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        return all;
    }
}
