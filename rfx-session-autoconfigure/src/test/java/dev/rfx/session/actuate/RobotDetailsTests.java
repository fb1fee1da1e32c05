package dev.rfx.session.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.RobotReading;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RobotDetailsTests {

    @Test
    void readingsAreUnderTheirNamesAndThoseOfJointsUnderTheJoint() {
        assertThat(
                        RobotDetails.of(
                                List.of(
                                        RobotReading.count("link.cycles", null, 12),
                                        RobotReading.incidents("clamps", "elbow", 3),
                                        RobotReading.incidents("clamps", "wrist", 0),
                                        RobotReading.value("age", null, 0.5))))
                .containsExactly(
                        Map.entry("link.cycles", 12L),
                        Map.entry("age", 0.5),
                        Map.entry("clamps", Map.of("elbow", 3L, "wrist", 0L)));
    }

    @Test
    void whatIsNotKnownIsLeftOut() {
        assertThat(
                        RobotDetails.of(
                                List.of(
                                        RobotReading.value("age", null, Double.NaN),
                                        RobotReading.value("voltage", "elbow", Double.NaN))))
                .isEmpty();
    }

    @Test
    void robotThatTellsNothingHasNoDetails() {
        assertThat(RobotDetails.of(List.of())).isEmpty();
    }
}
