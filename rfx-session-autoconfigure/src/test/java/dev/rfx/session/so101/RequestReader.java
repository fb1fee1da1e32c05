package dev.rfx.session.so101;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Finds the requests in what the bus carries, as a servo does. It shares no code with the
 * production side, so that an error there is not made twice and thereby hidden.
 */
final class RequestReader {

    private static final int HEADER = 4;

    private final Deque<Byte> bytes = new ArrayDeque<>();

    void accept(byte[] chunk, int count) {
        for (int i = 0; i < count; i++) {
            this.bytes.add(chunk[i]);
        }
    }

    /** Returns the frame of the next request, or null if there is no whole one yet. */
    byte @Nullable [] next() {
        while (this.bytes.size() > HEADER) {
            byte[] all = toArray();
            int length = HEADER + (all[3] & 0xFF);
            if (all[0] != -1 || all[1] != -1 || all[2] == -1 || length < HEADER + 2) {
                this.bytes.remove();
            } else if (all.length < length) {
                return null;
            } else if (sum(all, length) != 0xFF) {
                this.bytes.remove();
            } else {
                for (int i = 0; i < length; i++) {
                    this.bytes.remove();
                }
                return Arrays.copyOf(all, length);
            }
        }
        return null;
    }

    private byte[] toArray() {
        byte[] all = new byte[this.bytes.size()];
        int i = 0;
        for (byte b : this.bytes) {
            all[i++] = b;
        }
        return all;
    }

    /** The sum from the id to the checksum, which makes it FF. */
    private static int sum(byte[] frame, int length) {
        int sum = 0;
        for (int i = 2; i < length; i++) {
            sum += frame[i] & 0xFF;
        }
        return sum & 0xFF;
    }
}
