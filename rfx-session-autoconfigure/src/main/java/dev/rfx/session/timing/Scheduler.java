package dev.rfx.session.timing;

import java.time.Duration;

/**
 * Runs short tasks on a thread that serves all sessions. A task must not wait: no lock that is held
 * for long, no log, no robot, no listener.
 *
 * <p>Internal to {@code dev.rfx.session}.
 */
public interface Scheduler {

    /**
     * Runs a task repeatedly.
     *
     * @param interval the time between two runs
     * @param task the task
     * @return cancels the task; allocates nothing
     */
    Runnable every(Duration interval, Runnable task);

    /**
     * Runs a task once.
     *
     * @param delay the time until then
     * @param task the task
     * @return cancels the task unless it has begun; allocates nothing
     */
    Runnable after(Duration delay, Runnable task);
}
