package dev.rfx.session.actuate;

import dev.rfx.session.RobotReading;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The readings of a robot in health and endpoint: values by name, values of joints by name and
 * joint. A value that is not known yet is NaN and is left out, because JSON has no NaN.
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
        // A conditional expression would convert the long to a double.
        if (reading.kind() == RobotReading.Kind.VALUE) {
            return reading.value();
        }
        return (long) reading.value();
    }
}
