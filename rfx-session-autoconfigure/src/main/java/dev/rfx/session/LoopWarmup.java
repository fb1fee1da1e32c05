package dev.rfx.session;

import dev.rfx.session.jfr.IterationEvents;
import dev.rfx.session.timing.Clock;
import dev.rfx.session.timing.SpinWindow;
import dev.rfx.session.timing.TimingRecorder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/**
 * Lets the JVM compile the loop before it drives a robot: the same loop, with robots and policies
 * that do nothing and a clock that skips the waiting. Without it some of the first few hundred
 * iterations of a JVM are late by milliseconds, and all are less exact until the JVM has compiled
 * the loop with all optimizations, which at 50 Hz takes some minutes. Once in a JVM is enough.
 *
 * <p>There are three types of everything, and all happens that happens to a loop: iterations that
 * are too long, leave no time to sleep, or are woken late, are traced or not. Code that was
 * compiled for a single type, or without one of these branches, would be thrown away when the first
 * other one came.
 */
final class LoopWarmup {

    /**
     * The JVM compiles a method when it was called some hundred times, and a loop in it turned
     * 15000 times.
     */
    private static final int RUNS = 1000;

    /** 30 iterations. */
    private static final Duration SHORT = Duration.ofMillis(30);

    /** Now and then a run is so long that all is learned that a spin window learns at first. */
    private static final int RUNS_BETWEEN_LONG_ONES = 8;

    private static final Duration LONG = Duration.ofMillis(600);

    /** Now and then a run takes its time, with the real clock. */
    private static final int RUNS_BETWEEN_REAL_ONES = 15;

    private static final Duration REAL_DURATION = Duration.ofNanos(200_000);

    private static final Duration WARMUP = Duration.ofNanos(100_000);

    private static final AtomicBoolean DONE = new AtomicBoolean();

    private LoopWarmup() {}

    /** Runs, unless that was done already, until it is done or not wanted any more. */
    static void once(BooleanSupplier wanted) throws Exception {
        if (!wanted.getAsBoolean() || !DONE.compareAndSet(false, true)) {
            return;
        }
        TimingRecorder recorder = new TimingRecorder(1, GcPauses.OF_THE_JVM::nanosWithin);
        IterationEvents trace = new IterationEvents("dry run");
        for (int i = 0; i < RUNS; i++) {
            if (!wanted.getAsBoolean()) {
                DONE.set(false); // the next one may have the time
                return;
            }
            IterationEvents traced =
                    i % 2 == 0 || IterationEvents.isRecorderInUse()
                            ? IterationEvents.DISCARD
                            : trace;
            if (i % RUNS_BETWEEN_REAL_ONES == 0) {
                run(i, Clock.SYSTEM, WARMUP, REAL_DURATION, recorder, traced);
            } else {
                boolean isLong = i % RUNS_BETWEEN_LONG_ONES == 0;
                Duration duration = isLong ? LONG : SHORT;
                run(i, new SkippingClock(true), WARMUP, duration, recorder, traced);
            }
        }
    }

    /**
     * Runs without waiting, and returns how many iterations there were: one for each millisecond.
     */
    static long run(Duration duration) throws Exception {
        TimingRecorder recorder = new TimingRecorder(1, GcPauses.OF_THE_JVM::nanosWithin);
        run(
                0,
                new SkippingClock(false),
                Duration.ZERO,
                duration,
                recorder,
                new IterationEvents("dry run"));
        return recorder.count();
    }

    private static void run(
            int which,
            Clock clock,
            Duration warmup,
            Duration duration,
            TimingRecorder recorder,
            IterationEvents trace)
            throws Exception {
        double rateHz = clock == Clock.SYSTEM ? 10_000 : 1000;
        ControlLoop<Observation, Object> loop =
                new ControlLoop<>(
                        robot(which, clock),
                        policy(which),
                        options(which).withRateHz(rateHz),
                        clock,
                        recorder,
                        trace);
        loop.limit(duration);
        loop.reset();
        loop.warmUp(clock.nanoTime() + warmup.toNanos());
        loop.run();
    }

    private static SessionOptions options(int which) {
        SessionOptions options = SessionOptions.defaults();
        return switch (which % 5) {
            case 0 -> options.withSpinWindow(Duration.ofNanos(SpinWindow.MAX_NANOS));
            case 1 -> options.withMaxObservationAge(Duration.ofHours(1));
            default -> options;
        };
    }

    private static Robot<Observation, Object> robot(int which, Clock clock) {
        return switch (which % 3) {
            case 0 -> new IdleRobot(clock);
            case 1 -> new OtherIdleRobot(clock);
            default -> new SlowRobot(clock);
        };
    }

    private static Policy<Observation, Object> policy(int which) {
        float[] action = new float[6];
        List<Policy<Observation, Object>> policies =
                List.of(
                        observation -> action,
                        observation -> observation.get(Observation.STATE),
                        observation -> Tensor.zeros(6));
        return policies.get(which % 3);
    }

    private static class IdleRobot implements Robot<Observation, Object> {

        private final Observation observation = Observation.of(Observation.STATE, Tensor.zeros(6));
        final Clock clock;

        IdleRobot(Clock clock) {
            this.clock = clock;
        }

        @Override
        public Observation observe() {
            return this.observation.stamp(this.clock.nanoTime());
        }

        @Override
        public void act(Object action) {}

        @Override
        public Observation reset() {
            return this.observation;
        }
    }

    private static final class OtherIdleRobot extends IdleRobot {

        OtherIdleRobot(Clock clock) {
            super(clock);
        }

        @Override
        public Observation observe() {
            return super.observe();
        }

        @Override
        public void act(Object action) {
            super.act(action);
        }
    }

    /** Takes more than a period now and then, or so much of it that no time is left to sleep. */
    private static final class SlowRobot extends IdleRobot {

        private static final long TOO_LONG_NANOS = 1_500_000;
        private static final long LONG_NANOS = 950_000;

        private int acts;

        SlowRobot(Clock clock) {
            super(clock);
        }

        @Override
        public void act(Object action) {
            this.acts++;
            if (this.acts % 8 == 0) {
                this.clock.parkNanos(TOO_LONG_NANOS);
            } else if (this.acts % 8 == 4) {
                this.clock.parkNanos(LONG_NANOS);
            }
        }

        @Override
        public Observation observe() {
            return super.observe();
        }
    }

    /** Real, as it costs what the real one costs, but for the time that would be waited. */
    private static final class SkippingClock implements Clock {

        /** One turn of a spin is all of it. */
        private static final long SPIN_NANOS = SpinWindow.MAX_NANOS;

        private static final long LATE_NANOS = 300_000;
        private static final long TOO_LATE_NANOS = 1_100_000;

        private final boolean oftenLate;
        private long skipped;
        private int parks;

        SkippingClock(boolean oftenLate) {
            this.oftenLate = oftenLate;
        }

        @Override
        public long nanoTime() {
            return System.nanoTime() + this.skipped;
        }

        @Override
        public void parkNanos(long nanos) {
            this.parks++;
            this.skipped += nanos;
            if (this.oftenLate && this.parks % 7 == 0) {
                this.skipped += this.parks % 2 == 0 ? LATE_NANOS : TOO_LATE_NANOS;
            }
        }

        @Override
        public void onSpinWait() {
            this.skipped += SPIN_NANOS;
        }

        @Override
        public void unpark(Thread thread) {}

        @Override
        public boolean await(CountDownLatch latch, long nanos) {
            throw new UnsupportedOperationException();
        }
    }
}
