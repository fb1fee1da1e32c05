package dev.rfx.session.so101.protocol;

/**
 * The signed numbers of the servo: a magnitude, and above it a bit that is set if the number is
 * negative. The format has two zeros; {@link #encode} returns the positive one.
 */
final class SignMagnitude {

    private SignMagnitude() {}

    /**
     * {@return the bits of a number}
     *
     * @param value from −(2^signBit − 1) to 2^signBit − 1
     * @param signBit the index of the sign bit
     */
    static int encode(int value, int signBit) {
        return value < 0 ? -value | 1 << signBit : value;
    }

    /**
     * {@return the number that bits stand for} Bits above the sign bit are ignored, as in LeRobot.
     *
     * @param bits the bits
     * @param signBit the index of the sign bit
     */
    static int decode(int bits, int signBit) {
        int magnitude = bits & (1 << signBit) - 1;
        return (bits & 1 << signBit) == 0 ? magnitude : -magnitude;
    }
}
