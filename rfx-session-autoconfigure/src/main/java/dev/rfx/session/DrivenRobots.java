package dev.rfx.session;

import java.util.IdentityHashMap;
import java.util.Map;

/**
 * The robots that sessions of this JVM currently drive. A robot has one session at a time: two
 * loops would undo each other's actions, and the end of one would stop the robot of the other. Any
 * thread; waits for no robot.
 */
final class DrivenRobots {

    /** The drivers by device. */
    private static final Map<Object, Driver> DRIVERS = new IdentityHashMap<>(); // guarded by itself

    private DrivenRobots() {}

    /**
     * Takes a device for one run. Several runs of one session may take it, because their session
     * lets only one of them begin.
     *
     * @throws RobotInUseException if a run of another session holds the device
     */
    static void take(Object device, SessionView session) {
        synchronized (DRIVERS) {
            Driver driver = DRIVERS.get(device);
            if (driver == null) {
                driver = new Driver(session);
                DRIVERS.put(device, driver);
            } else if (driver.session != session) {
                throw new RobotInUseException(session.name(), driver.session.name(), device);
            }
            driver.runs++;
        }
    }

    /** Gives the device back at the end of the run. Allocates nothing. */
    static void giveBack(Object device) {
        synchronized (DRIVERS) {
            if (--DRIVERS.get(device).runs == 0) {
                DRIVERS.remove(device);
            }
        }
    }

    private static final class Driver {

        private final SessionView session;
        private int runs;

        Driver(SessionView session) {
            this.session = session;
        }
    }
}
