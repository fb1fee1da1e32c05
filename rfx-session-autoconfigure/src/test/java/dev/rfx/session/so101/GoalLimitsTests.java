package dev.rfx.session.so101;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rfx.session.Tensor;
import dev.rfx.session.test.VirtualClock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The speed of the goals. */
class GoalLimitsTests {

    private static final Calibration WIDE = So101Fixture.calibration(0, 4095);
    private static final int LOWEST = WIDE.joint(Joint.WRIST_ROLL).lowestGoal();
    private static final int HIGHEST = WIDE.joint(Joint.WRIST_ROLL).highestGoal();
    private static final double RADIANS_PER_STEP = 2 * Math.PI / 4096;

    private final VirtualClock clock = new VirtualClock();
    private final GoalLimits limits = new GoalLimits(this.clock::nanoTime);
    private final int[] goals = new int[6];

    private void begin(@Nullable Double maxSpeed) {
        So101Robot.Builder arm = So101Robot.builder("port", WIDE).maxSpeed(maxSpeed);
        this.limits.calibrate(arm.settings(), WIDE);
        this.limits.begin();
    }

    private void act(double seconds, float radians) {
        this.clock.advance(Duration.ofNanos(Math.round(seconds * 1e9)));
        Tensor action = Tensor.of(radians, radians, radians, radians, radians, radians);
        this.limits.limit(action, this.goals.clone(), this.goals);
    }

    private void softStart() {
        for (int i = 0; i < 11; i++) {
            act(0.1, -9);
        }
        assertThat(this.goals).as("at the end of the range").containsOnly(LOWEST);
    }

    /** At 1 kHz 0.1 rad/s are 0.07 steps. */
    @ParameterizedTest
    @CsvSource({"10, 2", "30, 2", "50, 2", "500, 2", "1000, 2", "10000, 2", "1000, 0.1"})
    void speedIsTheSameAtAnyRate(int rateHz, double maxSpeed) {
        begin(maxSpeed);
        softStart();

        for (int i = 0; i < rateHz; i++) {
            act(1.0 / rateHz, 9);
        }

        assertThat((this.goals[3] - LOWEST) * RADIANS_PER_STEP).isCloseTo(maxSpeed, within(0.002));
    }

    @Test
    void withoutASettingItIsTwoRadiansPerSecond() {
        begin(null);
        softStart();

        act(0.1, 9);

        assertThat(this.goals[0] - LOWEST).isBetween(130, 131);
    }

    @Test
    void stallDoesNotEarnAJump() {
        begin(2.0);
        softStart();

        act(5, 9);

        assertThat(this.goals[0] - LOWEST).as("0.1 s").isBetween(130, 131);
    }

    @Test
    void restOfAStepThatWasNotNeededDoesNotAddUp() {
        begin(2.0);
        softStart();
        for (int i = 0; i < 1000; i++) {
            act(0.001, -9); // stays at the end of the range
        }

        act(0.001, 9);

        assertThat(this.goals).as("1.3 steps, and a rest").containsOnly(LOWEST + 2);
    }

    @Test
    void jointOutsideItsRangeIsLedBackNoFasterThanAnyOther() {
        begin(2.0); // at 0, beyond the lowest goal

        act(0.01, -9);

        assertThat(this.goals).as("a twentieth of 13 steps").containsOnly(0);
        softStart();
    }

    @Test
    void infinityIsNoLimitFromTheFirstGoalOn() {
        begin(Double.POSITIVE_INFINITY);

        act(0, 9);

        assertThat(this.goals).containsOnly(HIGHEST);
    }
}
