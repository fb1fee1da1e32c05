package dev.rfx.session.robot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.rfx.session.Observation;
import dev.rfx.session.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MockRobotTests {

    private final MockRobot robot = new MockRobot(2, 50);

    private float[] state() {
        return this.robot.observe().get(Observation.STATE).toArray();
    }

    @Test
    void stateIsPositionsThenVelocitiesAndZeroAfterReset() {
        this.robot.act(Tensor.of(1, -1));

        assertThat(this.robot.reset().get("state").toArray()).containsExactly(0, 0, 0, 0);
        assertThat(state()).containsExactly(0, 0, 0, 0);
    }

    @Test
    void stepIsSemiImplicitEuler() {
        this.robot.act(Tensor.of(1, -0.5f));

        // v = 100 · target · 0.02, and then x = v · 0.02
        assertThat(state()).containsExactly(new float[] {0.04f, -0.02f, 2, -1}, within(1e-6f));

        this.robot.act(Tensor.of(1, -0.5f));

        // v = 2 + (100 · (1 − 0.04) − 10 · 2) · 0.02 = 3.52, x = 0.04 + 3.52 · 0.02
        assertThat(state())
                .containsExactly(new float[] {0.1104f, -0.0552f, 3.52f, -1.76f}, within(1e-6f));
    }

    @Test
    void jointsComeToRestAtTheirTargets() {
        for (int i = 0; i < 500; i++) {
            this.robot.act(Tensor.of(1, -0.5f));
        }

        assertThat(state()).containsExactly(new float[] {1, -0.5f, 0, 0}, within(1e-3f));
    }

    @Test
    void positionsAndVelocitiesStayWithinTheirLimits() {
        for (int i = 0; i < 500; i++) {
            this.robot.act(Tensor.of(1e6f, -1e6f));
            assertThat(state()[2]).isBetween(-10f, 10f);
            assertThat(state()[3]).isBetween(-10f, 10f);
        }

        assertThat(state()[0]).isEqualTo((float) Math.PI);
        assertThat(state()[1]).isEqualTo((float) -Math.PI);
    }

    @Test
    void stopHoldsTheCurrentPosition() {
        this.robot.act(Tensor.of(1, -1));
        float[] moving = state();

        this.robot.stop();

        assertThat(state()).containsExactly(moving[0], moving[1], 0, 0);
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void valueThatIsNotFiniteMovesNothing(float value) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> this.robot.act(Tensor.of(1, value)))
                .withMessage("The action for joint 1 is " + value + ", but must be finite");

        assertThat(state()).containsExactly(0, 0, 0, 0);
    }

    @Test
    void actionOfAnotherSizeIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> this.robot.act(Tensor.of(1)))
                .withMessage("The action has 1 values, but the robot has 2 joints");
    }

    @Test
    void invalidArgumentsAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new MockRobot(0, 50));
        assertThatIllegalArgumentException().isThrownBy(() -> new MockRobot(6, Double.NaN));
        assertThatIllegalArgumentException().isThrownBy(() -> new MockRobot(6, 0));
    }
}
