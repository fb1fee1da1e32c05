package dev.rfx.session.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

import com.fazecast.jSerialComm.SerialPort;
import dev.rfx.session.Observation;
import dev.rfx.session.Policy;
import dev.rfx.session.Tensor;
import dev.rfx.session.so101.Calibration;
import dev.rfx.session.so101.CalibrationFile;
import dev.rfx.session.so101.Joint;
import dev.rfx.session.so101.So101Robot;
import dev.rfx.session.so101.VirtualSo101;
import dev.rfx.session.testkit.ChildJvm;
import dev.rfx.session.testkit.Privileges;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The failure analyses of an arm with which the application cannot start. */
@ExtendWith(OutputCaptureExtension.class)
class So101StartFailureTests {

    /** Read time-out that is long enough for a busy machine. */
    private static final Duration PATIENCE = Duration.ofMillis(500);

    @TempDir private Path directory;
    private VirtualSo101 arm;

    @BeforeEach
    void plugIn() {
        this.arm = VirtualSo101.start();
    }

    @AfterEach
    void unplug() {
        this.arm.close();
    }

    private void start(String... arguments) {
        startAt(this.arm.port(), arguments);
    }

    private void startAt(Path port, String... arguments) {
        startWith(port, CalibrationFile.of(this.directory), arguments);
    }

    private void startWith(Path port, Path calibration, String... arguments) {
        startWithout(
                Stream.concat(
                                Stream.of(
                                        "--rfx.session.so101.port=" + port,
                                        "--rfx.session.so101.calibration=" + calibration,
                                        "--rfx.session.so101.read-timeout=" + PATIENCE),
                                Stream.of(arguments))
                        .toArray(String[]::new));
    }

    private static void startWithout(String... arguments) {
        SpringApplicationBuilder application =
                new SpringApplicationBuilder(Application.class)
                        .web(WebApplicationType.NONE)
                        .properties("rfx.session.warmup=0", "spring.main.banner-mode=off");
        assertThatException().isThrownBy(() -> application.run(arguments));
    }

    private static void assertExplained(CapturedOutput output, String description, String action) {
        assertThat(output)
                .containsSubsequence(
                        "APPLICATION FAILED TO START",
                        "Description:",
                        description,
                        "Action:",
                        action)
                .doesNotContain("\tat ")
                .doesNotContain("could not be reset");
    }

    @Test
    void portThatIsNotThereIsExplainedWithThosePortsThatAre(CapturedOutput output) {
        Path port = this.directory.resolve("ttyACM0");

        startAt(port);

        assertExplained(
                output,
                "There is no serial port " + port + ". There ",
                "Plug the arm in, or set the port to an existing one or to auto.");
        assertThat(output).containsPattern("There (are none|are: .+ \\(.+\\))\\.");
    }

    @Test
    void portThatPermissionsDenyIsExplained(CapturedOutput output) throws Exception {
        File device = this.arm.port().toRealPath().toFile();
        assertThat(device.setReadable(false) & device.setWritable(false)).isTrue();

        Privileges.drop(this::start);

        assertExplained(
                output,
                "The serial port " + this.arm.port() + " cannot be opened: permission denied.",
                "sudo usermod -aG dialout $USER");
    }

    @Test
    void portThatAnotherProgramHasIsExplained(CapturedOutput output) throws Exception {
        try (ChildJvm other = ChildJvm.start(OtherProgram.class, this.arm.port().toString())) {
            other.awaitLine("OPEN true");

            start();
        }

        assertExplained(
                output,
                "The serial port "
                        + this.arm.port()
                        + " cannot be opened: another program has it open.",
                "lsof " + this.arm.port());
    }

    static final class OtherProgram {

        public static void main(String[] args) throws Exception {
            System.out.println("OPEN " + SerialPort.getCommPort(args[0]).openPort());
            Thread.sleep(Long.MAX_VALUE);
        }
    }

    @Test
    void portThatTheApplicationItselfHasIsExplained(CapturedOutput output) throws Exception {
        Calibration calibration = Calibration.read(CalibrationFile.of(this.directory));
        String port = this.arm.port().toString();
        try (So101Robot other =
                So101Robot.builder(port, calibration).readTimeout(PATIENCE).build()) {
            other.reset();

            startAt(this.arm.port().toRealPath());

            assertExplained(
                    output,
                    "cannot be opened: this application has it open already.",
                    "a port of its own");
        }
    }

    @Test
    void fileThatIsNoSerialPortIsExplained(CapturedOutput output) throws Exception {
        Path file = Files.createFile(this.directory.resolve("ttyACM0"));

        startAt(file);

        assertExplained(
                output,
                "The serial port " + file + " cannot be opened: it is no serial port.",
                "Set the port to the one of the arm, or to auto.");
    }

    @Test
    void portOnWhichNothingAnswersIsExplained(CapturedOutput output) {
        this.arm.setSilent(true);

        start();

        assertExplained(
                output,
                "No answer on "
                        + this.arm.port()
                        + " from shoulder_pan (id 1), shoulder_lift (id 2), elbow_flex (id 3),"
                        + " wrist_flex (id 4), wrist_roll (id 5), gripper (id 6).",
                "Check that this is the port of the arm and that its power is on.");
    }

    @Test
    void servosThatDoNotAnswerAreNamed(CapturedOutput output) {
        this.arm.setDead(Joint.ELBOW_FLEX, true);
        this.arm.setDead(Joint.GRIPPER, true);

        start();

        assertExplained(
                output,
                "No answer on " + this.arm.port() + " from elbow_flex (id 3), gripper (id 6).",
                "Check the cable to each of these servos");
    }

    @Test
    void servoOfAnotherModelIsNamed(CapturedOutput output) {
        this.arm.setModelNumber(Joint.WRIST_ROLL, 1284);

        start();

        assertExplained(
                output,
                "wrist_roll (id 5) has model number 1284, but an SO-101 has STS3215 servos",
                "Check that this is the port of the arm, and replace the servo if it is.");
    }

    @Test
    void otherCalibrationIsExplainedWithBothValues(CapturedOutput output) {
        Path file = CalibrationFile.withRange(this.directory, 701, 3400);

        startWith(this.arm.port(), file);

        assertExplained(
                output,
                "shoulder_pan (id 1) is not calibrated as %s says: range_min is 701 in the file and 700 in the servo."
                        .formatted(file),
                "Use the file of this arm, calibrate the arm again");
    }

    @Test
    void formerCalibrationFormatIsExplained(CapturedOutput output) {
        Path file =
                CalibrationFile.withContent(
                        this.directory, "{\"homing_offset\": [2048, -1024], \"drive_mode\": [0]}");

        startWith(this.arm.port(), file);

        assertExplained(
                output,
                "The calibration file " + file + " has the former format of LeRobot",
                "lerobot-calibrate");
    }

    @Test
    void calibrationThatIsNotJsonIsExplainedWithTheLine(CapturedOutput output) {
        Path file = CalibrationFile.withContent(this.directory, "{\n\"shoulder_pan\": oops\n}");

        startWith(this.arm.port(), file);

        assertExplained(
                output,
                "The calibration file " + file + " is not in the format of LeRobot: line 2: ",
                "lerobot-calibrate");
    }

    @Test
    void calibrationThatIsNotThereIsExplained(CapturedOutput output) {
        Path file = this.directory.resolve("other.json");

        startWith(this.arm.port(), file);

        assertExplained(
                output,
                "The calibration file " + file + " cannot be read: ",
                "Check the path and the permissions of the file.");
        assertThat(this.arm.requests()).isEmpty();
    }

    @Test
    void calibrationThatIsNotSetIsExplained(CapturedOutput output) {
        startWithout("--rfx.session.so101.port=" + this.arm.port());

        assertExplained(
                output,
                "The property 'rfx.session.so101.calibration' is not valid: It must be set if"
                        + " so101.port is set.",
                "Correct the configuration of the application.");
    }

    @Test
    void poseInAListThatIsTooShortIsExplained(CapturedOutput output) {
        start("--rfx.session.so101.start-pose[0]=0.5", "--rfx.session.so101.start-pose[1]=1");

        assertExplained(
                output,
                "'rfx.session.so101.start-pose' is not valid: startPose is [0.5, 1.0], but must be"
                        + " six finite positions.",
                "Correct the configuration of the application.");
    }

    @Test
    void valueThatIsOutOfRangeIsExplained(CapturedOutput output) {
        start("--rfx.session.so101.max-consecutive-errors=0");

        assertExplained(output, "maxConsecutiveErrors is 0, but must be 1 to 1000", "");
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        Policy<Observation, Tensor> policy() {
            Tensor middle = Tensor.zeros(6);
            return observation -> middle;
        }
    }
}
