package dev.rfx.session.sample.go1;

import dev.rfx.session.Observation;
import dev.rfx.session.Robot;
import dev.rfx.session.RobotReading;
import dev.rfx.session.Tensor;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A legged robot in MuJoCo, which a {@link MujocoServer} runs. An action is a target position for
 * each joint, in rad, and advances the simulation by one control period.
 *
 * <p>The observation is the state after the last step, with the time at which it arrived. It is one
 * object, which every {@link #observe()} overwrites, with these tensors:
 *
 * <ul>
 *   <li>{@code state}: positions of the joints in rad, then their velocities in rad/s;
 *   <li>{@code linear_velocity} in m/s, {@code gyro} in rad/s, and {@code gravity}, a unit vector:
 *       each in the frame of the inertial sensor;
 *   <li>{@code base_position} in m and {@code base_orientation}, a quaternion with w first: for
 *       looking at, because a real robot does not know them.
 * </ul>
 */
final class MujocoRobot implements Robot<Observation, Tensor>, AutoCloseable {

    private static final double TOLERANCE = 1e-6;
    private static final int WARM_UP_STEPS = 100;

    private final int port;
    private final LongSupplier nanoTime;
    private final List<String> joints;
    private final double[] targets;

    private final Tensor state;
    private final Tensor linearVelocity = Tensor.zeros(3);
    private final Tensor gyro = Tensor.zeros(3);
    private final Tensor gravity = Tensor.zeros(3);
    private final Tensor basePosition = Tensor.zeros(3);
    private final Tensor baseOrientation = Tensor.zeros(4);
    private final Observation observation;

    private volatile MujocoConnection connection;
    private @Nullable JsonNode reply; // with the last state
    private long replyNanos;
    private volatile List<RobotReading> readings = List.of();

    private MujocoRobot(
            int port, MujocoConnection connection, List<String> joints, LongSupplier nanoTime) {
        this.port = port;
        this.connection = connection;
        this.joints = joints;
        this.nanoTime = nanoTime;
        this.targets = new double[joints.size()];
        this.state = Tensor.zeros(2 * joints.size());
        this.observation =
                Observation.of(Observation.STATE, this.state)
                        .with("linear_velocity", this.linearVelocity)
                        .with("gyro", this.gyro)
                        .with("gravity", this.gravity)
                        .with("base_position", this.basePosition)
                        .with("base_orientation", this.baseOrientation);
    }

    /**
     * Connects to a simulator, and asks it for its joints.
     *
     * @param port the port of the simulator on this machine
     * @param rateHz the rate of the session in Hz
     * @param nanoTime the clock of the session, in ns; {@code System::nanoTime} outside tests
     * @throws SimulatorException if it does not answer, or its step is not a period of the session
     */
    static MujocoRobot connect(int port, double rateHz, LongSupplier nanoTime) {
        MujocoConnection connection = MujocoConnection.open(port);
        try {
            JsonNode info = connection.ask("info");
            double stepSeconds =
                    info.path("timestep").asDouble(0) * info.path("substeps").asDouble(0);
            if (!(Math.abs(stepSeconds * rateHz - 1) < TOLERANCE)) {
                throw SimulatorException.anotherRate(stepSeconds, rateHz);
            }
            List<String> joints =
                    info.path("joints").valueStream().map(JsonNode::asString).toList();
            return new MujocoRobot(port, connection, joints, nanoTime);
        } catch (RuntimeException ex) {
            connection.close();
            throw ex;
        }
    }

    /**
     * Puts the robot into its home pose, at rest, and connects again if the connection is lost.
     * Before the first run the simulation takes some steps: the first ones of a process take longer
     * than a period, because Node.js has not compiled them.
     */
    @Override
    public Observation reset() {
        if (this.connection.isClosed()) {
            this.connection = MujocoConnection.open(this.port);
        }
        JsonNode home = this.connection.ask("reset");
        if (this.reply == null) {
            double[] targets =
                    home.path("q").valueStream().mapToDouble(JsonNode::asDouble).toArray();
            for (int i = 0; i < WARM_UP_STEPS; i++) {
                this.connection.ask("step", "ctrl", targets);
            }
            home = this.connection.ask("reset");
        }
        keep(home);
        return observe();
    }

    /**
     * Returns the state after the last step.
     *
     * @throws SimulatorException if the state is incomplete: a simulation that diverges has values
     *     that are not numbers
     * @throws IllegalStateException if the robot was never reset
     */
    @Override
    public Observation observe() {
        JsonNode last = this.reply;
        if (last == null) {
            throw new IllegalStateException("The robot was never reset");
        }
        int joints = this.targets.length;
        read(last, "q", this.state, 0, joints);
        read(last, "qd", this.state, joints, joints);
        read(last, "linvel", this.linearVelocity, 0, 3);
        read(last, "gyro", this.gyro, 0, 3);
        read(last, "gravity", this.gravity, 0, 3);
        read(last, "pos", this.basePosition, 0, 3);
        read(last, "quat", this.baseOrientation, 0, 4);
        this.readings =
                List.of(
                        RobotReading.value("base.x", null, this.basePosition.get(0)),
                        RobotReading.value("base.y", null, this.basePosition.get(1)),
                        RobotReading.value("base.height", null, this.basePosition.get(2)));
        return this.observation.stamp(this.replyNanos);
    }

    private static void read(JsonNode reply, String name, Tensor target, int from, int size) {
        JsonNode values = reply.path(name);
        for (int i = 0; i < size; i++) {
            JsonNode value = values.path(i);
            if (values.size() != size || !value.isNumber()) {
                throw SimulatorException.badState(name, values, size);
            }
            target.set(from + i, value.floatValue());
        }
    }

    /**
     * Sends the targets, and waits until the simulation has advanced.
     *
     * @throws SimulatorException if the simulator does not reply, or replies with an error
     * @throws IllegalArgumentException if the number of targets is not the number of joints
     */
    @Override
    public void act(Tensor action) {
        if (action.size() != this.targets.length) {
            throw new IllegalArgumentException(
                    "The action has %d values, but the robot has %d joints"
                            .formatted(action.size(), this.targets.length));
        }
        for (int i = 0; i < this.targets.length; i++) {
            this.targets[i] = action.get(i);
        }
        keep(this.connection.ask("step", "ctrl", this.targets));
    }

    private void keep(JsonNode reply) {
        this.reply = reply;
        this.replyNanos = this.nanoTime.getAsLong();
    }

    /** Sends nothing: the simulated world stands still as soon as no action advances it. */
    @Override
    public void stop() {}

    @Override
    public int[] actionShape() {
        return new int[] {this.targets.length};
    }

    @Override
    public List<String> joints() {
        return this.joints;
    }

    /** {@return the state, which begins with the positions} */
    @Override
    public Tensor positions(Observation observation) {
        return observation.get(Observation.STATE);
    }

    /** {@return where the base is, for page and endpoint; empty before the first reset} */
    @Override
    public List<RobotReading> readings() {
        return this.readings;
    }

    /** Closes the connection. The simulator goes on. */
    @Override
    public void close() {
        this.connection.close();
    }
}
