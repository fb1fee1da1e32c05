package dev.rfx.session.so101;

import dev.rfx.session.so101.protocol.Register;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Saves the previous values of servo registers to a file before they are overwritten, so that an
 * operator can restore the calibration of an arm.
 */
final class OldRegisters {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);

    /** A register that will be overwritten. */
    record Change(Joint joint, Register register, int before, int after) {

        private String toJson() {
            return """
                    {"joint": "%s", "id": %d, "register": "%s", "address": %d, "before": %d, "after": %d}\
                    """
                    .formatted(
                            this.joint.motorName(),
                            this.joint.id(),
                            this.register,
                            this.register.address(),
                            this.before,
                            this.after);
        }
    }

    private OldRegisters() {}

    /**
     * Writes the file, next to the calibration file.
     *
     * @return its path
     * @throws CalibrationException if it cannot be written
     */
    static Path save(Path calibrationFile, List<Change> changes) {
        String name =
                calibrationFile.getFileName() + ".before-" + TIME.format(Instant.now()) + ".json";
        Path file = calibrationFile.resolveSibling(name);
        String json =
                changes.stream()
                        .map(Change::toJson)
                        .collect(Collectors.joining(",\n  ", "[\n  ", "\n]\n"));
        try {
            Files.write(
                    file,
                    json.getBytes(StandardCharsets.UTF_8),
                    StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.SYNC);
        } catch (IOException ex) {
            throw CalibrationException.oldValuesNotSaved(file, ex);
        }
        return file;
    }
}
