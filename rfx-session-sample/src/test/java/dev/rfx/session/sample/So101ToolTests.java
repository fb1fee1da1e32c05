package dev.rfx.session.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

import dev.rfx.session.so101.CalibrationFile;
import dev.rfx.session.so101.Joint;
import dev.rfx.session.so101.VirtualSo101;
import dev.rfx.session.so101.WireRequest;
import dev.rfx.session.so101.WireRequest.Instruction;
import dev.rfx.session.testkit.ChildJvm;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** The output of the tool on the command line. */
@ExtendWith(OutputCaptureExtension.class)
class So101ToolTests {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** 128 + SIGINT. */
    private static final int INTERRUPTED = 130;

    @TempDir private Path directory;
    private VirtualSo101 arm;

    @BeforeEach
    void plugIn() {
        this.arm = VirtualSo101.start();
    }

    @AfterEach
    void nothingWasWrittenToAServo() {
        assertThat(this.arm.requests())
                .extracting(WireRequest::instruction)
                .isSubsetOf(Instruction.PING, Instruction.READ, Instruction.SYNC_READ);
        assertThat(Joint.values()).noneMatch(this.arm::isTorqueOn);
        this.arm.close();
    }

    private String port() {
        return "--rfx.session.so101.port=" + this.arm.port();
    }

    private String calibration() {
        return "--rfx.session.so101.calibration=" + CalibrationFile.of(this.directory);
    }

    private static void assertNothingElseStarted(CapturedOutput output) {
        assertThat(output).doesNotContain("Tomcat").doesNotContain("Session '");
    }

    @Test
    void scanTellsWhichServosAnswer(CapturedOutput output) {
        SampleApplication.main(new String[] {"--sample.so101=scan", port()});

        assertThat(output).contains(this.arm.port() + ": servos 1, 2, 3, 4, 5, 6 answer");
        assertNothingElseStarted(output);
    }

    @Test
    void scanTellsOfServosThatDoNotAnswer(CapturedOutput output) {
        this.arm.setDead(Joint.ELBOW_FLEX, true);

        SampleApplication.main(new String[] {"--sample.so101=scan", port()});

        assertThat(output).contains(this.arm.port() + ": servos 1, 2, 4, 5, 6 answer");
    }

    @Test
    void scanOfAPortWithoutAnArmSaysSo(CapturedOutput output) {
        this.arm.setSilent(true);

        SampleApplication.main(new String[] {"--sample.so101=scan", port()});

        assertThat(output).contains(this.arm.port() + ": no servo answers");
    }

    @Test
    void scanWithoutAPortGoesThroughThoseOfTheMachine(CapturedOutput output) {
        SampleApplication.main(new String[] {"--sample.so101=scan"});

        assertThat(output).containsPattern("There is no serial port\\.|/dev/\\S+ \\(.*\\): ");
        assertNothingElseStarted(output);
    }

    @Test
    void readPrintsATableOfTheJoints(CapturedOutput output) {
        this.arm.setPosition(Joint.GRIPPER, 2505);

        SampleApplication.main(new String[] {"--sample.so101=read", port(), calibration()});

        assertThat(output)
                .contains(
                        """
                        joint          id     steps  position   steps/s      load   voltage      heat
                        shoulder_pan    1      2050      0.0°         0     0.0 %     7.5 V     30 °C
                        """)
                .contains("gripper         6      2505    66.9 % ");
        assertNothingElseStarted(output);
    }

    @Test
    void readWithoutACalibrationHasNoPosition(CapturedOutput output) {
        SampleApplication.main(new String[] {"--sample.so101=read", port()});

        assertThat(output).contains("shoulder_pan    1      2050         -         0 ");
    }

    @Test
    void servoThatCannotBeReadDoesNotHideTheOthers(CapturedOutput output) {
        this.arm.setDead(Joint.ELBOW_FLEX, true);
        this.arm.setErrorByte(Joint.WRIST_ROLL, 0x04);

        SampleApplication.main(new String[] {"--sample.so101=read", port()});

        assertThat(output)
                .contains("shoulder_pan    1      2050 ")
                .contains("elbow_flex (id 3): no reply")
                .contains("wrist_roll (id 5): overheat, 30 °C")
                .contains("gripper         6      2050 ");
    }

    @Test
    void servoInOverloadIsShownWithWhatItMeasures(CapturedOutput output) {
        this.arm.setErrorByte(Joint.GRIPPER, 0x20);

        SampleApplication.main(new String[] {"--sample.so101=read", port()});

        assertThat(output).contains("gripper         6      2050 ").contains("30 °C  overload");
    }

    @Test
    void readWithTheCalibrationOfAnotherArmIsExplained(CapturedOutput output) {
        Path file = CalibrationFile.withRange(this.directory, 701, 3400);

        assertThatException()
                .isThrownBy(
                        () ->
                                SampleApplication.main(
                                        new String[] {
                                            "--sample.so101=read",
                                            port(),
                                            "--rfx.session.so101.calibration=" + file
                                        }));

        assertThat(output)
                .contains("range_min is 701 in the file and 700 in the servo.")
                .doesNotContain("\tat ");
    }

    @Test
    void unknownCommandIsExplained(CapturedOutput output) {
        assertThatException()
                .isThrownBy(
                        () ->
                                SampleApplication.main(
                                        new String[] {"--sample.so101=dance", port()}));

        assertThat(output).contains("dance").contains("MONITOR").doesNotContain("\tat ");
    }

    @Test
    void processEndsWithZero() throws Exception {
        try (ChildJvm jvm =
                ChildJvm.start(SampleApplication.class, "--sample.so101=read", port())) {
            assertThat(jvm.awaitExit(PATIENCE)).isZero();
            assertThat(jvm.output()).contains("gripper         6      2050 ");
        }
    }

    @Test
    void processEndsWithOneAndAMessageWhereNothingAnswers() throws Exception {
        this.arm.setSilent(true);
        try (ChildJvm jvm =
                ChildJvm.start(SampleApplication.class, "--sample.so101=read", port())) {
            assertThat(jvm.awaitExit(PATIENCE)).isEqualTo(1);
            assertThat(jvm.output())
                    .contains("No answer on " + this.arm.port())
                    .contains("Check that this is the port of the arm and that its power is on.")
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void monitorRefreshesTheTableUntilCtrlC() throws Exception {
        try (ChildJvm jvm =
                ChildJvm.start(SampleApplication.class, "--sample.so101=monitor", port())) {
            jvm.awaitLine("shoulder_pan    1      2050 ");
            this.arm.setPosition(Joint.SHOULDER_PAN, 1234);
            jvm.awaitLine("shoulder_pan    1      1234 ");

            jvm.interrupt();

            assertThat(jvm.awaitExit(Duration.ofSeconds(4))).isEqualTo(INTERRUPTED);
            assertThat(jvm.output()).doesNotContain("\tat ").doesNotContain("FAILED");
        }
    }

    @Test
    void monitorEndsWithOneAndAMessageWhenTheArmIsUnplugged() throws Exception {
        try (ChildJvm jvm =
                ChildJvm.start(SampleApplication.class, "--sample.so101=monitor", port())) {
            jvm.awaitLine("gripper ");

            this.arm.unplug();

            assertThat(jvm.awaitExit(PATIENCE)).isEqualTo(1);
            assertThat(jvm.output()).contains("The port " + this.arm.port() + " is gone.");
        }
    }
}
