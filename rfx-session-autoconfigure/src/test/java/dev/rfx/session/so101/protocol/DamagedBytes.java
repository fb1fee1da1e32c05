package dev.rfx.session.so101.protocol;

import dev.rfx.session.so101.ReplyFault;
import java.util.Arrays;
import java.util.Random;

/** Replies of six servos to a SYNC_READ of position and velocity, and what can become of them. */
final class DamagedBytes {

    static final int SERVOS = 6;
    static final int DATA = 4;

    private static final int REPLY = 6 + DATA;

    private final Random random;

    DamagedBytes(Random random) {
        this.random = random;
    }

    /** What is sent by six servos with positions and velocities that a servo can have. */
    byte[] burst() {
        byte[] burst = new byte[SERVOS * REPLY];
        for (int i = 0; i < SERVOS; i++) {
            System.arraycopy(reply(i + 1), 0, burst, i * REPLY, REPLY);
        }
        return burst;
    }

    byte[] reply(int id) {
        byte[] reply = new byte[REPLY];
        reply[0] = (byte) 0xFF;
        reply[1] = (byte) 0xFF;
        reply[2] = (byte) id;
        reply[3] = DATA + 2;
        Register.PRESENT_POSITION.put(this.random.nextInt(4096), reply, 5);
        Register.PRESENT_VELOCITY.put(this.random.nextInt(6801) - 3400, reply, 7);
        return ReplyFault.withChecksum(reply);
    }

    /** One byte altered, or any number of bytes lost, added or repeated. */
    byte[] damaged(byte[] bytes) {
        return switch (this.random.nextInt(6)) {
            case 0 -> altered(bytes);
            case 1 -> withBitFlipped(bytes);
            case 2 ->
                    without(bytes, this.random.nextInt(bytes.length), 1 + this.random.nextInt(20));
            case 3 -> Arrays.copyOf(bytes, this.random.nextInt(bytes.length));
            case 4 -> with(bytes, this.random.nextInt(bytes.length + 1), noise(20));
            default -> withRepetition(bytes);
        };
    }

    byte[] altered(byte[] bytes) {
        byte[] altered = bytes.clone();
        altered[this.random.nextInt(bytes.length)] += (byte) (1 + this.random.nextInt(255));
        return altered;
    }

    private byte[] withBitFlipped(byte[] bytes) {
        byte[] altered = bytes.clone();
        altered[this.random.nextInt(bytes.length)] ^= (byte) (1 << this.random.nextInt(8));
        return altered;
    }

    private static byte[] without(byte[] bytes, int from, int count) {
        int to = Math.min(from + count, bytes.length);
        byte[] head = Arrays.copyOf(bytes, from);
        return with(head, from, Arrays.copyOfRange(bytes, to, bytes.length));
    }

    /** As a reply that was sent twice, or comes late. */
    private byte[] withRepetition(byte[] bytes) {
        int from = this.random.nextInt(SERVOS) * REPLY;
        return with(bytes, from, Arrays.copyOfRange(bytes, from, from + REPLY));
    }

    static byte[] with(byte[] bytes, int at, byte[] inserted) {
        byte[] longer = Arrays.copyOf(bytes, bytes.length + inserted.length);
        System.arraycopy(inserted, 0, longer, at, inserted.length);
        System.arraycopy(bytes, at, longer, at + inserted.length, bytes.length - at);
        return longer;
    }

    /** One byte or more. */
    byte[] noise(int max) {
        byte[] noise = new byte[1 + this.random.nextInt(max)];
        this.random.nextBytes(noise);
        return noise;
    }
}
