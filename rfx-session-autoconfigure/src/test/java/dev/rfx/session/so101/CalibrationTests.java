package dev.rfx.session.so101;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CalibrationTests {

    private static final String VALID =
            Arrays.stream(Joint.values())
                    .map(CalibrationTests::member)
                    .collect(Collectors.joining(",\n", "{\n", "\n}"));

    @TempDir private Path directory;

    @Test
    void everyJointHasItsValues() throws IOException {
        Calibration calibration = Calibration.read(file(VALID));

        assertThat(Joint.values())
                .allSatisfy(
                        joint ->
                                assertThat(calibration.joint(joint))
                                        .isEqualTo(
                                                new JointCalibration(
                                                        joint,
                                                        false,
                                                        -70 - joint.id(),
                                                        700,
                                                        3400)));
    }

    @ParameterizedTest
    @CsvSource({"'\n', '\r\n'", "'    ', '\t'", "': ', ':'", "'{', ' { '", "',', ' ,'"})
    void whiteSpaceIsFree(String from, String to) throws IOException {
        Path file = file(VALID.replace(from, to));

        assertThatCode(() -> Calibration.read(file)).doesNotThrowAnyException();
    }

    @Test
    void driveModeReversesAJoint() throws IOException {
        Path file = file(VALID.replaceFirst("\"drive_mode\": 0", "\"drive_mode\": 1"));

        Calibration calibration = Calibration.read(file);

        assertThat(calibration.joint(Joint.SHOULDER_PAN).reversed()).isTrue();
        assertThat(calibration.joint(Joint.SHOULDER_LIFT).reversed()).isFalse();
    }

    @Test
    void missingFileIsSaidToBeMissing() {
        Path absent = this.directory.resolve("absent.json");

        assertThatCalibrationException(absent)
                .withMessageContainingAll("cannot be read", absent.toString())
                .withCauseInstanceOf(NoSuchFileException.class);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "``, `line 1: expected '{', but the file ends`",
                "hello, `line 1: expected '{', but found 'h'`",
                "[], `line 1: expected '{', but found '['`",
                "{, `line 1: expected a name in quotes, but the file ends`",
                "{gripper: 1}, `line 1: expected a name in quotes, but found 'g'`",
                "`{\"gripper\" 1}`, `line 1: expected ':', but found '1'`",
                "`{\"gripper\":\n7}`, `line 2: expected '{', but found '7'`",
                "`{\"gripper\": {\"id\":\n\n\"6\"}}`, `line 3: expected an integer, but found '\"'`",
                "`{\"gripper\": {\"id\": 6.0}}`, `line 1: expected an integer, but found '6'`",
                "`{\"gripper\": {\"id\": 06}}`, `line 1: expected an integer, but found '0'`",
                "`{\"gripper\": {\"id\": 12345678901}}`, `line 1: expected an integer, but found '1'`",
                "`{\"gripper\": {\"id\": null}}`, `line 1: expected an integer, but found 'n'`",
                "`{\"gripper\": {\"id\": 6 \"drive_mode\": 0}}`, `line 1: expected '}', but found '\"'`",
                "`{\"gripper\": {\"id\": 6,}}`, `line 1: expected a name in quotes, but found '}'`"
            })
    void fileThatIsNoCalibrationIsRefusedWithItsLine(String text, String problem)
            throws IOException {
        Path file = file(text);

        assertThatCalibrationException(file)
                .withMessageContainingAll(
                        file.toString(),
                        "not in the format of LeRobot",
                        problem,
                        "lerobot-calibrate");
    }

    @Test
    void textAfterTheObjectIsRefused() throws IOException {
        assertThatCalibrationException(file(VALID + "}"))
                .withMessageContaining("line 8: expected the end of the file, but found '}'");
    }

    @Test
    void legacyFormatIsRefusedByItsName() throws IOException {
        Path file = file("{\"homing_offset\": [0, 0, 0, 0, 0, 0], \"kind\": \"follower\"}");

        assertThatCalibrationException(file)
                .withMessageContainingAll(file.toString(), "former format", "Calibrate the arm");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "\"gripper\", \"hand\", `'hand' is not a joint of an SO-101`",
                "\"gripper\", \"wrist_roll\", `wrist_roll has id 6, but in an SO-101 it is id 5`",
                "\"id\": 3, \"id\": 2, `elbow_flex has id 2, but in an SO-101 it is id 3`",
                "\"id\": 3, \"identity\": 3, `elbow_flex has an unknown 'identity'`",
                "`\"id\": 3, `, ``, elbow_flex has no id",
                "`\"id\": 3, `, `\"id\": 3, \"id\": 3, `, elbow_flex has id twice",
                "`-73, \"range_min\": 700`, `-73, \"range_min\": 3400`, `elbow_flex (id 3): range_min is"
                        + " 3400 and range_max is 3400, but range_min must be less`",
                "`-73, \"range_min\": 700`, `-73, \"range_min\": -1`, `elbow_flex (id 3): range_min is -1,"
                        + " but must be from 0 to 4095`",
                "-73, 2048, `elbow_flex (id 3): homing_offset is 2048, but must be from -2047 to 2047`",
                "`0, \"homing_offset\": -73`, `2, \"homing_offset\": -73`, `elbow_flex (id 3):"
                        + " drive_mode is 2, but must be 0 or 1`"
            })
    void impossibleValueIsRefusedWithItsJoint(String from, String to, String problem)
            throws IOException {
        assertThat(VALID).contains(from);
        Path file = file(VALID.replace(from, to));

        assertThatCalibrationException(file)
                .withMessageContainingAll(file.toString(), "is invalid: " + problem);
    }

    @Test
    void missingJointIsNamed() throws IOException {
        String gripper = ",\n" + member(Joint.GRIPPER);

        assertThatCalibrationException(file(VALID.replace(gripper, "")))
                .withMessageContaining("gripper is missing");
    }

    @Test
    void jointThatOccursTwiceIsRefused() throws IOException {
        String gripper = member(Joint.GRIPPER);

        assertThatCalibrationException(file(VALID.replace(gripper, gripper + "," + gripper)))
                .withMessageContaining("gripper occurs twice");
    }

    @Test
    void servoWithTheSameCalibrationPasses() throws IOException {
        Calibration calibration = Calibration.read(file(VALID));

        assertThatCode(() -> calibration.requireSame(Joint.ELBOW_FLEX, -73, 700, 3400))
                .doesNotThrowAnyException();
    }

    @Test
    void servoWithAnotherCalibrationIsRefusedWithAllDifferences() throws IOException {
        Path file = file(VALID);
        Calibration calibration = Calibration.read(file);

        assertThatExceptionOfType(CalibrationException.class)
                .isThrownBy(() -> calibration.requireSame(Joint.ELBOW_FLEX, 12, 700, 4095))
                .withMessageStartingWith(
                        "elbow_flex (id 3) is not calibrated as %s says: homing_offset is -73 in the"
                                + " file and 12 in the servo, range_max is 3400 in the file and 4095"
                                + " in the servo. ",
                        file);
    }

    private static String member(Joint joint) {
        return ("    \"%s\": {\"id\": %d, \"drive_mode\": 0, \"homing_offset\": %d,"
                        + " \"range_min\": 700, \"range_max\": 3400}")
                .formatted(joint.motorName(), joint.id(), -70 - joint.id());
    }

    private Path file(String text) throws IOException {
        return Files.writeString(this.directory.resolve("arm.json"), text);
    }

    private static ThrowableAssertAlternative<CalibrationException> assertThatCalibrationException(
            Path file) {
        return assertThatExceptionOfType(CalibrationException.class)
                .isThrownBy(() -> Calibration.read(file));
    }
}
