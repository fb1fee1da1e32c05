package dev.rfx.session;

/**
 * Ends a run that is complete. {@link Robot#observe()}, {@link Robot#act} or {@link
 * Policy#selectAction} throws it when there is nothing left to do, such as at the end of a
 * recording. The run then ends as at the end of its duration: {@link Robot#stop()} is called, and
 * the session is {@link SessionState#STOPPED}. It has not failed, and does not restart.
 *
 * @since 0.1
 */
public final class EndOfRunException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param message what is complete
     */
    public EndOfRunException(String message) {
        super(message);
    }
}
