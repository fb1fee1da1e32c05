package dev.rfx.session.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.rfx.session.Observation;
import dev.rfx.session.Tensor;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The motion of the arm without a recording. */
class SinePolicyTests {

    private static final int JOINTS = 6;
    private static final int ONE_MINUTE = 60 * 50;

    private static final Duration PERIOD = Duration.ofMillis(20);

    private final Observation observation = Observation.of("state", Tensor.zeros(2 * JOINTS));
    private long time = Long.MAX_VALUE - PERIOD.toNanos(); // wraps around
    private final SinePolicy policy = new SinePolicy(JOINTS);

    @Test
    void firstCommandIsZeroForEveryJoint() {
        assertThat(call()).containsExactly(new float[JOINTS], within(0f));
    }

    @Test
    void everyJointMovesButNoneBeyondTheAmplitude() {
        float[] farthest = new float[JOINTS];
        for (int k = 0; k < ONE_MINUTE; k++) {
            float[] command = call();
            for (int i = 0; i < JOINTS; i++) {
                farthest[i] = Math.max(farthest[i], Math.abs(command[i]));
            }
        }

        for (float distance : farthest) {
            assertThat(distance).isCloseTo(0.5f, within(0.01f));
        }
    }

    /** 0.5 rad at 0.45 Hz is 1.42 rad/s, and the ramp adds at most 0.375 rad/s. */
    @Test
    void stepBetweenTwoCommandsIsSmallFromTheFirstOn() {
        float[] before = call();
        for (int k = 1; k < ONE_MINUTE; k++) {
            float[] command = call();
            for (int i = 0; i < JOINTS; i++) {
                assertThat(command[i]).isCloseTo(before[i], within(0.036f));
            }
            before = command;
        }
    }

    @Test
    void eachJointSwingsFasterThanTheOneBefore() {
        int[] swings = new int[JOINTS];
        float[] before = call();
        for (int k = 1; k < ONE_MINUTE; k++) {
            float[] command = call();
            for (int i = 0; i < JOINTS; i++) {
                if (before[i] < 0 && command[i] >= 0) {
                    swings[i]++;
                }
            }
            before = command;
        }

        assertThat(swings).isSorted().doesNotHaveDuplicates();
    }

    /** After 20 s each joint has completed whole cycles, so that only the phases differ. */
    @Test
    void jointsDoNotPassZeroTogether() {
        call();
        this.time += Duration.ofMillis(19_980).toNanos();

        float[] command = call();

        assertThat(command[1]).isCloseTo(0.433f, within(0.001f));
        assertThat(command[4]).isCloseTo(-0.433f, within(0.001f));
    }

    @Test
    void timeBeforeTheFirstCallDoesNotCount() {
        this.policy.reset();
        this.time += Duration.ofSeconds(10).toNanos();

        assertThat(call()).containsExactly(new float[JOINTS], within(0f));
    }

    @Test
    void resetBeginsAnew() {
        float[][] first = IntStream.range(0, 500).mapToObj(k -> call()).toArray(float[][]::new);

        this.policy.reset();

        float[][] second = IntStream.range(0, 500).mapToObj(k -> call()).toArray(float[][]::new);
        assertThat(second).isDeepEqualTo(first);
    }

    @Test
    void observationWithoutATimestampIsRefused() {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> this.policy.selectAction(this.observation))
                .withMessage("The observation has no timestamp");
    }

    @Test
    void callAllocatesNothing() {
        long bytes =
                Allocations.bytesOf(
                        10_000,
                        () -> {
                            this.policy.selectAction(this.observation.stamp(this.time));
                            this.time += PERIOD.toNanos();
                        });

        assertThat(bytes).isLessThan(10_000);
    }

    /** Calls the policy, as a loop does once per period. */
    private float[] call() {
        float[] command = this.policy.selectAction(this.observation.stamp(this.time)).toArray();
        this.time += PERIOD.toNanos();
        return command;
    }
}
