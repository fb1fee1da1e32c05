package dev.rfx.session;

/** The operating system does not give the control thread what {@link ThreadOptions} ask for. */
public class ThreadTuningException extends ExplainedException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param description what cannot be had, and why: a sentence without its full stop
     * @param remedy what whoever operates the machine can do: one or more sentences
     */
    public ThreadTuningException(String description, String remedy) {
        super(description, remedy, null);
    }
}
