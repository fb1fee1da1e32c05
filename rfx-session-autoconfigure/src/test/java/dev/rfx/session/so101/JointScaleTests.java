package dev.rfx.session.so101;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.rfx.session.so101.Golden.Conversion;
import dev.rfx.session.so101.Golden.Follower;
import dev.rfx.session.so101.Golden.Pose;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JointScaleTests {

    private static final JointCalibration ELBOW =
            new JointCalibration(Joint.ELBOW_FLEX, false, 0, 1000, 3000);

    static Stream<Conversion> conversions() {
        return Golden.conversions();
    }

    @ParameterizedTest
    @MethodSource("conversions")
    void unitsAreThoseOfTheReferenceImplementation(Conversion expected) {
        for (JointUnits units : units(expected.mode())) {
            JointScale scale = scale(expected, units);

            assertThat(scale.toUnits(expected.raw()))
                    .isCloseTo(expected.normalized(), within(1e-9));
            assertThat(scale.toSteps(expected.normalized())).isCloseTo(expected.back(), within(1));
        }
    }

    /** A gripper is 0 to 100 in both of LeRobot's units. */
    private static Set<JointUnits> units(String mode) {
        return switch (mode) {
            case "range_0_100" -> EnumSet.of(JointUnits.DEGREES, JointUnits.NORMALIZED);
            case "range_m100_100" -> EnumSet.of(JointUnits.NORMALIZED);
            case "degrees" -> EnumSet.of(JointUnits.DEGREES);
            default -> throw new IllegalArgumentException(mode);
        };
    }

    static Stream<Follower> followers() {
        return Golden.followers();
    }

    /** Not a mode of the bus, but what LeRobot makes of a whole arm by default and without. */
    @ParameterizedTest
    @MethodSource("followers")
    void unitsOfAnArmAreThoseOfAFollowerArmOfLeRobot(Follower follower) {
        for (Joint joint : Joint.values()) {
            int i = joint.ordinal();
            List<Pose> positions = follower.positions();
            JointCalibration calibration =
                    new JointCalibration(
                            joint,
                            false,
                            0,
                            positions.get(0).steps().get(i),
                            positions.get(positions.size() - 1).steps().get(i));
            JointScale scale =
                    JointScale.of(
                            calibration,
                            follower.degrees() ? JointUnits.DEGREES : JointUnits.NORMALIZED);

            for (Pose pose : positions) {
                assertThat(scale.toUnits(pose.steps().get(i)))
                        .as("%s at %d", joint, pose.steps().get(i))
                        .isCloseTo(pose.units().get(i), within(1e-9));
            }
            for (Pose goal : follower.goals()) {
                assertThat(scale.toSteps(goal.units().get(i)) - goal.steps().get(i))
                        .as("%s to %s: LeRobot truncates", joint, goal.units().get(i))
                        .isBetween(0, 1);
            }
        }
    }

    private static JointScale scale(Conversion conversion, JointUnits units) {
        Joint joint = conversion.mode().equals("range_0_100") ? Joint.GRIPPER : Joint.SHOULDER_PAN;
        return JointScale.of(
                new JointCalibration(
                        joint,
                        conversion.reversed(),
                        0,
                        conversion.rangeMin(),
                        conversion.rangeMax()),
                units);
    }

    @ParameterizedTest
    @EnumSource(JointUnits.class)
    void everyStepOfTheRangeComesBackExactly(JointUnits units) {
        for (boolean reversed : new boolean[] {false, true}) {
            for (Joint joint : Joint.values()) {
                JointScale scale =
                        JointScale.of(new JointCalibration(joint, reversed, 0, 701, 3400), units);

                assertThat(IntStream.rangeClosed(701, 3400))
                        .allMatch(steps -> scale.toSteps(scale.toUnits(steps)) == steps);
            }
        }
    }

    @Test
    void turnIs4096StepsInRadians() {
        JointScale scale = JointScale.of(ELBOW, JointUnits.RADIANS);

        assertThat(scale.toUnits(2000)).isZero();
        assertThat(scale.toUnits(2000 + 1024)).isCloseTo(Math.PI / 2, within(1e-12));
        assertThat(scale.toSteps(-Math.PI / 2)).isEqualTo(2000 - 1024);
        assertThat(scale.velocityToUnits(4096)).isCloseTo(2 * Math.PI, within(1e-12));
    }

    @Test
    void reversedJointHasTheOtherSignInRadians() {
        JointScale scale =
                JointScale.of(
                        new JointCalibration(Joint.ELBOW_FLEX, true, 0, 1000, 3000),
                        JointUnits.RADIANS);

        assertThat(scale.toUnits(2000 + 1024)).isCloseTo(-Math.PI / 2, within(1e-12));
        assertThat(scale.velocityToUnits(4096)).isNegative();
    }

    @ParameterizedTest
    @CsvSource({"0.4, 2000", "0.6, 2001", "-0.4, 2000", "-0.6, 1999"})
    void goalIsRoundedToTheNearestStep(double steps, int expected) {
        JointScale scale = JointScale.of(ELBOW, JointUnits.RADIANS);

        assertThat(scale.toSteps(steps * 2 * Math.PI / 4096)).isEqualTo(expected);
    }

    @Test
    void goalBeyondTheRangeStaysBeyondIt() {
        JointScale scale = JointScale.of(ELBOW, JointUnits.NORMALIZED);

        assertThat(scale.toSteps(110)).isEqualTo(3100);
        assertThat(scale.toSteps(-1e300)).isEqualTo(Integer.MIN_VALUE);
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void goalThatIsNoNumberIsRefused(double value) {
        JointScale scale = JointScale.of(ELBOW, JointUnits.RADIANS);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> scale.toSteps(value))
                .withMessage("The goal of elbow_flex (id 3) is %s, but must be finite", value);
    }
}
