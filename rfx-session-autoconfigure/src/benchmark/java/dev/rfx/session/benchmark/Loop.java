package dev.rfx.session.benchmark;

import dev.rfx.session.Policy;
import dev.rfx.session.Robot;
import dev.rfx.session.Session;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.Tensor;
import dev.rfx.session.thread.ThreadOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A loop at a fixed rate that is measured, with as good as nothing to do. */
enum Loop {

    /** What the JDK has. */
    EXECUTOR("ScheduledThreadPoolExecutor") {
        @Override
        void run(StartInstants starts, Duration duration) throws InterruptedException {
            IdleRobot robot = new IdleRobot(starts);
            Policy<Tensor, Tensor> policy = observation -> observation;
            ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1);
            long period = (long) starts.periodNanos();
            executor.scheduleAtFixedRate(
                    () -> {
                        starts.begin(System.nanoTime());
                        iterate(robot, policy);
                    },
                    period,
                    period,
                    TimeUnit.NANOSECONDS);
            Thread.sleep(duration.toMillis());
            executor.submit(robot::stop);
            executor.shutdown();
            executor.awaitTermination(10, TimeUnit.SECONDS);
        }
    },

    /** Sleeps as exactly as the JVM can. */
    PARK("parkNanos") {
        @Override
        void run(StartInstants starts, Duration duration) throws InterruptedException {
            onGrid(starts, duration, 0);
        }
    },

    /** Sleeps until 1.2 ms before, then spins: what rfx does. */
    FIXED("park + 1.2 ms spin") {
        @Override
        void run(StartInstants starts, Duration duration) throws InterruptedException {
            onGrid(starts, duration, FIXED_SPIN_NANOS);
        }
    },

    /** Ours. */
    SESSION("session") {
        @Override
        void run(StartInstants starts, Duration duration) {
            session(starts, duration, WARM);
        }
    },

    /** Ours with a short slice. */
    SESSION_SLICE("session, slice 100 µs") {
        @Override
        void run(StartInstants starts, Duration duration) {
            session(starts, duration, withThread(thread().withSlice(Duration.ofNanos(100_000))));
        }
    },

    /** Ours as a real-time thread. */
    SESSION_FIFO("session, FIFO 80") {
        @Override
        void run(StartInstants starts, Duration duration) {
            session(starts, duration, withThread(thread().withFifoPriority(80)));
        }
    },

    /** Ours with the fixed spin. */
    SESSION_FIXED("session, spin 1.2 ms") {
        @Override
        void run(StartInstants starts, Duration duration) {
            session(starts, duration, WARM.withSpinWindow(Duration.ofNanos(FIXED_SPIN_NANOS)));
        }
    };

    private static final long FIXED_SPIN_NANOS = 1_200_000;
    private static final SessionOptions WARM =
            SessionOptions.defaults().withWarmup(Duration.ofMillis(500));

    private final String label;

    Loop(String label) {
        this.label = label;
    }

    @Override
    public String toString() {
        return this.label;
    }

    /** Runs the loop for a time, and tells when each iteration began. */
    abstract void run(StartInstants starts, Duration duration) throws InterruptedException;

    /** Tells whether the machine permits it. */
    boolean isPermitted() {
        try {
            run(new StartInstants(1000, 1), Duration.ofMillis(20));
            return true;
        } catch (RuntimeException ex) {
            return false;
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static ThreadOptions thread() {
        return ThreadOptions.defaults();
    }

    private static SessionOptions withThread(ThreadOptions thread) {
        return WARM.withThread(thread);
    }

    static void session(StartInstants starts, Duration duration, SessionOptions options) {
        Session session =
                new Session(
                        new IdleRobot(starts),
                        observation -> observation,
                        options.withRateHz(1e9 / starts.periodNanos()));
        session.run(duration);
        starts.periods(session.periodNanos());
    }

    /** A robot that only marks when it is observed. */
    static final class IdleRobot implements Robot<Tensor, Tensor> {

        private final StartInstants starts;
        private final Tensor state = Tensor.zeros(6);

        IdleRobot(StartInstants starts) {
            this.starts = starts;
        }

        @Override
        public Tensor reset() {
            return this.state;
        }

        @Override
        public Tensor observe() {
            this.starts.observed();
            return this.state;
        }

        @Override
        public void act(Tensor action) {}

        @Override
        public void stop() {
            this.starts.end();
        }
    }

    /** On an absolute grid, on a thread of its own whose timer slack is 1 ns, as ours. */
    private static void onGrid(StartInstants starts, Duration duration, long spinNanos)
            throws InterruptedException {
        IdleRobot robot = new IdleRobot(starts);
        Policy<Tensor, Tensor> policy = observation -> observation;
        Thread thread =
                new Thread(
                        () -> {
                            minimizeTimerSlack();
                            long begin = System.nanoTime();
                            for (long k = 0; ; k++) {
                                long due = begin + Math.round(k * starts.periodNanos());
                                if (due - begin >= duration.toNanos()) {
                                    break;
                                }
                                long now = System.nanoTime();
                                while (due - spinNanos - now > 0) {
                                    LockSupport.parkNanos(due - spinNanos - now);
                                    now = System.nanoTime();
                                }
                                while (due - now > 0) {
                                    Thread.onSpinWait();
                                    now = System.nanoTime();
                                }
                                starts.begin(now);
                                iterate(robot, policy);
                            }
                            robot.stop();
                        });
        thread.start();
        thread.join();
    }

    /** What a loop is there for. */
    private static <O, A> void iterate(Robot<O, A> robot, Policy<O, A> policy) {
        try {
            robot.act(policy.selectAction(robot.observe()));
        } catch (Exception ex) {
            throw new IllegalStateException(ex);
        }
    }

    private static void minimizeTimerSlack() {
        try {
            Path self = Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName();
            Files.writeString(Path.of("/proc", self.toString(), "timerslack_ns"), "1");
        } catch (IOException ex) {
            // not Linux
        }
    }
}
