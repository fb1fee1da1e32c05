package dev.rfx.session.recording.mcap;

/** The kinds of records. A record is its opcode (1 byte), its length (8 bytes) and its fields. */
final class Opcode {

    static final int HEADER = 0x01;
    static final int FOOTER = 0x02;
    static final int SCHEMA = 0x03;
    static final int CHANNEL = 0x04;
    static final int MESSAGE = 0x05;
    static final int CHUNK = 0x06;
    static final int MESSAGE_INDEX = 0x07;
    static final int CHUNK_INDEX = 0x08;
    static final int ATTACHMENT = 0x09;
    static final int ATTACHMENT_INDEX = 0x0A;
    static final int STATISTICS = 0x0B;
    static final int METADATA = 0x0C;
    static final int METADATA_INDEX = 0x0D;
    static final int SUMMARY_OFFSET = 0x0E;
    static final int DATA_END = 0x0F;

    /** Number of bytes before the fields of a record. */
    static final int HEAD = 1 + 8;

    private static final String[] NAMES = {
        "Invalid",
        "Header",
        "Footer",
        "Schema",
        "Channel",
        "Message",
        "Chunk",
        "Message Index",
        "Chunk Index",
        "Attachment",
        "Attachment Index",
        "Statistics",
        "Metadata",
        "Metadata Index",
        "Summary Offset",
        "Data End"
    };

    private Opcode() {}

    /** {@return whether the specification defines the opcode} */
    static boolean isKnown(int opcode) {
        return opcode < NAMES.length;
    }

    /** {@return the name in the specification} */
    static String name(int opcode) {
        return isKnown(opcode) ? NAMES[opcode] : "Unknown 0x%02X".formatted(opcode);
    }
}
