package dev.rfx.session.recording.mcap;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/** What the writer needs of a file. */
interface OutputFile extends Closeable {

    /** Writes all bytes at a position, in one call of the operating system. */
    void write(long position, byte[] bytes, int length) throws IOException;

    /** Removes what follows a position. */
    void truncate(long length) throws IOException;

    /**
     * Opens a file for writing. Not as a channel, because an interrupt of the thread that writes
     * would close a channel.
     */
    static OutputFile open(Path path) throws IOException {
        RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
        return new OutputFile() {

            @Override
            public void write(long position, byte[] bytes, int length) throws IOException {
                file.seek(position);
                file.write(bytes, 0, length);
            }

            @Override
            public void truncate(long length) throws IOException {
                file.setLength(length);
            }

            @Override
            public void close() throws IOException {
                file.close();
            }
        };
    }
}
