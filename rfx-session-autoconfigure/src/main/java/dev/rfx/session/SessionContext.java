package dev.rfx.session;

import dev.rfx.session.timing.Clock;
import dev.rfx.session.timing.Scheduler;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a session and all its runs share. Immutable. Any thread.
 *
 * @param session the session, as listeners see it
 * @param unlimitedRobot the robot that the user has passed
 * @param robot that robot within the limits of the options
 * @param notifier reports to the listeners
 * @param readings reads the robot's diagnostics
 * @param recorder records the runs, or null
 */
record SessionContext(
        SessionView session,
        Robot<?, ?> unlimitedRobot,
        Robot<Object, Object> robot,
        Policy<Object, Object> policy,
        SessionOptions options,
        SessionPlatform platform,
        SessionThreads threads,
        Notifier notifier,
        RobotReadings readings,
        @Nullable SessionRecorder recorder) {

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
            SessionPlatform platform) {
        Objects.requireNonNull(robot, "robot");
        Objects.requireNonNull(policy, "policy");
        options.engage().requireFits(robot);
        SessionThreads threads = new SessionThreads(platform, options);
        SessionRecording recording = options.recording();
        SessionRecorder recorder =
                recording == null
                        ? null
                        : recording.open(
                                options.name(),
                                options.rateHz(),
                                options.toString(),
                                platform,
                                task -> threads.createOrdinary(task, "-recorder"));
        Robot<?, ?> recorded = recorder == null ? robot : recorder.around(robot);
        CommandLimits limits = options.limits();
        Robot<?, ?> limited =
                limits == null ? recorded : limits.around(recorded, platform.clock()::nanoTime);
        Notifier notifier = new Notifier(threads);
        notifier.add(new FlightRecorderListener(options.name()));
        notifier.add(new SessionLog(robot, policy));
        return new SessionContext(
                session,
                robot,
                (Robot<Object, Object>) limited,
                (Policy<Object, Object>) policy,
                options,
                platform,
                threads,
                notifier,
                new RobotReadings(limited, platform.clock(), threads),
                recorder);
    }

    Clock clock() {
        return this.platform.clock();
    }

    Scheduler scheduler() {
        return this.platform.scheduler();
    }

    String name() {
        return this.options.name();
    }
}
