package dev.rfx.session.recording.mcap;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Reads an MCAP file from begin to end: messages and metadata in the order of the file. All
 * messages must be in uncompressed chunks.
 *
 * <pre>{@code
 * try (McapReader reader = McapReader.open(path)) {
 *     Item item = reader.next();
 *     while (item != Item.END) {
 *         if (item == Item.MESSAGE) {
 *             use(reader.channel().topic(), reader.logTime(), reader.data());
 *         }
 *         item = reader.next();
 *     }
 * }
 * }</pre>
 *
 * <p><b>What is verified.</b> The checksum of a chunk, before its first message is returned; the
 * checksums of the data section and of the summary, before {@link Item#END}. So a message is what
 * was written, and {@link Item#END} of a complete file means that none is missing. Metadata, and a
 * schema or channel outside of chunks, has no checksum of its own: it is certain at {@link
 * Item#END} of a complete file. A checksum of 0 means that the writer computed none.
 *
 * <p><b>Incomplete files.</b> A file without a footer, which a crash leaves behind, is read up to
 * its last complete record. Then {@link #truncatedAt()} has the position.
 *
 * <p><b>Damage.</b> A {@link McapException} has the problem, the value and the position. What was
 * returned before it is valid. No length is trusted: it is compared with the rest of its container
 * and with a limit, before memory is allocated for it.
 *
 * <p><b>What is skipped.</b> Attachments, the index, and records that the specification does not
 * define.
 *
 * <p><b>Memory.</b> The longest chunk, up to {@link #MAX_CHUNK_BYTES}, and all schemas and
 * channels, up to {@link #MAX_DEFINITION_BYTES} in the file. A message allocates nothing. Not safe
 * for use by several threads. Internal to {@code dev.rfx.session.recording}.
 *
 * @since 0.1
 */
public final class McapReader implements Closeable {

    /** What {@link #next()} found. */
    public enum Item {

        /** A message. */
        MESSAGE,

        /** A Metadata record. */
        METADATA,

        /** The end of the file, or of its intact part. */
        END
    }

    /** Maximum length of a chunk. */
    public static final int MAX_CHUNK_BYTES = 64 * 1024 * 1024;

    /** Maximum length of all schemas and channels of a file. */
    public static final int MAX_DEFINITION_BYTES = 4 * 1024 * 1024;

    /** Maximum length of a Header or Metadata record. */
    public static final int MAX_METADATA_BYTES = 1024 * 1024;

    /** Where the next record is. */
    private enum Section {
        HEADER,
        DATA,
        SUMMARY,
        END
    }

    private final ByteStream file;
    private final RecordFields fields;
    private final CRC32 crc = new CRC32();
    private final boolean hasEnd;
    private Section section = Section.HEADER;
    private long truncatedAt = -1;
    private @Nullable IOException failure;

    /** The record at {@link #recordOffset}: its opcode, length and content. */
    private long recordOffset;

    private long crcBeforeRecord;
    private int opcode;
    private long length;
    private byte[] content = new byte[256];

    private String profile = "";
    private String library = "";
    private final Definitions definitions = new Definitions();

    /** The records of the open chunk that are not read yet, as a part of {@link #content}. */
    private int chunkPosition;

    private int chunkEnd;

    /** Number of messages of the last chunk, less those that the Message Index records have. */
    private long notIndexed;

    private @Nullable McapMetadata metadata;
    private @Nullable McapChannel channel;
    private long sequence;
    private long logTime;
    private long publishTime;
    private ByteBuffer data = ByteBuffer.wrap(this.content);

    private McapReader(ByteStream file) throws IOException {
        this.file = file;
        this.fields = new RecordFields(file.name());
        byte[] magic = Magic.bytes();
        this.hasEnd = hasEnd(magic);
        byte[] begin = new byte[(int) Math.min(Magic.LENGTH, file.length())];
        file.read(begin, begin.length);
        if (!Arrays.equals(begin, 0, begin.length, magic, 0, begin.length)) {
            throw damaged(
                    0,
                    "This is no MCAP file: it begins with %s, not %s"
                            .formatted(hex(begin), hex(magic)));
        }
        if (begin.length < Magic.LENGTH) {
            truncate(0);
        } else {
            record();
        }
    }

    /**
     * Opens a file, and reads its header.
     *
     * @param path the file, in the default file system
     * @return the reader
     * @throws McapException if this is no MCAP file, or its header is damaged
     * @throws IOException if the file cannot be read
     */
    public static McapReader open(Path path) throws IOException {
        return open(InputFile.open(path), path.toString());
    }

    /** Opens a file, and closes it if that fails. */
    static McapReader open(InputFile file, String name) throws IOException {
        try {
            return new McapReader(new ByteStream(file, name));
        } catch (IOException ex) {
            try {
                file.close();
            } catch (IOException again) {
                ex.addSuppressed(again);
            }
            throw ex;
        }
    }

    /** {@return whether the file has the end of a complete file} */
    private boolean hasEnd(byte[] magic) throws IOException {
        byte[] last = new byte[Magic.LENGTH];
        if (this.file.length() <= Magic.LENGTH) {
            return false;
        }
        this.file.readLast(last);
        return Arrays.equals(last, magic);
    }

    /**
     * Reads on, up to the next message or Metadata record.
     *
     * @return what was found
     * @throws McapException if the file is damaged
     * @throws IOException if the file cannot be read; each further call throws the same exception
     */
    public Item next() throws IOException {
        if (this.failure != null) {
            throw this.failure;
        }
        try {
            while (this.section != Section.END) {
                boolean inChunk = this.chunkPosition < this.chunkEnd;
                Item item = inChunk ? recordInChunk() : record();
                if (item != null) {
                    return item;
                }
            }
            return Item.END;
        } catch (IOException ex) {
            this.failure = ex;
            throw ex;
        }
    }

    /** Reads a record outside of chunks. */
    private @Nullable Item record() throws IOException {
        if (!recordBegins()) {
            return null;
        }
        switch (this.section) {
            case HEADER -> header();
            case DATA -> {
                return recordInData();
            }
            default -> recordInSummary();
        }
        return null;
    }

    /** Reads opcode and length of a record, and truncates the file if it has not all of it. */
    private boolean recordBegins() throws IOException {
        this.recordOffset = this.file.position();
        this.crcBeforeRecord = this.file.crc();
        if (remaining() < Opcode.HEAD) {
            return truncateUnlessComplete("The file ends here, without a Footer record");
        }
        this.file.read(this.content, Opcode.HEAD);
        this.fields.begin(0, this.content, 0, Opcode.HEAD, this.recordOffset);
        this.opcode = this.fields.uint8("Opcode");
        this.length = this.fields.uint64("Length");
        if (this.opcode == 0) {
            // A power failure can leave zeros at the end of a file.
            return truncateUnlessComplete("A record has the opcode 0");
        }
        if (this.length < 0 || this.length > remaining()) {
            return truncateUnlessComplete(
                    "%s record has %s bytes, but the file has only %d more"
                            .formatted(
                                    Opcode.name(this.opcode),
                                    Long.toUnsignedString(this.length),
                                    remaining()));
        }
        return true;
    }

    /** {@return the number of bytes before the end of the last record} */
    private long remaining() {
        long end = this.file.length() - (this.hasEnd ? Magic.LENGTH : 0);
        return end - this.file.position();
    }

    private boolean truncateUnlessComplete(String problem) throws McapException {
        if (this.hasEnd) {
            throw damaged(this.recordOffset, problem);
        }
        truncate(this.recordOffset);
        return false;
    }

    private void truncate(long offset) {
        this.truncatedAt = offset;
        this.section = Section.END;
    }

    private void header() throws IOException {
        if (this.opcode != Opcode.HEADER) {
            throw unexpected("at the begin of the file");
        }
        load(MAX_METADATA_BYTES);
        this.profile = this.fields.string("Profile");
        this.library = this.fields.string("Library");
        this.section = Section.DATA;
    }

    private @Nullable Item recordInData() throws IOException {
        switch (this.opcode) {
            case Opcode.SCHEMA -> {
                load(MAX_DEFINITION_BYTES);
                this.definitions.addSchema(this.fields);
            }
            case Opcode.CHANNEL -> {
                load(MAX_DEFINITION_BYTES);
                this.definitions.addChannel(this.fields);
            }
            case Opcode.MESSAGE -> throw unexpected("outside of chunks, without a checksum");
            case Opcode.CHUNK -> {
                load(MAX_CHUNK_BYTES);
                chunk();
            }
            case Opcode.MESSAGE_INDEX -> messageIndex();
            case Opcode.METADATA -> {
                load(MAX_METADATA_BYTES);
                this.metadata =
                        new McapMetadata(this.fields.string("Name"), this.fields.map("Metadata"));
                return Item.METADATA;
            }
            case Opcode.ATTACHMENT -> skip();
            case Opcode.DATA_END -> dataEnd();
            default -> skipUnknown("in the data section");
        }
        return null;
    }

    private void recordInSummary() throws IOException {
        switch (this.opcode) {
            case Opcode.SCHEMA,
                    Opcode.CHANNEL,
                    Opcode.CHUNK_INDEX,
                    Opcode.ATTACHMENT_INDEX,
                    Opcode.STATISTICS,
                    Opcode.METADATA_INDEX,
                    Opcode.SUMMARY_OFFSET ->
                    skip();
            case Opcode.FOOTER -> footer();
            default -> skipUnknown("in the summary section");
        }
    }

    private @Nullable Item recordInChunk() throws McapException {
        int left = this.chunkEnd - this.chunkPosition;
        long origin = this.recordOffset + Opcode.HEAD;
        long offset = origin + this.chunkPosition;
        if (left < Opcode.HEAD) {
            throw damaged(offset, "The last %d bytes of a chunk are no record".formatted(left));
        }
        this.fields.begin(0, this.content, this.chunkPosition, this.chunkEnd, origin);
        this.opcode = this.fields.uint8("Opcode");
        this.length = this.fields.uint64("Length");
        if (this.length < 0 || this.length > left - Opcode.HEAD) {
            throw damaged(
                    offset,
                    "%s record has %s bytes, but the chunk has only %d more"
                            .formatted(
                                    Opcode.name(this.opcode),
                                    Long.toUnsignedString(this.length),
                                    left - Opcode.HEAD));
        }
        int begin = this.fields.position();
        this.chunkPosition = begin + (int) this.length;
        this.fields.begin(this.opcode, this.content, begin, this.chunkPosition, origin);
        switch (this.opcode) {
            case Opcode.SCHEMA -> this.definitions.addSchema(this.fields);
            case Opcode.CHANNEL -> this.definitions.addChannel(this.fields);
            case Opcode.MESSAGE -> {
                message();
                this.notIndexed++;
                return Item.MESSAGE;
            }
            default -> {
                if (Opcode.isKnown(this.opcode)) {
                    throw damaged(
                            offset, "%s record within a chunk".formatted(Opcode.name(this.opcode)));
                }
            }
        }
        return null;
    }

    private void chunk() throws McapException {
        this.notIndexed = 0;
        this.fields.uint64("Start time");
        this.fields.uint64("End time");
        long size = this.fields.uint64("Uncompressed size");
        long expected = this.fields.uint32("CRC32");
        String compression = this.fields.string("Compression");
        if (!compression.isEmpty()) {
            throw this.fields.damaged(
                    "The chunk is compressed with %s, but only uncompressed chunks can be read"
                            .formatted(compression));
        }
        int count = this.fields.length(this.fields.uint64("Size"), "Records field");
        if (count != size) {
            throw this.fields.damaged(
                    "Its uncompressed size is %s, but it has %d bytes of records"
                            .formatted(Long.toUnsignedString(size), count));
        }
        this.crc.reset();
        this.crc.update(this.content, this.fields.position(), count);
        verify("the records of the chunk", expected, this.crc.getValue());
        this.chunkPosition = this.fields.position();
        this.chunkEnd = this.chunkPosition + count;
    }

    /** Skips an index, unless it shows that the chunk before it was not recognized as a chunk. */
    private void messageIndex() throws IOException {
        int head = (int) Math.min(Short.BYTES + Integer.BYTES, this.length);
        this.file.read(this.content, head);
        this.fields.begin(this.opcode, this.content, 0, head, this.recordOffset + Opcode.HEAD);
        int id = this.fields.uint16("Channel id");
        long indexed = this.fields.uint32("Records") / (2 * Long.BYTES);
        if (indexed > this.notIndexed) {
            throw this.fields.damaged(
                    "It has %d messages of channel %d, but the chunk before it has only %d more"
                            .formatted(indexed, id, this.notIndexed));
        }
        this.notIndexed -= indexed;
        this.file.skip(this.length - head);
    }

    private void message() throws McapException {
        int id = this.fields.uint16("Channel id");
        this.channel = this.definitions.channel(id);
        if (this.channel == null) {
            throw this.fields.damaged("Channel %d is not defined before".formatted(id));
        }
        this.sequence = this.fields.uint32("Sequence");
        this.logTime = this.fields.uint64("Log time");
        this.publishTime = this.fields.uint64("Publish time");
        int begin = this.fields.position();
        this.data.clear().position(begin).limit(begin + this.fields.remaining());
    }

    private void dataEnd() throws IOException {
        load(MAX_METADATA_BYTES);
        verify(
                "the data section",
                this.fields.uint32("CRC32 of the data section"),
                this.crcBeforeRecord);
        this.file.resetCrc();
        this.section = Section.SUMMARY;
    }

    private void footer() throws IOException {
        int verified = 2 * Long.BYTES;
        if (this.length != verified + Integer.BYTES) {
            throw damaged(
                    this.recordOffset,
                    "Footer record has %d bytes, not %d"
                            .formatted(this.length, verified + Integer.BYTES));
        }
        this.file.skip(verified);
        long actual = this.file.crc();
        this.file.read(this.content, Integer.BYTES);
        this.fields.begin(
                this.opcode, this.content, 0, Integer.BYTES, this.file.position() - Integer.BYTES);
        verify("the summary section", this.fields.uint32("CRC32 of the summary"), actual);
        long end = this.file.position();
        if (this.hasEnd && remaining() == 0) {
            this.section = Section.END;
        } else if (this.hasEnd || remaining() >= Magic.LENGTH) {
            throw damaged(end, "The file goes on after its footer");
        } else {
            truncate(end);
        }
    }

    private void verify(String what, long expected, long actual) throws McapException {
        if (expected != 0 && expected != actual) {
            throw damaged(
                    this.recordOffset,
                    "The CRC32 of %s is 0x%08X, not 0x%08X".formatted(what, actual, expected));
        }
    }

    /** Reads the record to memory, if it is short enough. */
    private void load(int limit) throws IOException {
        if (this.length > limit) {
            throw damaged(
                    this.recordOffset,
                    "%s record has %d bytes, but at most %d can be read"
                            .formatted(Opcode.name(this.opcode), this.length, limit));
        }
        int count = (int) this.length;
        if (count > this.content.length) {
            int doubled = Math.min(2 * this.content.length, MAX_CHUNK_BYTES);
            this.content = new byte[Math.max(count, doubled)];
            this.data = ByteBuffer.wrap(this.content);
        }
        this.file.read(this.content, count);
        this.fields.begin(this.opcode, this.content, 0, count, this.recordOffset + Opcode.HEAD);
    }

    private void skip() throws IOException {
        this.file.skip(this.length);
    }

    private void skipUnknown(String where) throws IOException {
        if (Opcode.isKnown(this.opcode)) {
            throw unexpected(where);
        }
        skip();
    }

    private McapException unexpected(String where) {
        return damaged(
                this.recordOffset, "%s record %s".formatted(Opcode.name(this.opcode), where));
    }

    private McapException damaged(long offset, String problem) {
        return new McapException(this.file.name(), offset, problem);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    /** {@return the profile in the header; empty if the file ends before} */
    public String profile() {
        return this.profile;
    }

    /** {@return the library in the header; empty if the file ends before} */
    public String library() {
        return this.library;
    }

    /** {@return the channels so far, in the order of the file} */
    public List<McapChannel> channels() {
        return this.definitions.channels();
    }

    /** {@return the Metadata record that {@link #next()} found last} */
    public McapMetadata metadata() {
        return found(this.metadata);
    }

    /** {@return the channel of the message that {@link #next()} found last} */
    public McapChannel channel() {
        return found(this.channel);
    }

    private static <T> T found(@Nullable T value) {
        return Objects.requireNonNull(value, "next() has found nothing of this kind");
    }

    /** {@return the number of the message, from 0 to 2<sup>32</sup> - 1} */
    public long sequence() {
        return this.sequence;
    }

    /** {@return when the message was recorded, in ns} */
    public long logTime() {
        return this.logTime;
    }

    /** {@return when the message was sent, in ns} */
    public long publishTime() {
        return this.publishTime;
    }

    /**
     * {@return the bytes of the message, from position to limit} The same buffer for all messages,
     * backed by an array, and valid until the next {@link #next()}.
     */
    public ByteBuffer data() {
        return this.data;
    }

    /**
     * {@return where the intact part of the file ends; empty if the file is complete, or until
     * {@link Item#END}}
     */
    public OptionalLong truncatedAt() {
        return this.truncatedAt < 0 ? OptionalLong.empty() : OptionalLong.of(this.truncatedAt);
    }

    @Override
    public void close() throws IOException {
        this.file.close();
    }
}
