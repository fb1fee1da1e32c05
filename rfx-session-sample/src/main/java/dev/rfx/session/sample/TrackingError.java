package dev.rfx.session.sample;

import dev.rfx.session.Tensor;
import java.util.Arrays;
import java.util.Locale;
import java.util.StringJoiner;

/**
 * The tracking error of each joint: the distance between a command and the position observed one
 * iteration later, in rad.
 */
final class TrackingError {

    private final double[] sumsOfSquares;
    private final double[] maxima;
    private long count;

    TrackingError(int joints) {
        this.sumsOfSquares = new double[joints];
        this.maxima = new double[joints];
    }

    /**
     * Adds one iteration.
     *
     * @param command the target position of each joint
     * @param state the observed position of each joint; more values may follow
     */
    void add(Tensor command, Tensor state) {
        for (int i = 0; i < this.maxima.length; i++) {
            double error = Math.abs((double) state.get(i) - command.get(i));
            this.sumsOfSquares[i] += error * error;
            this.maxima[i] = Math.max(this.maxima[i], error);
        }
        this.count++;
    }

    void clear() {
        Arrays.fill(this.sumsOfSquares, 0);
        Arrays.fill(this.maxima, 0);
        this.count = 0;
    }

    /** {@return root mean square and maximum of each joint, in one line} */
    @Override
    public String toString() {
        StringJoiner joints = new StringJoiner(", ", "RMS / max in rad: ", "");
        for (int i = 0; i < this.maxima.length; i++) {
            double rms = Math.sqrt(this.sumsOfSquares[i] / this.count);
            joints.add(String.format(Locale.ROOT, "joint %d %.4f / %.4f", i, rms, this.maxima[i]));
        }
        return joints.toString();
    }
}
