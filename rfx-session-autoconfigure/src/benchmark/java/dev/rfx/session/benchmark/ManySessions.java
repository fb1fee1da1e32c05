package dev.rfx.session.benchmark;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The same loop several times at once. */
final class ManySessions {

    /** All rounds of one number of loops. */
    static final class Rounds {

        private final Result loops = new Result();
        private final List<Double> cpuPercents = new ArrayList<>();

        void add(List<StartInstants> round) {
            round.forEach(this.loops::add);
            this.cpuPercents.add(round.stream().mapToDouble(StartInstants::cpuPercent).sum());
        }

        double jitter(double quantile) {
            return this.loops.jitter(quantile);
        }

        double medianCpu() {
            return Result.percentile(
                    this.cpuPercents.stream().mapToDouble(Double::doubleValue).toArray(), 0.5);
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
