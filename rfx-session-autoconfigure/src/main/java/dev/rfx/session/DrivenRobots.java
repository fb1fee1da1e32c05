package dev.rfx.session;

import java.util.IdentityHashMap;
import java.util.Map;

/**
 * The robots that sessions of this JVM drive now. A robot has one session at a time: two loops
 * would undo each other's actions, and the end of one would stop the robot of the other. Any
 * thread.
 */
final class DrivenRobots {

    /** By device. */
    private static final Map<Object, Driver> DRIVERS = new IdentityHashMap<>(); // guarded by itself

    private DrivenRobots() {}

    /**
     * Takes a device for one run. Several runs of one session may take it: the session itself lets
     * only one of them begin.
     *
     * @throws RobotInUseException if a run of another session has it
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

    /** Gives the device back when the run is over. Allocates nothing. */
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
