package dev.rfx.session;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

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

    /** Begins with a run. Called by the control thread between the reset and the warm-up. */
    void begin();

    /**
     * Records an iteration. Called by the control thread in its wait: neither allocates nor waits.
     * The times are readings of the clock of the session.
     *
     * @param number its number in the run, from 0
     * @param due when it was due
     * @param start when it began
     * @param observed when {@code observe} returned
     * @param selected when the policy returned
     * @param end when {@code act} returned
     * @param flags the flags of {@link dev.rfx.session.timing.TimingRecorder}
     * @param observation the observation
     * @param action the action that the policy selected
     */
    void iteration(
            long number,
            long due,
            long start,
            long observed,
            long selected,
            long end,
            int flags,
            Object observation,
            Object action);

    /**
     * Records an iteration that was not completed. Called by the control thread at the end of a
     * run, when the robot has stopped.
     *
     * @param number its number in the run
     * @param start when it began
     * @param observation its observation, or null if there is none
     */
    void incompleteIteration(long number, long start, @Nullable Object observation);

    /**
     * Ends with the run, whose robot has stopped: the file gets its last events and is closed.
     * Never waits. Called by the last thread of the run.
     *
     * @param failure the failure of the run, or null
     */
    void end(@Nullable SessionException failure);

    /**
     * Records that the loop is stalled, or that the run is stuck. Called by the events thread.
     *
     * @param problem the problem
     * @param stuck whether the run is stuck
     */
    void unresponsive(SessionUnresponsiveException problem, boolean stuck);

    /**
     * Records that the session will start again. Called by the events thread.
     *
     * @param restart the delay, and the number of attempts
     */
    void restarting(RestartStatus restart);

    /**
     * Waits until the file of an ended run is closed.
     *
     * @param timeout how long to wait at most
     */
    void awaitEnd(Duration timeout);

    /**
     * Writes what is kept in memory, and what follows, if that is how the recorder works. Any
     * thread; returns at once.
     */
    void save();

    /** {@return what has become of the recording so far} Any thread. */
    RecordingStatus status();
}
