package dev.rfx.session.so101;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.rfx.session.so101.protocol.ReplyParser.Outcome;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the owner of an arm reads. */
class So101ExceptionTests {

    @Test
    void messageIsTheDescriptionAndTheRemedy() {
        So101Exception exception = LinkLostException.unplugged("/dev/ttyACM0");

        assertThat(exception)
                .hasMessage("The port /dev/ttyACM0 is gone. Plug the arm in and start again.");
        assertThat(exception.description()).isEqualTo("The port /dev/ttyACM0 is gone");
        assertThat(exception.action()).isEqualTo("Plug the arm in and start again.");
    }

    @Test
    void faultHasItsJointAndTemperature() {
        ServoFaultException exception = new ServoFaultException(Joint.ELBOW_FLEX, 0x04, 74);

        assertThat(exception.description()).isEqualTo("elbow_flex (id 3): overheat, 74 °C");
        assertThat(exception.joint()).isEqualTo(Joint.ELBOW_FLEX);
        assertThat(exception.faults()).containsExactly(ServoFault.OVERHEAT);
    }

    @ParameterizedTest
    @CsvSource({
        "0x01, voltage",
        "0x02, encoder",
        "0x04, overheat",
        "0x08, over-current",
        "0x20, overload",
        "0x40, unknown fault 0x40",
        "0x25, 'voltage, overheat, overload'"
    })
    void faultsAreNamed(String errorByte, String names) {
        assertThat(
                        new ServoFaultException(Joint.GRIPPER, Integer.decode(errorByte), null)
                                .description())
                .isEqualTo("gripper (id 6): " + names);
    }

    @ParameterizedTest
    @CsvSource({
        "WRONG_ID, gripper (id 6): reply of id 5 instead",
        "WRONG_LENGTH, gripper (id 6): reply with wrong length 5",
        "BAD_CHECKSUM, gripper (id 6): reply with wrong checksum 0x05"
    })
    void mismatchSaysWhatWasFound(Outcome mismatch, String description) {
        assertThat(LinkException.mismatch(Joint.GRIPPER, mismatch, 5).description())
                .isEqualTo(description);
    }

    @Test
    void replyIsNoMismatch() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LinkException.mismatch(Joint.GRIPPER, Outcome.REPLY, 0));
    }

    @Test
    void lostLinkHasTheLastError() {
        LinkException last = LinkException.noReply(Joint.WRIST_ROLL);

        LinkLostException lost = LinkLostException.tooManyErrors("/dev/ttyACM0", 5, last);

        assertThat(lost)
                .hasMessageStartingWith(
                        "5 errors in a row on /dev/ttyACM0, the last: wrist_roll (id 5): no reply. ")
                .hasMessageEndingWith(" Then start again.")
                .hasCause(last);
    }

    @Test
    void missingServosAreNamed() {
        assertThat(
                        NotAnSo101Exception.missingServos(
                                "/dev/ttyACM0",
                                List.of(Joint.WRIST_FLEX, Joint.GRIPPER),
                                1_000_000))
                .hasMessage(
                        "No answer on /dev/ttyACM0 from wrist_flex (id 4), gripper (id 6). Check the"
                                + " cable to each of these servos and that its id is set.");
        assertThat(
                        NotAnSo101Exception.missingServos(
                                "/dev/ttyACM0", EnumSet.allOf(Joint.class), 1_000_000))
                .hasMessageEndingWith(
                        "that its power is on. If the servos are set to another speed than 1000000"
                                + " bit/s, set it as the baud rate.");
        assertThat(PortException.noArm(List.of(), List.of(), 57_600))
                .hasMessageEndingWith("another speed than 57600 bit/s, set it as the baud rate.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    Linux      | /dev/ttyACM0    | 13 | permission denied      | usermod -aG dialout
                    Linux      | /dev/ttyACM0    | 16 | another program has it open | lsof /dev/ttyACM0 shows
                    Linux      | /dev/ttyACM0    | 11 | another program has it open | lsof /dev/ttyACM0 shows
                    Linux      | /dev/ttyACM0    | 25 | it is no serial port   | auto
                    Linux      | /dev/ttyACM0    | 5  | error 5                | Unplug
                    Mac OS X   | /dev/cu.usb1    | 13 | permission denied      | ls -l /dev/cu.usb1 shows
                    Mac OS X   | /dev/tty.usb1   | 16 | another program has it open | set the port to /dev/cu.usb1
                    Mac OS X   | /dev/cu.usb1    | 35 | another program has it open | lsof /dev/cu.usb1 shows
                    Windows 11 | COM3            | 5  | access denied, most likely because | serial monitor
                    Windows 11 | COM3            | 2  | it is gone             | Plug the arm in
                    Windows 11 | COM3            | 31 | error 31               | Unplug
                    """)
    void portThatIsNotOpenedIsExplainedForTheOperatingSystem(
            String system, String path, int error, String reason, String action) {
        assertThat(PortException.notOpened(path, error, system))
                .hasMessageStartingWith(
                        "The serial port %s cannot be opened: %s".formatted(path, reason))
                .hasMessageContaining(action);
    }

    @Test
    void wrongModelIsNamed() {
        assertThat(NotAnSo101Exception.wrongModel(Joint.GRIPPER, 1284))
                .hasMessageStartingWith(
                        "gripper (id 6) has model number 1284, but an SO-101 has STS3215 servos,"
                                + " model number 777. ");
    }

    @Test
    void firmwareVersionsAreNamed() {
        Map<Joint, String> versions = new EnumMap<>(Joint.class);
        versions.put(Joint.SHOULDER_PAN, "3.10");
        versions.put(Joint.GRIPPER, "3.9");

        assertThat(NotAnSo101Exception.firmwareDiffers(versions))
                .hasMessageStartingWith(
                        "The servos do not have the same firmware: {shoulder_pan (id 1)=3.10,"
                                + " gripper (id 6)=3.9}. ");
    }
}
