package dev.rfx.session.recording.mcap;

import java.io.Closeable;
import java.io.IOException;
import java.util.zip.CRC32;

/** A file that grows by whole records: what could be written only in part is removed again. */
final class RecordFile implements Closeable {

    private final OutputFile file;
    private final CRC32 crc = new CRC32();
    private long length;

    /** Whether there may be a part of a record behind the length. */
    private boolean torn;

    RecordFile(OutputFile file) {
        this.file = file;
    }

    /** {@return the length of the file} */
    long length() {
        return this.length;
    }

    /** {@return the CRC32 of the file} */
    int crc() {
        return (int) this.crc.getValue();
    }

    /** Writes all of the records, or leaves the file as it was. */
    void append(RecordBuilder records) throws IOException {
        if (this.torn) {
            removeTornRecord();
        }
        this.torn = true;
        try {
            this.file.write(this.length, records.bytes(), records.length());
        } catch (IOException ex) {
            try {
                removeTornRecord();
            } catch (IOException again) {
                ex.addSuppressed(again); // the next call tries again
            }
            throw ex;
        }
        this.torn = false;
        this.length += records.length();
        this.crc.update(records.bytes(), 0, records.length());
    }

    private void removeTornRecord() throws IOException {
        this.file.truncate(this.length);
        this.torn = false;
    }

    @Override
    public void close() throws IOException {
        this.file.close();
    }
}
