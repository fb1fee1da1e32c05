package dev.rfx.session.recording.mcap;

/** The bytes that a file begins and ends with. The version of the format, 0, is one of them. */
final class Magic {

    static final int LENGTH = 8;

    private static final byte[] BYTES = {(byte) 0x89, 'M', 'C', 'A', 'P', '0', '\r', '\n'};

    private Magic() {}

    static byte[] bytes() {
        return BYTES.clone();
    }
}
