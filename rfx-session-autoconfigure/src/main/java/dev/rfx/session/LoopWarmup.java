package dev.rfx.session;

import dev.rfx.session.jfr.IterationEvents;
import dev.rfx.session.timing.Clock;
import dev.rfx.session.timing.SpinBudget;
import dev.rfx.session.timing.TimingRecorder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/**
 * Lets the JVM compile the loop before it drives a robot. Runs the same loop with robots and
 * policies that do nothing, on a clock that skips the waits. Confined to the control thread, during
 * the warm-up of the first run in a JVM.
 *
 * <p>Without this, some of the first few hundred iterations of a JVM are late by milliseconds. All
 * iterations are less exact until the JVM has compiled the loop with every optimization, which
 * takes some minutes at 50 Hz.
 *
 * <p>The warm-up uses three types of robot and three of policy, and takes each branch of the loop:
 * overruns, iterations that leave no time to sleep, late wakeups, events on and off. The JVM
 * discards compiled code that has seen only one type, or not all branches, at the first other one.
 */
final class LoopWarmup {

    /**
     * Number of runs. The JVM compiles a method after some hundred calls, and a loop after 15 000
     * turns.
     */
    private static final int RUNS = 700;

    /** Most runs have 30 iterations. */
    private static final Duration SHORT = Duration.ofMillis(30);

    /** Every eighth run is long enough for the spin window to finish its first calibration. */
    private static final int LONG_RUN_EVERY = 8;

    private static final Duration LONG = Duration.ofMillis(600);

    /** Every fifteenth run uses the system clock and waits in real time. */
    private static final int REAL_RUN_EVERY = 15;

    private static final Duration REAL_DURATION = Duration.ofNanos(200_000);

    private static final Duration RAMP = Duration.ofMillis(10);

    private static final Duration WARMUP = Duration.ofNanos(100_000);

    private static final Duration SPIN = Duration.ofNanos(400_000);

    private static final String SESSION_NAME = "loop warm-up";

    private static final AtomicBoolean DONE = new AtomicBoolean();

    private LoopWarmup() {}

    /**
     * Warms the loop up, once in a JVM.
     *
     * @param proceed whether there is time for a further run
     */
    static void once(BooleanSupplier proceed) throws Exception {
        if (!proceed.getAsBoolean() || !DONE.compareAndSet(false, true)) {
            return;
        }
        IterationEvents.register();
        TimingRecorder recorder = new TimingRecorder(1, GcPauses.OF_THE_JVM::nanosWithin);
        IterationEvents enabled = new IterationEvents(SESSION_NAME);
        for (int i = 0; i < RUNS; i++) {
            if (!proceed.getAsBoolean()) {
                DONE.set(false); // a later start may have more time
                return;
            }
            IterationEvents events =
                    i % 2 == 0 || IterationEvents.isRecorderInUse()
                            ? IterationEvents.DISCARD
                            : enabled;
            if (i % REAL_RUN_EVERY == 0) {
                run(i, Clock.SYSTEM, WARMUP, REAL_DURATION, recorder, events);
            } else {
                Duration duration = i % LONG_RUN_EVERY == 0 ? LONG : SHORT;
                run(i, new SkippingClock(true), WARMUP, duration, recorder, events);
            }
        }
    }

    /** {@return the iterations of one run that does not wait: one for each millisecond} */
    static long run(Duration duration) throws Exception {
        TimingRecorder recorder = new TimingRecorder(1, GcPauses.OF_THE_JVM::nanosWithin);
        run(
                0,
                new SkippingClock(false),
                Duration.ZERO,
                duration,
                recorder,
                new IterationEvents(SESSION_NAME));
        return recorder.count();
    }

    private static void run(
            int which,
            Clock clock,
            Duration warmup,
            Duration duration,
            TimingRecorder recorder,
            IterationEvents events)
            throws Exception {
        double rateHz = clock == Clock.SYSTEM ? 10_000 : 1000;
        Robot<Observation, Object> robot = robot(which, clock);
        Policy<Observation, Object> policy = policy(which);
        SessionOptions options = options(which).withRateHz(rateHz);
        ControlLoop<Observation, Object> loop =
                new ControlLoop<>(
                        robot,
                        policy,
                        options,
                        clock,
                        SpinBudget.OF_THE_JVM,
                        recorder,
                        events,
                        new EngageGuard(robot, policy, options.engage()),
                        null);
        loop.limit(duration);
        loop.reset();
        loop.warmUp(clock.nanoTime() + warmup.toNanos());
        loop.run();
    }

    private static SessionOptions options(int which) {
        SessionOptions options = SessionOptions.defaults().withEngage(engage(which));
        return switch (which % 5) {
            case 0 -> options.withSpinWindow(SPIN);
            case 1 -> options.withMaxObservationAge(Duration.ofHours(1));
            default -> options;
        };
    }

    /** Ramps end within a short run. The first robot has no positions, and no ramp. */
    private static EngageOptions engage(int which) {
        EngageOptions ramp = EngageOptions.defaults().withDuration(RAMP);
        return switch (which % 6) {
            case 0, 3 -> EngageOptions.defaults();
            case 1, 2 -> ramp.withMaxSpeed(List.of(1f));
            default -> ramp;
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

    /** The overrides that call super only make it a further type, which is their purpose. */
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

        @Override
        public Tensor positions(Observation observation) {
            return observation.get(Observation.STATE);
        }
    }

    /** Takes more than a period in some iterations, and leaves no time to sleep in others. */
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

        @Override
        public Tensor positions(Observation observation) {
            return observation.get(Observation.STATE);
        }
    }

    /** Reads the system clock, because a reading costs time, but skips every wait. */
    private static final class SkippingClock implements Clock {

        /** A spin ends after one turn. */
        private static final long SPIN_NANOS = SPIN.toNanos();

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
        public void onSpinWait(long nanosLeft) {
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
