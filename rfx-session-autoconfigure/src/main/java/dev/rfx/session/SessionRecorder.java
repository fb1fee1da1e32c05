package dev.rfx.session;

/**
 * Records the runs of one session. Whatever fails in it, the session goes on.
 *
 * <p>Internal to {@code dev.rfx.session}.
 *
 * @since 0.1
 */
public interface SessionRecorder {

    /**
     * Puts itself around a robot, to see which actions it receives.
     *
     * @param robot the robot, behind its limits
     * @return a robot that notes each action and passes it on
     */
    Robot<?, ?> around(Robot<?, ?> robot);

    /** {@return the recorder of the next run} Opens nothing yet. */
    RunRecorder newRun();

    /**
     * Writes what is kept in memory, and what follows, if that is how the recorder works. Any
     * thread; returns at once.
     */
    void save();

    /** {@return what has become of the recording so far} Any thread. */
    RecordingStatus status();
}
