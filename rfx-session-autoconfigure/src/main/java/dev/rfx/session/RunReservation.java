package dev.rfx.session;

import org.jspecify.annotations.Nullable;

/**
 * What one run holds for itself: the robot, so that no other session drives it, and a shutdown
 * hook, so that the robot stops when the JVM ends. Taken on the caller's thread, given back once on
 * any thread.
 */
final class RunReservation {

    private final SessionView session;
    private final Object device;
    private final @Nullable Thread shutdownHook;

    /**
     * Creates a reservation that holds nothing yet.
     *
     * @param device the robot behind all decorators
     * @param shutdownHook the hook, not started; null for none
     */
    RunReservation(SessionView session, Object device, @Nullable Thread shutdownHook) {
        this.session = session;
        this.device = device;
        this.shutdownHook = shutdownHook;
    }

    /**
     * Takes the robot and registers the hook, or takes nothing.
     *
     * @throws RobotInUseException if a run of another session drives the robot
     * @throws JvmEndsException if the JVM ends
     */
    void take() {
        DrivenRobots.take(this.device, this.session);
        if (this.shutdownHook == null) {
            return;
        }
        boolean taken = false;
        try {
            Runtime.getRuntime().addShutdownHook(this.shutdownHook);
            taken = true;
        } catch (IllegalStateException ex) {
            throw new JvmEndsException(this.session.name(), ex);
        } finally {
            if (!taken) {
                DrivenRobots.giveBack(this.device);
            }
        }
    }

    /** Lets another session drive the robot. Allocates nothing. */
    void giveBackRobot() {
        DrivenRobots.giveBack(this.device);
    }

    /** Removes the hook. Allocates nothing. */
    void removeShutdownHook() {
        if (this.shutdownHook == null) {
            return;
        }
        try {
            Runtime.getRuntime().removeShutdownHook(this.shutdownHook);
        } catch (IllegalStateException | OutOfMemoryError ex) {
            // The JVM ends, possibly by this very hook.
        }
    }
}
