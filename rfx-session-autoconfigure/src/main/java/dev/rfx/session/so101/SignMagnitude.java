package dev.rfx.session.so101;

/**
 * The signed numbers of the servo: a magnitude and above it a bit that is set if the number is
 * negative. They have two zeros, of which we write the positive one.
 */
final class SignMagnitude {

    private SignMagnitude() {}

    /**
     * Returns the bits of a number.
     *
     * @param value from −(2^signBit − 1) to 2^signBit − 1
     * @param signBit the index of the sign's bit
     */
    static int encode(int value, int signBit) {
        return value < 0 ? -value | 1 << signBit : value;
    }

    /**
     * Returns the number that bits stand for; bits above the sign are ignored, as LeRobot does.
     *
     * @param bits the bits
     * @param signBit the index of the sign's bit
     */
    static int decode(int bits, int signBit) {
        int magnitude = bits & (1 << signBit) - 1;
        return (bits & 1 << signBit) == 0 ? magnitude : -magnitude;
    }
}
