package dev.rfx.session;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A robot as a control loop sees it: a device that is observed, acts and can be reset.
 *
 * <p><b>Threading.</b> A {@link Session} makes every call on its one control thread, in the order
 * {@code reset}, then {@code observe} and {@code act} in turn, then {@code stop}. An implementation
 * needs no locks, with two exceptions:
 *
 * <ul>
 *   <li>While a call does not return, a deputy thread calls {@link #stop()}. The other call is then
 *       still in progress.
 *   <li>Any thread may call {@link #readings()}, at any time.
 * </ul>
 *
 * <p><b>Errors.</b> Anything that {@code reset}, {@code observe} or {@code act} throws ends the
 * run. The session then calls {@link #stop()} and keeps the cause. Only an {@link
 * EndOfRunException} of {@code observe} or {@code act} is no failure.
 *
 * @param <O> the type of an observation
 * @param <A> the type of an action
 * @since 0.1
 */
public interface Robot<O, A> {

    /**
     * Returns the latest observation. Called once per iteration. A robot that returns the same
     * object each time documents that.
     *
     * @return the observation, never null
     * @throws Exception if the robot cannot be observed. An implementation never invents an
     *     observation.
     */
    O observe() throws Exception;

    /**
     * Sends one action. Called once per iteration, after the policy. A robot that keeps a tensor
     * copies it: the engage guard and the limits of a session send the same object each time.
     *
     * @param action the action that the policy selected, or what a ramp or a limit has made of it;
     *     never null
     * @throws Exception if the action was not sent
     */
    void act(A action) throws Exception;

    /**
     * Brings the robot to its start state. Called once at the start of a run; it may take seconds.
     * This method opens the hardware; a constructor never does. A stop request interrupts the
     * thread; the method should then return or throw without delay.
     *
     * @return the first observation
     * @throws Exception if the start state was not reached; the run then ends before its first
     *     iteration
     */
    O reset() throws Exception;

    /**
     * Brings the robot to its safe state: hold, park, torque off, or another state that is safe for
     * this robot. Called exactly once at the end of every run, whatever ended it, also when {@link
     * #reset()} failed. The session never interrupts it. Does nothing by default.
     *
     * @throws Exception if the safe state may not have been reached; the session then fails
     */
    default void stop() throws Exception {}

    /**
     * Returns the device that this robot commands. One device has one run at a time: a session does
     * not start while another one drives the same device. Devices are compared by identity. A
     * decorator returns the device of the robot that it wraps. Every other robot is its own device,
     * which is the default. Called once per session, on the thread that starts it first.
     *
     * @return the device, always the same object
     */
    default Object device() {
        return this;
    }

    /**
     * Returns the shape of the actions, if they are {@link Tensor}s. The session sends no action of
     * another shape to {@link #act}. The shape never changes, and is known before the first reset.
     *
     * @return the length of each dimension; null, the default, if the first action of a run decides
     */
    default int @Nullable [] actionShape() {
        return null;
    }

    /**
     * Returns the names of the joints, in the order of the action's values. They never change, and
     * are known before the first reset. A policy that was trained for joints in another order finds
     * them by name. Called by any thread; it returns at once.
     *
     * @return the names, each once; empty, the default, if the joints have none
     */
    default List<String> joints() {
        return List.of();
    }

    /**
     * Returns the positions from which the next command moves the joints, in the units of the
     * actions: a robot that receives them as an action stays where it is. These are the observed
     * positions, or the goals that the robot holds, if it sags under a load. The first commands of
     * a run ramp from them ({@link EngageOptions}), and {@link dev.rfx.session.robot.SafetyLimits}
     * measures the speed of the first command from them. Called on the control thread; it returns
     * at once.
     *
     * @param observation an observation of this robot
     * @return a tensor whose first values are the positions, in the order of the action's values. A
     *     joint that takes velocities among others that take positions, such as a wheel, has 0: the
     *     velocity at which it stays. Null, the default, if there are no positions, or if the
     *     actions are velocities, torques or differences only
     */
    default @Nullable Tensor positions(O observation) {
        return null;
    }

    /**
     * Returns the command that a joint receives at last for a target position: the nearest one
     * within its range. The first commands of a run ramp to it ({@link EngageOptions}). A ramp to a
     * target far beyond the range would cross the range at the speed of the whole distance. This
     * limits nothing: {@link #act} does. Called on the control thread.
     *
     * @param joint the index of the value in an action
     * @param target a finite value of an action
     * @return the finite value to ramp to; the target, the default, if there is no range
     */
    default float withinRange(int joint, float target) {
        return target;
    }

    /**
     * Returns the command that a joint has received with the last action, which a limit of speed or
     * range may have held back. When another policy takes over, its commands ramp from it ({@link
     * EngageOptions}). Called on the control thread, after {@link #act}.
     *
     * @param joint the index of the value in the action
     * @param sent the value that was sent
     * @return the finite value that the joint has received; the one that was sent, the default, if
     *     nothing limits it
     */
    default float lastCommand(int joint, float sent) {
        return sent;
    }

    /**
     * Returns figures about the robot itself, for endpoint and metrics. Called by any thread at any
     * time: it returns at once with the figures that are known, and does not access the hardware.
     *
     * @return the readings, with the same names and joints each time; empty by default
     */
    default List<RobotReading> readings() {
        return List.of();
    }
}
