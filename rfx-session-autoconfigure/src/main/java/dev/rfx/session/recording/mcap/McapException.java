package dev.rfx.session.recording.mcap;

import java.io.IOException;

/**
 * A file is not in the MCAP format, is damaged, or exceeds a limit of the {@link McapReader}. The
 * message has the file, the position and the wrong value. Internal to {@code
 * dev.rfx.session.recording}.
 *
 * @since 0.1
 */
public class McapException extends IOException {

    private static final long serialVersionUID = 1L;

    /** The position in the file. */
    private final long offset;

    /**
     * Creates an exception.
     *
     * @param file the name of the file
     * @param offset the position in the file
     * @param problem what is wrong there
     */
    McapException(String file, long offset, String problem) {
        super("%s, byte %d: %s".formatted(file, offset, problem));
        this.offset = offset;
    }

    /** {@return the position in the file, in bytes from its begin} */
    public long offset() {
        return this.offset;
    }
}
