package dev.rfx.session;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Records one run. Each run has one of its own, so that an event that is reported late is not
 * recorded with the next run. Whatever fails in it, the run goes on.
 *
 * <p>Internal to {@code dev.rfx.session}.
 *
 * @since 0.1
 */
public interface RunRecorder {

    /** Flag of an iteration in which the engage guard ramps the commands. */
    int ENGAGING = 1 << 8;

    /** Begins with the run. Called by the control thread before the robot is reset. */
    void begin();

    /**
     * Records what the policy is. Called by the control thread when the policy is ready, before the
     * robot is reset.
     *
     * @param details the details, see {@link Policy#details()}; cannot be modified
     */
    void policy(Map<String, String> details);

    /** Records that the first iteration follows. Called by the control thread. */
    void started();

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
     * @param flags the flags of {@link dev.rfx.session.timing.TimingRecorder}, and {@link
     *     #ENGAGING}
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
     * @param action the action that the policy selected, or null if there is none
     */
    void incompleteIteration(
            long number, long start, @Nullable Object observation, @Nullable Object action);

    /**
     * Records that the loop is stalled, or that the run is stuck. Any thread; never waits.
     *
     * @param problem the problem
     * @param stuck whether the run is stuck
     */
    void unresponsive(SessionUnresponsiveException problem, boolean stuck);

    /**
     * Ends with the run, whose robot has stopped: the file gets its last events and is closed.
     * Never waits. Called by the last thread of the run.
     *
     * @param failure the failure of the run, or null
     * @param restart the restart that follows, or null
     */
    void end(@Nullable SessionException failure, @Nullable RestartStatus restart);

    /**
     * Waits until the file of the run, which has ended, is closed.
     *
     * @param timeout how long to wait at most
     */
    void awaitEnd(Duration timeout);
}
