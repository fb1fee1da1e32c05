package dev.rfx.session.so101.protocol;

/**
 * The checksum of requests and replies: the complement of the sum of all bytes from the id on.
 *
 * <p>It detects any change of a single byte. It does not detect changes that cancel each other out,
 * or bytes in another order.
 */
final class Checksum {

    private Checksum() {}

    static byte of(byte[] bytes, int from, int to) {
        int sum = 0;
        for (int i = from; i < to; i++) {
            sum += bytes[i];
        }
        return (byte) ~sum;
    }
}
