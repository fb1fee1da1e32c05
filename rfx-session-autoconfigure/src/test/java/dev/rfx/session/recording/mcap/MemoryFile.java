package dev.rfx.session.recording.mcap;

import java.io.IOException;
import java.util.Arrays;

/** A file in memory, on a disk that may be full or broken. */
final class MemoryFile implements OutputFile, InputFile {

    private byte[] bytes;
    private int length;
    private int room = Integer.MAX_VALUE;
    private boolean broken;
    private boolean closed;

    MemoryFile(byte[] bytes) {
        this.bytes = bytes;
        this.length = bytes.length;
    }

    MemoryFile() {
        this(new byte[0]);
    }

    /** Sets how long the file can become. */
    void room(int room) {
        this.room = room;
    }

    /** Makes the file impossible to truncate. */
    void broken(boolean broken) {
        this.broken = broken;
    }

    boolean isClosed() {
        return this.closed;
    }

    byte[] toByteArray() {
        return Arrays.copyOf(this.bytes, this.length);
    }

    /** Writes what fits, as a full disk does. */
    @Override
    public void write(long position, byte[] source, int count) throws IOException {
        int from = (int) position;
        int fits = Math.min(count, this.room - from);
        if (from + fits > this.bytes.length) {
            this.bytes = Arrays.copyOf(this.bytes, 2 * (from + fits));
        }
        System.arraycopy(source, 0, this.bytes, from, fits);
        this.length = Math.max(this.length, from + fits);
        if (fits < count) {
            throw new IOException("No space left on device");
        }
    }

    @Override
    public void truncate(long length) throws IOException {
        if (this.broken) {
            throw new IOException("Input/output error");
        }
        this.length = (int) length;
    }

    @Override
    public long length() {
        return this.length;
    }

    @Override
    public int read(long position, byte[] target, int offset, int count) {
        if (position >= this.length) {
            return -1;
        }
        int read = (int) Math.min(count, this.length - position);
        System.arraycopy(this.bytes, (int) position, target, offset, read);
        return read;
    }

    @Override
    public void close() {
        this.closed = true;
    }
}
