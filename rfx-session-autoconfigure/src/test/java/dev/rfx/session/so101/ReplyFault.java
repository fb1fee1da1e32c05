package dev.rfx.session.so101;

import java.util.Arrays;

/** Something that happens to a reply on its way. */
@FunctionalInterface
public interface ReplyFault {

    /**
     * Returns what arrives instead of a reply.
     *
     * @param reply the reply, which may be changed
     * @param previous the reply of the same servo before, empty if this is the first
     */
    byte[] damage(byte[] reply, byte[] previous);

    /** Nothing arrives. */
    static ReplyFault lost() {
        return (reply, previous) -> new byte[0];
    }

    /** One bit is wrong. */
    static ReplyFault bitFlip(int bit) {
        return (reply, previous) -> {
            reply[bit / 8] ^= (byte) (1 << bit % 8);
            return reply;
        };
    }

    /** Another servo seems to answer, with a right checksum. */
    static ReplyFault wrongId(int id) {
        return (reply, previous) -> {
            reply[2] = (byte) id;
            return withChecksum(reply);
        };
    }

    /** One byte more than was asked for, with a right checksum. */
    static ReplyFault wrongLength() {
        return (reply, previous) -> {
            byte[] longer = Arrays.copyOf(reply, reply.length + 1);
            longer[3]++;
            return withChecksum(longer);
        };
    }

    /** Only the first bytes arrive. */
    static ReplyFault cutAfter(int bytes) {
        return (reply, previous) -> Arrays.copyOf(reply, bytes);
    }

    /** The reply to the request before comes once more, ahead of the reply. */
    static ReplyFault stale() {
        return (reply, previous) -> {
            byte[] both = Arrays.copyOf(previous, previous.length + reply.length);
            System.arraycopy(reply, 0, both, previous.length, reply.length);
            return both;
        };
    }

    /** Replaces the last byte by the checksum. */
    static byte[] withChecksum(byte[] frame) {
        int sum = 0;
        for (int i = 2; i < frame.length - 1; i++) {
            sum += frame[i];
        }
        frame[frame.length - 1] = (byte) (0xFF - sum);
        return frame;
    }
}
