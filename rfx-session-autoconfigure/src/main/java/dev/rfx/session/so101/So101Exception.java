package dev.rfx.session.so101;

import org.jspecify.annotations.Nullable;

/**
 * Something is wrong with the arm, with the connection to it or with its calibration. The message
 * is the description, then the remedy.
 */
public abstract class So101Exception extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What happened, and where. */
    private final String description;

    /** What the owner of the arm can do. */
    private final String remedy;

    So101Exception(String description, String remedy) {
        this(description, remedy, null);
    }

    So101Exception(String description, String remedy, @Nullable Throwable cause) {
        super(description + ". " + remedy, cause);
        this.description = description;
        this.remedy = remedy;
    }

    /**
     * Returns what happened, and where.
     *
     * @return a sentence without its full stop
     */
    public String description() {
        return this.description;
    }

    /**
     * Returns what the owner of the arm can do.
     *
     * @return one or more sentences
     */
    public String remedy() {
        return this.remedy;
    }
}
