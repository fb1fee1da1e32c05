package dev.rfx.session.support;

import org.jspecify.annotations.Nullable;

/**
 * An exception that explains to the operator what happened and what to do. The message is the
 * description, then the action.
 *
 * @since 0.1
 */
public abstract class ExplainedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What happened, and where. */
    private final String description;

    /** What the operator can do. */
    private final String action;

    /**
     * Creates an exception.
     *
     * @param description what happened, and where: a sentence without its full stop
     * @param action what the operator can do: one or more sentences
     * @param cause the cause, or null
     */
    protected ExplainedException(String description, String action, @Nullable Throwable cause) {
        super(description + ". " + action, cause);
        this.description = description;
        this.action = action;
    }

    /** {@return what happened, and where: a sentence without its full stop} */
    public String description() {
        return this.description;
    }

    /** {@return what the operator can do: one or more sentences} */
    public String action() {
        return this.action;
    }
}
