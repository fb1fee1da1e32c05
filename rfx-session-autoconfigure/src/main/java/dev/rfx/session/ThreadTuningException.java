package dev.rfx.session;

/**
 * The operating system does not give the control thread what {@link ThreadOptions} ask for. The
 * message is the description, then the remedy.
 */
public class ThreadTuningException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What cannot be had, and why. */
    private final String description;

    /** What whoever operates the machine can do. */
    private final String remedy;

    /**
     * Creates an exception.
     *
     * @param description what cannot be had, and why: a sentence without its full stop
     * @param remedy what whoever operates the machine can do: one or more sentences
     */
    public ThreadTuningException(String description, String remedy) {
        super(description + ". " + remedy);
        this.description = description;
        this.remedy = remedy;
    }

    /**
     * Returns what cannot be had, and why.
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
