package dev.rfx.session.so101;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Writes calibration files as LeRobot does. */
public final class CalibrationFile {

    private CalibrationFile() {}

    /** Writes that of a {@link VirtualSo101} that nobody has calibrated otherwise. */
    public static Path of(Path directory) {
        return withRange(directory, 700, 3400);
    }

    /** Writes one in which all joints have a range. */
    public static Path withRange(Path directory, int min, int max) {
        return withContent(
                directory,
                Arrays.stream(Joint.values())
                        .map(joint -> member(joint, min, max))
                        .collect(Collectors.joining(",\n", "{\n", "\n}\n")));
    }

    private static String member(Joint joint, int min, int max) {
        return """
               "%s": {"id": %d, "drive_mode": 0, "homing_offset": 0, "range_min": %d, "range_max": %d}"""
                .formatted(joint.motorName(), joint.id(), min, max);
    }

    /** Writes one that may be wrong. */
    public static Path withContent(Path directory, String content) {
        try {
            return Files.writeString(directory.resolve("arm.json"), content);
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }
}
