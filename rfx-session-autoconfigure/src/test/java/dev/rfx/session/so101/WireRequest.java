package dev.rfx.session.so101;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * A request as the bus saw it.
 *
 * @param nanoTime when its last byte had arrived
 * @param frame its bytes, from the header to the checksum
 */
public record WireRequest(long nanoTime, byte[] frame) {

    /** The instructions that the virtual servos know. */
    public enum Instruction {
        PING(0x01),
        READ(0x02),
        WRITE(0x03),
        REG_WRITE(0x04),
        ACTION(0x05),
        SYNC_READ(0x82),
        SYNC_WRITE(0x83),
        UNKNOWN(-1);

        private final int code;

        Instruction(int code) {
            this.code = code;
        }
    }

    static final int BROADCAST = 0xFE;

    private static final int PARAMETERS = 5;

    public Instruction instruction() {
        for (Instruction instruction : Instruction.values()) {
            if (instruction.code == at(4)) {
                return instruction;
            }
        }
        return Instruction.UNKNOWN;
    }

    public int id() {
        return at(2);
    }

    /** How many parameters there are. */
    int parameters() {
        return this.frame.length - PARAMETERS - 1;
    }

    int parameter(int index) {
        return at(PARAMETERS + index);
    }

    /** The parameters from one to before another. */
    byte[] parameters(int from, int to) {
        return Arrays.copyOfRange(this.frame, PARAMETERS + from, PARAMETERS + to);
    }

    private int at(int index) {
        return this.frame[index] & 0xFF;
    }

    /** The bytes, as {@code ffff010201fb}. */
    public String hex() {
        return HexFormat.of().formatHex(this.frame);
    }

    @Override
    public String toString() {
        return instruction() + " " + hex();
    }
}
