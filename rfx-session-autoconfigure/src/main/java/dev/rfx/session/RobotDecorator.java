package dev.rfx.session;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A robot that passes every call on to another one. A subclass overrides the calls that it changes
 * or observes. One that changes the values of actions, such as their units or their order, also
 * overrides {@link #actionShape}, {@link #joints}, {@link #positions}, {@link #withinRange} and
 * {@link #lastCommand} accordingly: the first commands of a run begin at these positions.
 *
 * @param <O> the type of an observation
 * @param <A> the type of an action
 * @since 0.1
 */
public abstract class RobotDecorator<O, A> implements Robot<O, A> {

    private final Robot<O, A> robot;

    /**
     * Creates a decorator. Nothing moves.
     *
     * @param robot receives the calls
     */
    protected RobotDecorator(Robot<O, A> robot) {
        this.robot = robot;
    }

    /** {@return the robot that receives the calls} */
    protected final Robot<O, A> robot() {
        return this.robot;
    }

    @Override
    public O observe() throws Exception {
        return this.robot.observe();
    }

    @Override
    public void act(A action) throws Exception {
        this.robot.act(action);
    }

    @Override
    public O reset() throws Exception {
        return this.robot.reset();
    }

    @Override
    public void stop() throws Exception {
        this.robot.stop();
    }

    @Override
    public Object device() {
        return this.robot.device();
    }

    @Override
    public int @Nullable [] actionShape() {
        return this.robot.actionShape();
    }

    @Override
    public List<String> joints() {
        return this.robot.joints();
    }

    @Override
    public @Nullable Tensor positions(O observation) {
        return this.robot.positions(observation);
    }

    @Override
    public float withinRange(int joint, float target) {
        return this.robot.withinRange(joint, target);
    }

    @Override
    public float lastCommand(int joint, float sent) {
        return this.robot.lastCommand(joint, sent);
    }

    @Override
    public List<RobotReading> readings() {
        return this.robot.readings();
    }

    /** {@return the text of the robot that receives the calls} */
    @Override
    public String toString() {
        return this.robot.toString();
    }
}
