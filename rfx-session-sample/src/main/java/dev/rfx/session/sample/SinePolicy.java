package dev.rfx.session.sample;

import dev.rfx.session.Observation;
import dev.rfx.session.Policy;
import dev.rfx.session.Tensor;
import java.util.function.LongSupplier;

/**
 * Moves each joint on a sine of its own frequency and phase. The amplitude grows from zero in the
 * first seconds, because a sine with a phase would begin with a jump.
 *
 * <p>Every call overwrites and returns the same tensor.
 */
final class SinePolicy implements Policy<Observation, Tensor> {

    private static final double AMPLITUDE_RAD = 0.5;
    private static final double RAMP_SECONDS = 2;
    private static final double LOWEST_FREQUENCY_HZ = 0.2;
    private static final double FREQUENCY_STEP_HZ = 0.05;

    private final LongSupplier nanoTime;
    private final Tensor action;
    private boolean started;
    private long startNanos;

    SinePolicy(int joints, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.action = Tensor.zeros(joints);
    }

    @Override
    public Tensor selectAction(Observation observation) {
        double seconds = elapsedNanos() / 1e9;
        double amplitude = AMPLITUDE_RAD * smoothStep(Math.min(seconds / RAMP_SECONDS, 1));
        int joints = this.action.size();
        for (int i = 0; i < joints; i++) {
            double frequencyHz = LOWEST_FREQUENCY_HZ + i * FREQUENCY_STEP_HZ;
            double turns = frequencyHz * seconds + (double) i / joints;
            this.action.set(i, (float) (amplitude * Math.sin(2 * Math.PI * turns)));
        }
        return this.action;
    }

    /** Measured from the first call, because the warm-up lies between reset() and that call. */
    private long elapsedNanos() {
        long now = this.nanoTime.getAsLong();
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
