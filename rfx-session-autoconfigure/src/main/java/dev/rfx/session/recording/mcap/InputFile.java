package dev.rfx.session.recording.mcap;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/** What the reader needs of a file. */
interface InputFile extends Closeable {

    long length() throws IOException;

    /**
     * Reads bytes from a position on.
     *
     * @return their number, which may be less than asked for; -1 at the end of the file
     */
    int read(long position, byte[] target, int offset, int length) throws IOException;

    /** Opens a file. Not as a channel, because an interrupt of the reader would close a channel. */
    static InputFile open(Path path) throws IOException {
        RandomAccessFile file = new RandomAccessFile(path.toFile(), "r");
        return new InputFile() {

            @Override
            public long length() throws IOException {
                return file.length();
            }

            @Override
            public int read(long position, byte[] target, int offset, int length)
                    throws IOException {
                file.seek(position);
                return file.read(target, offset, length);
            }

            @Override
            public void close() throws IOException {
                file.close();
            }
        };
    }
}
