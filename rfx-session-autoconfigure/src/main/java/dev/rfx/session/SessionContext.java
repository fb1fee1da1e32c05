package dev.rfx.session;

import dev.rfx.session.timing.Clock;
import dev.rfx.session.timing.Scheduler;

/**
 * What a session and all its runs share. Immutable.
 *
 * @param session the session, as listeners see it
 * @param notifier reports to the listeners
 * @param readings reads the robot's diagnostics
 */
record SessionContext(
        SessionView session,
        Robot<Object, Object> robot,
        Policy<Object, Object> policy,
        SessionOptions options,
        Clock clock,
        Scheduler scheduler,
        SessionThreads threads,
        Notifier notifier,
        RobotReadings readings) {

    String name() {
        return this.options.name();
    }
}
