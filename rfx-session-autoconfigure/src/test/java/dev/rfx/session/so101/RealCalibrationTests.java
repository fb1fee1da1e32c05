package dev.rfx.session.so101;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of real arms, which are not part of the project: skipped where they are absent. */
class RealCalibrationTests {

    @ParameterizedTest
    @CsvSource({
        "kevin010717_so101_follower.json, 496, 874, 3073",
        "matrix97317_so101_follower.json, -986, 901, 3110",
        "q442333521_so101_follower.json, -1865, 850, 3054",
        "tjadams_so101_follower.json, -495, 923, 3128"
    })
    void fileOfARealArmIsRead(String name, int homingOffset, int rangeMin, int rangeMax) {
        Calibration calibration = Calibration.read(file(name));

        assertThat(calibration.joint(Joint.ELBOW_FLEX))
                .isEqualTo(
                        new JointCalibration(
                                Joint.ELBOW_FLEX, false, homingOffset, rangeMin, rangeMax));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lerobot_so100_follower_legacyformat.json",
                "rerun_so100_follower_legacyformat.json"
            })
    void legacyFileIsRefused(String name) {
        Path file = file(name);

        assertThatExceptionOfType(CalibrationException.class)
                .isThrownBy(() -> Calibration.read(file))
                .withMessageContainingAll(name, "former format", "lerobot-calibrate");
    }

    private static Path file(String name) {
        Path file =
                Path.of(System.getProperty("rfx.data", "../../shared/data"))
                        .resolve("calibration")
                        .resolve(name);
        assumeThat(file).exists();
        return file;
    }
}
