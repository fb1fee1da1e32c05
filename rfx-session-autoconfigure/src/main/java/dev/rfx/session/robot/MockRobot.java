package dev.rfx.session.robot;

import dev.rfx.session.Observation;
import dev.rfx.session.Robot;
import dev.rfx.session.Tensor;
import java.util.function.LongSupplier;

/**
 * A simulated robot for trying out policies. Each joint is a unit mass on a spring and a damper
 * (stiffness 100 s⁻², damping 10 s⁻¹) that pull it to its target position, as in rfx. An action
 * sets the targets and advances the simulation by one control period (semi-implicit Euler).
 *
 * <p>The observation's {@code state} holds the joint positions in rad, then the joint velocities in
 * rad/s. It is one tensor, which every {@link #observe()} overwrites. Positions stay within ±π,
 * velocities within ±10 rad/s. Below about 5 Hz the integration is too coarse for the spring, and
 * the joints swing from limit to limit.
 *
 * @since 0.1
 */
public final class MockRobot implements Robot<Observation, Tensor> {

    private static final float STIFFNESS = 100;
    private static final float DAMPING = 10;
    private static final float MAX_POSITION = (float) Math.PI;
    private static final float MAX_VELOCITY = 10;

    private final LongSupplier nanoTime;
    private final float periodSeconds;
    private final float[] targets;
    private final float[] positions;
    private final float[] velocities;
    private final Tensor state;
    private final Observation observation;

    /**
     * Creates a robot whose joints are at rest at zero.
     *
     * @param joints the number of joints, at least 1
     * @param rateHz the rate of the control loop in Hz, more than 0
     * @throws IllegalArgumentException if a value is outside its range
     */
    public MockRobot(int joints, double rateHz) {
        this(joints, rateHz, System::nanoTime);
    }

    /**
     * Creates a robot whose joints are at rest at zero, and whose observations have the timestamps
     * of a clock.
     *
     * @param joints the number of joints, at least 1
     * @param rateHz the rate of the control loop in Hz, more than 0
     * @param nanoTime the clock of the session, in ns; {@code System::nanoTime} outside tests
     * @throws IllegalArgumentException if a value is outside its range
     */
    public MockRobot(int joints, double rateHz, LongSupplier nanoTime) {
        if (joints < 1) {
            throw new IllegalArgumentException("joints is " + joints + ", but must be at least 1");
        }
        if (!(rateHz > 0 && rateHz < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "rateHz is " + rateHz + ", but must be finite and more than 0");
        }
        this.nanoTime = nanoTime;
        this.periodSeconds = (float) (1 / rateHz);
        this.targets = new float[joints];
        this.positions = new float[joints];
        this.velocities = new float[joints];
        this.state = Tensor.zeros(2 * joints);
        this.observation = Observation.of(Observation.STATE, this.state);
    }

    @Override
    public Observation observe() {
        int joints = this.positions.length;
        for (int i = 0; i < joints; i++) {
            this.state.set(i, this.positions[i]);
            this.state.set(joints + i, this.velocities[i]);
        }
        return this.observation.stamp(this.nanoTime.getAsLong());
    }

    /**
     * Sets the target positions and advances the simulation by one control period.
     *
     * @param action a target position for each joint, in rad
     * @throws IllegalArgumentException if the number of targets is not the number of joints, or a
     *     target is not finite; nothing has moved then
     */
    @Override
    public void act(Tensor action) {
        if (action.size() != this.targets.length) {
            throw new IllegalArgumentException(
                    "The action has %d values, but the robot has %d joints"
                            .formatted(action.size(), this.targets.length));
        }
        for (int i = 0; i < this.targets.length; i++) {
            if (!Float.isFinite(action.get(i))) {
                throw new IllegalArgumentException(
                        "The action for joint %d is %s, but must be finite"
                                .formatted(i, action.get(i)));
            }
        }
        for (int i = 0; i < this.targets.length; i++) {
            this.targets[i] = action.get(i);
            step(i);
        }
    }

    private void step(int i) {
        float acceleration =
                STIFFNESS * (this.targets[i] - this.positions[i]) - DAMPING * this.velocities[i];
        this.velocities[i] =
                clamp(this.velocities[i] + acceleration * this.periodSeconds, MAX_VELOCITY);
        this.positions[i] =
                clamp(this.positions[i] + this.velocities[i] * this.periodSeconds, MAX_POSITION);
    }

    private static float clamp(float value, float limit) {
        return Math.min(Math.max(value, -limit), limit);
    }

    /** {@return the state, which begins with the positions} */
    @Override
    public Tensor positions(Observation observation) {
        return observation.get(Observation.STATE);
    }

    /** Sets every joint to rest at zero. */
    @Override
    public Observation reset() {
        for (int i = 0; i < this.positions.length; i++) {
            this.targets[i] = 0;
            this.positions[i] = 0;
            this.velocities[i] = 0;
        }
        return observe();
    }

    /** Holds the current position. */
    @Override
    public void stop() {
        for (int i = 0; i < this.positions.length; i++) {
            this.targets[i] = this.positions[i];
            this.velocities[i] = 0;
        }
    }

    @Override
    public int[] actionShape() {
        return new int[] {this.targets.length};
    }
}
