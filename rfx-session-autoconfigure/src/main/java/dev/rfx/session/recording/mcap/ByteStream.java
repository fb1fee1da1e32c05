package dev.rfx.session.recording.mcap;

import java.io.Closeable;
import java.io.IOException;
import java.util.zip.CRC32;

/**
 * The bytes of a file in their order, and the CRC32 of those that were read. The file has the
 * length that it had when it was opened, also if another process still appends to it.
 */
final class ByteStream implements Closeable {

    private static final int BUFFER = 8 * 1024;

    /** The most to read at once, because the JVM allocates as much outside the heap. */
    private static final int MAX_READ = 64 * 1024;

    private final InputFile file;
    private final String name;
    private final long length;
    private final byte[] buffer = new byte[BUFFER];
    private final CRC32 crc = new CRC32();

    private int start; // of the bytes in the buffer that are not read yet
    private int end;
    private long fetched; // the position in the file after the buffer

    ByteStream(InputFile file, String name) throws IOException {
        this.file = file;
        this.name = name;
        this.length = file.length();
    }

    String name() {
        return this.name;
    }

    long length() {
        return this.length;
    }

    long position() {
        return this.fetched - (this.end - this.start);
    }

    /** {@return the CRC32 of the bytes that were read since the last {@link #resetCrc()}} */
    long crc() {
        return this.crc.getValue();
    }

    void resetCrc() {
        this.crc.reset();
    }

    /** Reads bytes that the file has, by its length. */
    void read(byte[] target, int count) throws IOException {
        int done = 0;
        while (done < count) {
            if (this.start == this.end && count - done >= BUFFER) {
                done += fetch(target, done, count - done);
            } else {
                int next = Math.min(count - done, available());
                System.arraycopy(this.buffer, this.start, target, done, next);
                this.start += next;
                done += next;
            }
        }
        this.crc.update(target, 0, count);
    }

    /** Skips bytes that the file has, by its length. They count for the CRC32. */
    void skip(long count) throws IOException {
        long left = count;
        while (left > 0) {
            int next = (int) Math.min(left, available());
            this.crc.update(this.buffer, this.start, next);
            this.start += next;
            left -= next;
        }
    }

    /** {@return the number of bytes in the buffer, which is filled if it is empty} */
    private int available() throws IOException {
        if (this.start == this.end) {
            this.end = fetch(this.buffer, 0, BUFFER);
            this.start = 0;
        }
        return this.end - this.start;
    }

    private int fetch(byte[] target, int offset, int count) throws IOException {
        int read = read(this.fetched, target, offset, count);
        this.fetched += read;
        return read;
    }

    /** Reads the last bytes of the file, and does not move on. */
    void readLast(byte[] target) throws IOException {
        long from = this.length - target.length;
        int done = 0;
        while (done < target.length) {
            done += read(from + done, target, done, target.length - done);
        }
    }

    private int read(long from, byte[] target, int offset, int count) throws IOException {
        int read = this.file.read(from, target, offset, Math.min(count, MAX_READ));
        if (read <= 0) {
            throw new McapException(
                    this.name,
                    from,
                    "The file became shorter while it was read, it had %d bytes"
                            .formatted(this.length));
        }
        return read;
    }

    @Override
    public void close() throws IOException {
        this.file.close();
    }
}
