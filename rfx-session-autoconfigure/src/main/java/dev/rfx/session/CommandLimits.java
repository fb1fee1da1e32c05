package dev.rfx.session;

import java.util.function.LongSupplier;

/**
 * Limits of the commands that a session sends to its robot, as a value: {@link
 * SessionOptions#withLimits}. A session puts them around its robot. Implementations are immutable
 * and have {@code equals}.
 *
 * @see SessionOptions#limits()
 * @since 0.1
 */
public interface CommandLimits {

    /**
     * Puts the limits around a robot. Nothing moves.
     *
     * @param robot the robot
     * @param nanoTime the clock of the session, in ns
     * @return a robot that limits its commands, then passes them on
     * @throws IllegalArgumentException if the limits do not fit the robot
     */
    Robot<?, ?> around(Robot<?, ?> robot, LongSupplier nanoTime);
}
