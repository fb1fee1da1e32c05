package dev.rfx.session;

import dev.rfx.session.timing.Clock;
import dev.rfx.session.timing.Scheduler;
import java.util.Objects;

/**
 * What a session and all its runs share. Immutable. Any thread.
 *
 * @param session the session, as listeners see it
 * @param unlimitedRobot the robot that the user has passed
 * @param robot that robot within the limits of the options
 * @param notifier reports to the listeners
 * @param readings reads the robot's diagnostics
 */
record SessionContext(
        SessionView session,
        Robot<?, ?> unlimitedRobot,
        Robot<Object, Object> robot,
        Policy<Object, Object> policy,
        SessionOptions options,
        Clock clock,
        Scheduler scheduler,
        SessionThreads threads,
        Notifier notifier,
        RobotReadings readings) {

    /**
     * Creates the context of a session. Here the types meet: the compiler has checked that robot
     * and policy fit, and they are not checked again. Limits check the actions when they are sent.
     */
    @SuppressWarnings("unchecked")
    static <O, A> SessionContext of(
            SessionView session,
            Robot<O, A> robot,
            Policy<? super O, ? extends A> policy,
            SessionOptions options,
            Clock clock,
            Scheduler scheduler,
            SessionThreads threads) {
        Objects.requireNonNull(robot, "robot");
        Objects.requireNonNull(policy, "policy");
        CommandLimits limits = options.limits();
        Robot<?, ?> limited = limits == null ? robot : limits.around(robot);
        Notifier notifier = new Notifier(threads);
        notifier.add(new FlightRecorderListener(options.name()));
        notifier.add(new SessionLog(robot, policy));
        return new SessionContext(
                session,
                robot,
                (Robot<Object, Object>) limited,
                (Policy<Object, Object>) policy,
                options,
                clock,
                scheduler,
                threads,
                notifier,
                new RobotReadings(limited, threads));
    }

    String name() {
        return this.options.name();
    }
}
