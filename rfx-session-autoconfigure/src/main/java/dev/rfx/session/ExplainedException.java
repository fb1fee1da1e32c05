package dev.rfx.session;

import org.jspecify.annotations.Nullable;

/**
 * An exception for whoever operates the machine. The message is the description, then the remedy.
 */
public abstract class ExplainedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What happened, and where. */
    private final String description;

    /** What whoever operates the machine can do. */
    private final String remedy;

    /**
     * Creates an exception.
     *
     * @param description what happened, and where: a sentence without its full stop
     * @param remedy what whoever operates the machine can do: one or more sentences
     * @param cause the cause, or null
     */
    protected ExplainedException(String description, String remedy, @Nullable Throwable cause) {
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
     * Returns what whoever operates the machine can do.
     *
     * @return one or more sentences
     */
    public String remedy() {
        return this.remedy;
    }
}
