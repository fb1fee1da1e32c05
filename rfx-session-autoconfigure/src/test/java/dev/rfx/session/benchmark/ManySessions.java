package dev.rfx.session.benchmark;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The same loop several times at once. */
final class ManySessions {

    /** All rounds of one number of loops. */
    static final class Result {

        private final List<List<StartInstants>> rounds = new ArrayList<>();

        void add(List<StartInstants> round) {
            this.rounds.add(round);
        }

        double jitter(double quantile) {
            return dev.rfx.session.benchmark.Result.percentile(
                    this.rounds.stream()
                            .flatMap(List::stream)
                            .flatMapToDouble(loop -> Arrays.stream(loop.jitterMicros()))
                            .toArray(),
                    quantile);
        }

        double medianCpu() {
            return dev.rfx.session.benchmark.Result.percentile(
                    this.rounds.stream()
                            .mapToDouble(
                                    round ->
                                            round.stream()
                                                    .mapToDouble(StartInstants::cpuPercent)
                                                    .sum())
                            .toArray(),
                    0.5);
        }
    }

    private ManySessions() {}

    static List<StartInstants> run(Loop loop, int count, double rateHz, Duration duration)
            throws InterruptedException {
        List<StartInstants> all = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            StartInstants starts = new StartInstants(rateHz, duration.toMillis() / 1e3);
            all.add(starts);
            threads.add(
                    new Thread(
                            () -> {
                                try {
                                    loop.run(starts, duration);
                                } catch (InterruptedException ex) {
                                    Thread.currentThread().interrupt();
                                }
                            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        return all;
    }
}
