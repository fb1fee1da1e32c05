package dev.rfx.session.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class NormalizationTests {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static final float[] UNTOUCHED = {7, 8};

    /** Values between two others, which must stay. */
    private static float[] normalized(Normalization normalization, float... values) {
        float[] all = framed(values);
        normalization.normalize(all, 1);
        return unframed(all);
    }

    private static float[] denormalized(Normalization normalization, float... values) {
        float[] all = framed(values);
        normalization.denormalize(all, 1);
        return unframed(all);
    }

    private static float[] framed(float[] values) {
        float[] all = new float[values.length + 2];
        all[0] = UNTOUCHED[0];
        System.arraycopy(values, 0, all, 1, values.length);
        all[all.length - 1] = UNTOUCHED[1];
        return all;
    }

    private static float[] unframed(float[] all) {
        assertThat(new float[] {all[0], all[all.length - 1]}).containsExactly(UNTOUCHED);
        return Arrays.copyOfRange(all, 1, all.length - 1);
    }

    @Test
    void identityChangesNothing() {
        Normalization identity = Normalization.identity(2);

        assertThat(identity.size()).isEqualTo(2);
        assertThat(normalized(identity, 1.5f, -3)).containsExactly(1.5f, -3);
        assertThat(denormalized(identity, 1.5f, -3)).containsExactly(1.5f, -3);
    }

    @Test
    void meanAndStandardDeviationBecomeZeroAndOne() {
        Normalization normalization =
                Normalization.meanStd(new float[] {1, -2}, new float[] {0.5f, 4});

        assertThat(normalized(normalization, 2, -2)).containsExactly(2, 0);
        assertThat(denormalized(normalization, 2, 0)).containsExactly(2, -2);
    }

    /** LeRobot adds epsilon on the way in only. */
    @Test
    void constantValueHasALargeButFiniteNormalizedOne() {
        Normalization normalization = Normalization.meanStd(new float[] {1}, new float[] {0});

        assertThat(normalized(normalization, 1)).containsExactly(0);
        assertThat(normalized(normalization, 1.5f)).containsExactly(0.5f / 1e-8f);
        assertThat(denormalized(normalization, 3)).containsExactly(1);
    }

    @Test
    void epsilonIsPartOfTheDivisorOfMeanAndStandardDeviation() {
        Normalization normalization =
                Normalization.meanStd(new float[] {0}, new float[] {1}, 0.25f);

        assertThat(normalized(normalization, 5)).containsExactly(4);
        assertThat(denormalized(normalization, 5)).containsExactly(5);
    }

    @Test
    void rangeBecomesMinusOneToOneAndIsNotClipped() {
        Normalization normalization = Normalization.range(new float[] {0, -4}, new float[] {2, 4});

        assertThat(normalized(normalization, 0, 4)).containsExactly(-1, 1);
        assertThat(normalized(normalization, 3, -8)).containsExactly(2, -2);
        assertThat(denormalized(normalization, -1, 1)).containsExactly(0, 4);
        assertThat(denormalized(normalization, 2, -2)).containsExactly(3, -8);
    }

    /** Epsilon counts for an empty range only. */
    @Test
    void emptyRangeIsMinusOne() {
        Normalization normalization =
                Normalization.range(new float[] {3, 0}, new float[] {3, 1}, 0.5f);

        assertThat(normalized(normalization, 3, 1)).containsExactly(-1, 1);
        assertThat(normalized(normalization, 4, 0)).containsExactly(3, -1);
        assertThat(denormalized(normalization, 1, 1)).containsExactly(3.5f, 1);
    }

    /** As torch computes with the same float32 values. */
    @Test
    void arithmeticIsThatOfFloat32() {
        float mean = 0.1f;
        float std = 0.3f;
        Normalization normalization = Normalization.meanStd(new float[] {mean}, new float[] {std});
        float value = 1.7f;

        assertThat(normalized(normalization, value))
                .containsExactly((value - mean) / (std + 1e-8f));
        assertThat(denormalized(normalization, value)).containsExactly(value * std + mean);
    }

    @Test
    void statisticsAreCopied() {
        float[] mean = {1};
        float[] std = {1};
        Normalization normalization = Normalization.meanStd(mean, std);
        mean[0] = 5;
        std[0] = 5;

        assertThat(denormalized(normalization, 1)).containsExactly(2);
    }

    @Test
    void statisticsThatCannotBeAreRefused() {
        float[] one = {1};
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Normalization.meanStd(one, new float[] {1, 2}))
                .withMessage("std has 2 values, not 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Normalization.meanStd(new float[] {Float.NaN}, one))
                .withMessage("mean of value 0 is NaN, but must be finite");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Normalization.meanStd(one, new float[] {-1}))
                .withMessage("std of value 0 is -1.0, but must not be negative");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Normalization.range(new float[] {2}, one))
                .withMessage("low of value 0 is 2.0, more than high, 1.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Normalization.range(one, new float[] {Float.POSITIVE_INFINITY}))
                .withMessage("high of value 0 is Infinity, but must be finite");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                Normalization.range(
                                        new float[] {-Float.MAX_VALUE},
                                        new float[] {Float.MAX_VALUE}))
                .withMessage("high - low of value 0 is Infinity, but must be finite");
    }

    @Test
    void nothingIsAllocated() {
        Normalization[] normalizations = {
            Normalization.identity(6),
            Normalization.meanStd(new float[6], new float[6]),
            Normalization.range(new float[6], new float[6])
        };
        float[] values = new float[6];
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 5; round++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 1_000; i++) {
                for (Normalization normalization : normalizations) {
                    normalization.normalize(values, 0);
                    normalization.denormalize(values, 0);
                }
            }
            least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
        }

        assertThat(least).isZero();
    }
}
