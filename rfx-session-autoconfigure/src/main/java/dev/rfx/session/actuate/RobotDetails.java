package dev.rfx.session.actuate;

import dev.rfx.session.RobotReading;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Arranges the readings of a robot for a reader: each under its name, those of joints under the
 * joint below it. A figure that is not known yet, NaN, is left out: JSON has no word for it.
 */
final class RobotDetails {

    private RobotDetails() {}

    static Map<String, Object> of(List<RobotReading> readings) {
        Map<String, Object> details = new LinkedHashMap<>();
        Map<String, Map<String, Number>> joints = new LinkedHashMap<>();
        for (RobotReading reading : readings) {
            if (Double.isNaN(reading.value())) {
                continue;
            }
            if (reading.joint() == null) {
                details.put(reading.name(), number(reading));
            } else {
                joints.computeIfAbsent(reading.name(), name -> new LinkedHashMap<>())
                        .put(reading.joint(), number(reading));
            }
        }
        details.putAll(joints);
        return details;
    }

    private static Number number(RobotReading reading) {
        // Not a conditional expression: that would make a double of both.
        if (reading.kind() == RobotReading.Kind.VALUE) {
            return reading.value();
        }
        return (long) reading.value();
    }
}
