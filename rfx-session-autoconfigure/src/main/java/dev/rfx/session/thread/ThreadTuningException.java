package dev.rfx.session.thread;

import dev.rfx.session.support.ExplainedException;

/**
 * The operating system refuses something that {@link ThreadOptions} ask for.
 *
 * @since 0.1
 */
public class ThreadTuningException extends ExplainedException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param description what is not available, and why: a sentence without its full stop
     * @param action what the operator can do: one or more sentences
     */
    public ThreadTuningException(String description, String action) {
        super(description, action, null);
    }
}
