package dev.rfx.session.benchmark;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

/** Threads that want the processors all the time. */
final class BusyLoops {

    /** What is measured meanwhile. */
    @FunctionalInterface
    interface Measurement {
        void run() throws InterruptedException;
    }

    private BusyLoops() {}

    static void during(int count, Measurement measurement) throws InterruptedException {
        AtomicBoolean ended = new AtomicBoolean();
        Runnable spin =
                () -> {
                    while (!ended.getOpaque()) {
                        Thread.onSpinWait();
                    }
                };
        List<Thread> threads =
                IntStream.range(0, count).mapToObj(i -> new Thread(spin, "busy-" + i)).toList();
        threads.forEach(Thread::start);
        try {
            measurement.run();
        } finally {
            ended.set(true);
            for (Thread thread : threads) {
                thread.join();
            }
        }
    }
}
