package dev.rfx.session;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A robot as a control loop sees it: something that is observed, acts and can be reset.
 *
 * <p><b>Threading.</b> A {@link Session} makes every call on its one control thread, in the order
 * {@code reset}, then {@code observe} and {@code act} in turn, then {@code stop}; an implementation
 * needs no locks. There is one exception: when a call hangs, {@code stop} is called from another
 * thread while the hung call is still in progress. And {@link #readings()} may be called by
 * anybody.
 *
 * <p><b>Errors.</b> Whatever a method throws ends the run; the session then calls {@link #stop()}
 * and keeps the cause.
 *
 * @param <O> the type of an observation
 * @param <A> the type of an action
 */
public interface Robot<O, A> {

    /**
     * Returns the latest observation. Called once per iteration.
     *
     * @return the observation, never null; a robot that reuses one object says so
     * @throws Exception if no true observation can be had. An implementation never invents one.
     */
    O observe() throws Exception;

    /**
     * Sends one action. Called once per iteration, after the policy.
     *
     * @param action what the policy selected, never null
     * @throws Exception if the action was not sent
     */
    void act(A action) throws Exception;

    /**
     * Brings the robot to its start state. Called once at the start of a run; it may take seconds,
     * and it is where hardware is opened: never in a constructor. A stop requested meanwhile
     * interrupts the thread; the method should then return or throw without delay.
     *
     * @return the first observation
     * @throws Exception if the start state was not reached; the run then ends before its first
     *     iteration
     */
    O reset() throws Exception;

    /**
     * Brings the robot to its safe state: hold, park, torque off, whatever is safe for this robot.
     * Called exactly once at the end of every run, whatever ended it, also when {@link #reset()}
     * failed. It is never interrupted. Does nothing by default.
     *
     * @throws Exception if the safe state may not have been reached; the session then fails
     */
    default void stop() throws Exception {}

    /**
     * Returns the device that this robot commands. One device has one run at a time: a session does
     * not start while another one drives the same device. The device is compared by identity. A
     * decorator returns the device of the robot that it wraps; every other robot is its own device,
     * as by default. A session asks once, on the thread that starts it first.
     *
     * @return the device, always the same one
     */
    default Object device() {
        return this;
    }

    /**
     * Tells the shape of the actions, where they are {@link Tensor}s, so that no other ever reaches
     * {@link #act}. Always the same, also before the first reset. By default null: the first action
     * of a run decides.
     *
     * @return the length of each dimension, or null
     */
    default int @Nullable [] actionShape() {
        return null;
    }

    /**
     * Tells how the robot is doing, for endpoint and metrics. Called by any thread at any time: it
     * answers at once from what is known, and does not ask the hardware. There is nothing to tell
     * by default. Names and joints are always the same ones.
     *
     * @return the readings
     */
    default List<RobotReading> readings() {
        return List.of();
    }
}
