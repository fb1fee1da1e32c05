package dev.rfx.session.sample;

import dev.rfx.session.Observation;
import dev.rfx.session.Policy;
import dev.rfx.session.Tensor;

/**
 * Moves each joint on a sine of its own frequency and phase. The amplitude grows from zero in the
 * first seconds, because a sine with a phase would begin with a jump.
 *
 * <p>Every call overwrites and returns the same tensor. The time is the timestamp of the
 * observations, so that a recording replays exactly, on every machine.
 */
final class SinePolicy implements Policy<Observation, Tensor> {

    private static final double AMPLITUDE_RAD = 0.5;
    private static final double RAMP_SECONDS = 2;
    private static final double LOWEST_FREQUENCY_HZ = 0.2;
    private static final double FREQUENCY_STEP_HZ = 0.05;

    private final Tensor action;
    private boolean started;
    private long startNanos;

    SinePolicy(int joints) {
        this.action = Tensor.zeros(joints);
    }

    @Override
    public Tensor selectAction(Observation observation) {
        double seconds = elapsedNanos(observation) / 1e9;
        double amplitude = AMPLITUDE_RAD * smoothStep(Math.min(seconds / RAMP_SECONDS, 1));
        int joints = this.action.size();
        for (int i = 0; i < joints; i++) {
            double frequencyHz = LOWEST_FREQUENCY_HZ + i * FREQUENCY_STEP_HZ;
            double turns = frequencyHz * seconds + (double) i / joints;
            this.action.set(i, (float) (amplitude * StrictMath.sin(2 * Math.PI * turns)));
        }
        return this.action;
    }

    /** Measured from the first call, because the warm-up lies between reset() and that call. */
    private long elapsedNanos(Observation observation) {
        if (!observation.hasTimestamp()) {
            throw new IllegalArgumentException("The observation has no timestamp");
        }
        long now = observation.timestampNanos();
        if (!this.started) {
            this.started = true;
            this.startNanos = now;
        }
        return now - this.startNanos;
    }

    /** Rises from 0 to 1 with a slope of zero at both ends. */
    private static double smoothStep(double x) {
        return x * x * (3 - 2 * x);
    }

    @Override
    public void reset() {
        this.started = false;
    }
}
