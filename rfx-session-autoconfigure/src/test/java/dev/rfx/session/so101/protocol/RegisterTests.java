package dev.rfx.session.so101.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegisterTests {

    @ParameterizedTest
    @CsvSource({
        "FIRMWARE_MAJOR_VERSION, 0, 1",
        "FIRMWARE_MINOR_VERSION, 1, 1",
        "MODEL_NUMBER, 3, 2",
        "RETURN_DELAY_TIME, 7, 1",
        "MIN_POSITION_LIMIT, 9, 2",
        "MAX_POSITION_LIMIT, 11, 2",
        "MAX_VOLTAGE_LIMIT, 14, 1",
        "MIN_VOLTAGE_LIMIT, 15, 1",
        "MAX_TORQUE_LIMIT, 16, 2",
        "PHASE, 18, 1",
        "P_COEFFICIENT, 21, 1",
        "D_COEFFICIENT, 22, 1",
        "I_COEFFICIENT, 23, 1",
        "PROTECTION_CURRENT, 28, 2",
        "HOMING_OFFSET, 31, 2",
        "OPERATING_MODE, 33, 1",
        "OVERLOAD_TORQUE, 36, 1",
        "TORQUE_ENABLE, 40, 1",
        "ACCELERATION, 41, 1",
        "GOAL_POSITION, 42, 2",
        "GOAL_VELOCITY, 46, 2",
        "TORQUE_LIMIT, 48, 2",
        "LOCK, 55, 1",
        "PRESENT_POSITION, 56, 2",
        "PRESENT_VELOCITY, 58, 2",
        "PRESENT_LOAD, 60, 2",
        "PRESENT_VOLTAGE, 62, 1",
        "PRESENT_TEMPERATURE, 63, 1",
        "PRESENT_CURRENT, 69, 2",
        "MAXIMUM_ACCELERATION, 85, 1"
    })
    void registerIsWhereTheMemoryTableHasIt(Register register, int address, int length) {
        assertThat(register.address()).isEqualTo(address);
        assertThat(register.length()).isEqualTo(length);
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 11, 15})
    void everySignedNumberComesBackFromItsBits(int signBit) {
        int max = (1 << signBit) - 1;

        assertThat(IntStream.rangeClosed(-max, max))
                .allMatch(
                        value ->
                                SignMagnitude.decode(SignMagnitude.encode(value, signBit), signBit)
                                        == value);
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 11, 15})
    void everyPatternButTheNegativeZeroComesBackFromItsNumber(int signBit) {
        int negativeZero = 1 << signBit;

        assertThat(IntStream.range(0, 2 << signBit).filter(bits -> bits != negativeZero))
                .allMatch(
                        bits ->
                                SignMagnitude.encode(SignMagnitude.decode(bits, signBit), signBit)
                                        == bits);
        assertThat(SignMagnitude.decode(negativeZero, signBit)).isZero();
    }

    @Test
    void bitsAboveTheSignAreIgnored() {
        assertThat(SignMagnitude.decode(0xF800 | 0x400 | 350, 10)).isEqualTo(-350);
    }

    @Test
    void unsignedRegisterOfTwoBytesHasNoSign() {
        assertThat(Register.PRESENT_CURRENT.get(new byte[] {(byte) 0xFF, (byte) 0xFF}, 0))
                .isEqualTo(65535);
    }

    @Test
    void recentringIsNeverWritten() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Register.TORQUE_ENABLE.put(128, new byte[1], 0))
                .withMessage("TORQUE_ENABLE is 128, but must be 0 to 1");
    }

    @ParameterizedTest
    @CsvSource({
        "GOAL_POSITION, 32768",
        "GOAL_POSITION, -32768",
        "HOMING_OFFSET, 2048",
        "HOMING_OFFSET, -2048",
        "MIN_POSITION_LIMIT, 4096",
        "MIN_POSITION_LIMIT, -1",
        "ACCELERATION, 255"
    })
    void valueThatTheRegisterCannotHoldIsRefused(Register register, int value) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> register.put(value, new byte[2], 0))
                .withMessageContainingAll(register.name(), Integer.toString(value));
    }
}
