package dev.rfx.session;

import static dev.rfx.session.support.Checks.require;
import static dev.rfx.session.support.Checks.requireBetween;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The settings of the engage guard, for {@link SessionOptions#withEngage}. Immutable; begin with
 * {@link #defaults()}.
 *
 * <p>The first action of a policy may be far from the pose of the robot. The engage guard turns
 * that jump into a ramp: at the start of each run, restarts included, and when another policy takes
 * over ({@link Policy#takeovers()}).
 *
 * <p><b>Ramp.</b> At <i>t</i> seconds the command of each joint is <i>from + s(t) · (target −
 * from)</i>. The target is what the policy selects at that time, {@linkplain Robot#withinRange
 * within the range} of the joint, and may move. <i>s</i> grows smoothly from 0 to 1 within {@link
 * #duration()}: s = 3u² − 2u³, u = t / duration. So the ramp meets a moving target without a jump,
 * ends after the duration, and needs no speed in units that differ between robots: a joint moves at
 * most 1.5 times its distance in one duration, in addition to the motion of its target. The ramp
 * begins at the observed {@linkplain Robot#positions positions}, and at a takeover at the
 * {@linkplain Robot#lastCommand last command} that the robot has received, at rest.
 *
 * <p><b>Speed.</b> With {@link #maxSpeed()} no command of the ramp moves faster than that. A joint
 * for which the duration is too short then takes longer, and rejoins the policy when it has reached
 * its target. If a joint has not within {@link #timeout()}, the run fails: a ramp never ends in a
 * jump.
 *
 * <p><b>Time.</b> Only time in which the robot is driven counts, and at most {@link
 * MotionTime#MAX_GAP_SECONDS} between two commands. Below 10 Hz a ramp therefore takes longer.
 *
 * <p><b>Composition.</b> The guard comes before {@link SessionOptions#limits()}, which hold for the
 * ramp, too. Their range applies to the target already: an action far beyond it is no jump to its
 * end. The guard has no effect on {@link Robot#stop()}, and sends nothing by itself: an action that
 * is not sent because of a stop is not ramped either.
 *
 * @param enabled true to refuse a robot whose actions cannot be ramped; false for no ramp; null,
 *     the default, to ramp where the robot {@linkplain Robot#positions reports its positions}. If
 *     another setting is not the default, null means true
 * @param duration time of a ramp
 * @param maxSpeed largest speed of the commands of a ramp in the units of actions per second, more
 *     than 0: one value for all joints, one per joint, or empty for no limit
 * @param timeout time after which a ramp that {@code maxSpeed} makes longer fails the run
 * @since 0.1
 */
public record EngageOptions(
        @Nullable Boolean enabled, Duration duration, List<Float> maxSpeed, Duration timeout) {

    private static final Duration MIN_DURATION = Duration.ofMillis(1);
    private static final Duration MAX_TIMEOUT = Duration.ofMinutes(10);

    private static final EngageOptions DEFAULTS =
            new EngageOptions(null, Duration.ofSeconds(2), List.of(), Duration.ofSeconds(10));

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException if a value is outside its range, or the timeout is shorter
     *     than the duration
     */
    public EngageOptions {
        maxSpeed = List.copyOf(maxSpeed);
        requireBetween("duration", duration, MIN_DURATION, MAX_TIMEOUT);
        for (float speed : maxSpeed) {
            // Written so that NaN fails it.
            require(
                    speed > 0 && speed < Float.POSITIVE_INFINITY,
                    "maxSpeed",
                    speed,
                    "finite and more than 0");
        }
        requireBetween("timeout", timeout, duration, MAX_TIMEOUT);
    }

    /** {@return options that ramp for two seconds where the robot reports its positions} */
    public static EngageOptions defaults() {
        return DEFAULTS;
    }

    /**
     * {@return options that ramp, or do not}
     *
     * @param enabled true to refuse a robot whose actions cannot be ramped, false for no ramp, null
     *     to ramp where the robot reports its positions
     */
    public EngageOptions withEnabled(@Nullable Boolean enabled) {
        return new EngageOptions(enabled, this.duration, this.maxSpeed, this.timeout);
    }

    /**
     * {@return options with another duration} A timeout that is shorter becomes as long.
     *
     * @param duration time of a ramp; 1 ms to 10 min. Default 2 s
     */
    public EngageOptions withDuration(Duration duration) {
        Objects.requireNonNull(duration, "duration");
        Duration timeout = this.timeout.compareTo(duration) < 0 ? duration : this.timeout;
        return new EngageOptions(this.enabled, duration, this.maxSpeed, timeout);
    }

    /**
     * {@return options with another largest speed}
     *
     * @param maxSpeed one value, one value per joint, or empty; per second. Default: none
     */
    public EngageOptions withMaxSpeed(List<Float> maxSpeed) {
        return new EngageOptions(this.enabled, this.duration, maxSpeed, this.timeout);
    }

    /**
     * {@return options with another timeout}
     *
     * @param timeout time after which a ramp fails the run; the duration to 10 min. Default 10 s
     */
    public EngageOptions withTimeout(Duration timeout) {
        return new EngageOptions(
                this.enabled,
                this.duration,
                this.maxSpeed,
                Objects.requireNonNull(timeout, "timeout"));
    }

    boolean isOff() {
        return Boolean.FALSE.equals(this.enabled);
    }

    /** Whether a robot whose actions cannot be ramped is refused: no setting is ignored. */
    boolean isRequired() {
        return !isOff() && !equals(DEFAULTS);
    }

    /**
     * Returns these options if they fit a robot: a list of speeds has one for each joint, if their
     * number is known. A session checks it when it is created.
     *
     * @param robot the robot
     * @return these options
     * @throws IllegalArgumentException if the numbers differ
     */
    public EngageOptions requireFits(Robot<?, ?> robot) {
        int[] shape = robot.actionShape();
        int speeds = this.maxSpeed.size();
        if (!isOff() && shape != null && speeds > 1) {
            int values = Arrays.stream(shape).reduce(1, Math::multiplyExact);
            require(speeds == values, "maxSpeed", this.maxSpeed, "one value, or " + values);
        }
        return this;
    }

    /** {@return the settings, in words} */
    @Override
    public String toString() {
        if (isOff()) {
            return "off";
        }
        return "%s, %s, max speed %s, timeout %s"
                .formatted(
                        isRequired() ? "required" : "if available",
                        this.duration,
                        this.maxSpeed.isEmpty() ? "none" : this.maxSpeed,
                        this.timeout);
    }
}
