package dev.rfx.session;

import org.jspecify.annotations.Nullable;

/**
 * Ramps the first commands of a run, and those after a takeover, from the pose of the robot to the
 * actions of the policy: see {@link EngageOptions}. One per run. Confined to the control thread,
 * but {@link #state()}. Allocates nothing after the first action.
 *
 * <p>It only computes: {@link ControlLoop} sends the command, if no stop comes first.
 */
final class EngageGuard {

    private static final double MAX_GAP_NANOS = MotionTime.MAX_GAP_SECONDS * 1e9;

    private final Robot<Object, ?> robot;
    private final Policy<?, ?> policy;
    private final EngageOptions options;
    private final double durationNanos;
    private final double timeoutNanos;
    private final double[] maxSpeed; // per ns

    private volatile EngageState state;

    private double[] from = {};
    private double[] last = {}; // what was sent last; a step may be smaller than that of a float
    private boolean[] arrived = {};
    private @Nullable Tensor command;
    private long lastNanos;
    private double nanos;
    private int takeovers;
    private boolean hasReportedPositions;

    /**
     * Creates a guard.
     *
     * @param robot reports its positions
     * @param policy selects the actions
     */
    @SuppressWarnings("unchecked")
    EngageGuard(Robot<?, ?> robot, Policy<?, ?> policy, EngageOptions options) {
        this.robot = (Robot<Object, ?>) robot;
        this.policy = policy;
        this.options = options;
        this.durationNanos = options.duration().toNanos();
        this.timeoutNanos = options.timeout().toNanos();
        this.maxSpeed = options.maxSpeed().stream().mapToDouble(speed -> speed / 1e9).toArray();
        this.state = stateBeforeTheFirstAction(options);
    }

    static EngageState stateBeforeTheFirstAction(EngageOptions options) {
        return options.isOff() ? EngageState.OFF : EngageState.READY;
    }

    /** {@return what the guard does} Any thread. */
    EngageState state() {
        return this.state;
    }

    /** {@return {@link RunRecorder#ENGAGING} while the commands ramp, or 0} */
    int flag() {
        return this.state == EngageState.ENGAGING ? RunRecorder.ENGAGING : 0;
    }

    /**
     * Begins a run.
     *
     * @param first the first observation; null if the reset has returned none
     * @throws EngageException if a ramp is required and the robot reports no positions
     */
    void begin(@Nullable Object first) {
        if (this.state == EngageState.READY && first != null) {
            this.hasReportedPositions = this.robot.positions(first) != null;
            if (!this.hasReportedPositions) {
                beUnavailable(EngageException.noPositions(this.robot));
            }
        }
    }

    private void beUnavailable(EngageException reason) {
        if (this.options.isRequired()) {
            throw reason;
        }
        this.state = EngageState.UNAVAILABLE;
    }

    /**
     * Returns the command to send for an action: the action itself, unless it is ramped.
     *
     * @param observation the observation of this iteration
     * @param action what the policy has selected; a tensor is finite, of the same shape each time
     * @param now the clock's reading
     * @throws EngageException if the command cannot be computed; it must not be sent then
     */
    Object command(Object observation, Object action, long now) {
        EngageState current = this.state;
        if (current == EngageState.OFF || current == EngageState.UNAVAILABLE) {
            return action;
        }
        int takeovers = this.policy.takeovers();
        if (current == EngageState.READY) {
            if (!beginAtPositions(observation, action)) {
                return action;
            }
            beginRamp(takeovers, now);
        } else if (takeovers != this.takeovers) {
            beginAtLastCommand();
            beginRamp(takeovers, now);
        }
        Tensor target = (Tensor) action;
        if (this.state == EngageState.ENGAGED) {
            for (int i = 0; i < this.last.length; i++) {
                this.last[i] = target.get(i);
            }
            return action;
        }
        return ramp(target, now);
    }

    private boolean beginAtPositions(Object observation, Object action) {
        if (!(action instanceof Tensor target)) {
            beUnavailable(EngageException.noTensor(action));
            return false;
        }
        Tensor positions = this.robot.positions(observation);
        if (positions == null) {
            EngageException reason = EngageException.noPositions(this.robot);
            if (this.hasReportedPositions) {
                throw reason; // no report announces the jump
            }
            beUnavailable(reason);
            return false;
        }
        int n = target.size();
        if (positions.size() < n) {
            throw EngageException.tooFewPositions(positions.size(), n);
        }
        if (this.maxSpeed.length > 1 && this.maxSpeed.length != n) {
            throw EngageException.anotherNumberOfSpeeds(this.maxSpeed.length, n);
        }
        this.from = new double[n];
        this.last = new double[n];
        this.arrived = new boolean[n];
        for (int i = 0; i < n; i++) {
            float position = positions.get(i);
            if (!Float.isFinite(position)) {
                throw EngageException.notFinite("position", nameOf(i), position);
            }
            this.from[i] = position;
            this.last[i] = position;
        }
        this.command = target.copy();
        return true;
    }

    private void beginAtLastCommand() {
        for (int i = 0; i < this.last.length; i++) {
            this.last[i] = this.robot.lastCommand(i, (float) this.last[i]);
            this.from[i] = this.last[i];
        }
    }

    private void beginRamp(int takeovers, long now) {
        this.takeovers = takeovers;
        this.lastNanos = now;
        this.nanos = 0;
        for (int i = 0; i < this.arrived.length; i++) {
            this.arrived[i] = false;
        }
        this.state = EngageState.ENGAGING;
    }

    private Object ramp(Tensor target, long now) {
        Tensor command = this.command;
        double passed = Math.min(now - this.lastNanos, MAX_GAP_NANOS);
        this.lastNanos = now;
        this.nanos += passed;
        double share = share();
        int behind = -1;
        for (int i = 0; i < this.last.length; i++) {
            double wanted = this.robot.withinRange(i, target.get(i));
            if (!this.arrived[i]) {
                double next = next(i, wanted, share, passed);
                this.arrived[i] = share == 1 && next == wanted;
                if (!this.arrived[i]) {
                    behind = i;
                }
                wanted = next;
            }
            if (!Double.isFinite(wanted)) {
                throw EngageException.notFinite("command", nameOf(i), wanted);
            }
            command.set(i, (float) wanted);
            this.last[i] = wanted;
        }
        if (behind < 0) {
            this.state = EngageState.ENGAGED;
            return target;
        }
        if (this.nanos >= this.timeoutNanos) {
            throw EngageException.tooSlow(
                    nameOf(behind), command.get(behind), target.get(behind), this.nanos / 1e9);
        }
        return command;
    }

    private double share() {
        double u = Math.min(this.nanos / this.durationNanos, 1);
        return u * u * (3 - 2 * u);
    }

    private double next(int joint, double target, double share, double passed) {
        double from = this.from[joint];
        double wanted = share == 1 ? target : from + share * (target - from);
        if (this.maxSpeed.length == 0) {
            return wanted;
        }
        double speed = this.maxSpeed[this.maxSpeed.length == 1 ? 0 : joint];
        double last = this.last[joint];
        double most = speed * passed;
        return Math.min(Math.max(wanted, last - most), last + most);
    }

    private String nameOf(int joint) {
        return joint < this.robot.joints().size()
                ? this.robot.joints().get(joint)
                : Integer.toString(joint);
    }
}
