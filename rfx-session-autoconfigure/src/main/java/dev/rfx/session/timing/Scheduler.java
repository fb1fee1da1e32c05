package dev.rfx.session.timing;

import java.time.Duration;
import java.util.function.BooleanSupplier;

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
     * As {@link #every(Duration, Runnable)}, for a task that often finds nothing to do. A scheduler
     * for which changing to the thread of the tasks is expensive asks before.
     *
     * @param interval the time between two runs
     * @param needed whether the task would do anything; reads only
     * @param task the task
     * @return cancels the task; allocates nothing
     */
    default Runnable every(Duration interval, BooleanSupplier needed, Runnable task) {
        return every(interval, task);
    }

    /**
     * Runs a task once.
     *
     * @param delay the time until then
     * @param task the task
     * @return cancels the task unless it has begun; allocates nothing
     */
    Runnable after(Duration delay, Runnable task);
}
