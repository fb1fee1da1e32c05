package dev.rfx.session.sample;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Path;

/** Recordings of a real arm, which are not part of the project. */
final class RealRecordings {

    private RealRecordings() {}

    /** Returns the commands of a motion, or skips the test where they are absent. */
    static Path commands(String motion) {
        Path file =
                Path.of(System.getProperty("rfx.data", "../../shared/data"))
                        .resolve("so101_recordings")
                        .resolve(motion)
                        .resolve("control.csv");
        assumeThat(file).exists();
        return file;
    }
}
