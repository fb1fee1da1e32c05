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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A loop at a fixed rate with an idle robot and an idle policy. */
enum Loop {

    /** Reads the clock all the time: what remains is the machine's. */
    CLOCK("the clock alone") {
        @Override
        void run(StartInstants starts, Duration duration, int readers) {
            onGrid(starts, duration, Long.MAX_VALUE);
        }
    },

    /** What the JDK has. */
    EXECUTOR("ScheduledThreadPoolExecutor") {
        @Override
        void run(StartInstants starts, Duration duration, int readers) {
            IdleRobot robot = new IdleRobot(starts);
            ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1);
            long period = (long) starts.periodNanos();
            ScheduledFuture<?> loop =
                    executor.scheduleAtFixedRate(
                            () -> iterate(robot), period, period, TimeUnit.NANOSECONDS);
            try {
                Thread.sleep(duration.toMillis());
                loop.cancel(false);
                executor.submit(robot::stop).get();
            } catch (InterruptedException | ExecutionException ex) {
                throw new IllegalStateException(ex);
            } finally {
                executor.shutdown();
            }
        }
    },

    /** One sleep, then a short spin: the economical wait. */
    SHORT("sleep + spin 200 µs") {
        @Override
        void run(StartInstants starts, Duration duration, int readers) {
            onGrid(starts, duration, 200_000);
        }
    },

    /** One sleep, then a spin of 1.2 ms: what rfx does. */
    FIXED("sleep + spin 1.2 ms") {
        @Override
        void run(StartInstants starts, Duration duration, int readers) {
            onGrid(starts, duration, FIXED_SPIN_NANOS);
        }
    },

    /** Ours. */
    SESSION("session") {
        @Override
        void run(StartInstants starts, Duration duration, int readers) {
            session(starts, duration, WARM, readers);
        }
    },

    /** Ours with the fixed spin. */
    SESSION_FIXED("session, spin 1.2 ms") {
        @Override
        void run(StartInstants starts, Duration duration, int readers) {
            session(
                    starts,
                    duration,
                    WARM.withSpinWindow(Duration.ofNanos(FIXED_SPIN_NANOS)),
                    readers);
        }
    },

    /** Ours as a real-time thread. */
    SESSION_FIFO("session, FIFO 80") {
        @Override
        void run(StartInstants starts, Duration duration, int readers) {
            session(
                    starts,
                    duration,
                    WARM.withThread(ThreadOptions.defaults().withFifoPriority(80)),
                    readers);
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

    /**
     * Runs the loop for a time.
     *
     * @param starts records when each iteration begins
     * @param duration how long
     * @param readers number of threads that ask for the statistics of a session, 125 times a second
     *     each
     */
    abstract void run(StartInstants starts, Duration duration, int readers);

    /** {@return whether the machine permits it} */
    boolean isPermitted() {
        try {
            run(new StartInstants(1000, 1), Duration.ofMillis(20), 0);
            return true;
        } catch (RuntimeException ex) {
            return false;
        }
    }

    static void session(
            StartInstants starts, Duration duration, SessionOptions options, int readers) {
        Session session =
                new Session(
                        new IdleRobot(starts),
                        IdleRobot.POLICY,
                        options.withRateHz(1e9 / starts.periodNanos()));
        for (int i = 0; i < readers; i++) {
            Thread reader =
                    new Thread(
                            () -> {
                                while (true) {
                                    session.stats();
                                    LockSupport.parkNanos(8_000_000);
                                }
                            });
            reader.setDaemon(true);
            reader.start();
        }
        session.run(duration);
    }

    /** A robot that only records when it is observed. */
    static final class IdleRobot implements Robot<Tensor, Tensor> {

        static final Policy<Tensor, Tensor> POLICY = observation -> observation;

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

    /** On an absolute grid, on the calling thread, with a timer slack of 1 ns as ours. */
    private static void onGrid(StartInstants starts, Duration duration, long spinNanos) {
        IdleRobot robot = new IdleRobot(starts);
        minimizeTimerSlack();
        long begin = System.nanoTime();
        for (long k = 0; ; k++) {
            long due = begin + Math.round(k * starts.periodNanos());
            if (due - begin >= duration.toNanos()) {
                break;
            }
            long now = System.nanoTime();
            while (due - now > spinNanos) {
                LockSupport.parkNanos(due - spinNanos - now);
                now = System.nanoTime();
            }
            while (due - now > 0) {
                Thread.onSpinWait();
                now = System.nanoTime();
            }
            iterate(robot);
        }
        robot.stop();
    }

    private static void iterate(Robot<Tensor, Tensor> robot) {
        try {
            robot.act(IdleRobot.POLICY.selectAction(robot.observe()));
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
