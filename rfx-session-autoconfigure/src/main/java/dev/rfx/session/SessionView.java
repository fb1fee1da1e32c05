package dev.rfx.session;

import dev.rfx.session.thread.ThreadStatus;
import dev.rfx.session.timing.IterationReader;
import dev.rfx.session.timing.IterationRecord;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The readable side of a {@link Session}. Every method may be called from any thread, and none
 * makes the control thread wait.
 *
 * @since 0.1
 */
public interface SessionView {

    /** {@return the name of the session} */
    default String name() {
        return options().name();
    }

    /** {@return the options of the session} */
    SessionOptions options();

    /** {@return the state} */
    SessionState state();

    /** {@return whether the state is {@link SessionState#RUNNING}} */
    default boolean isRunning() {
        return state() == SessionState.RUNNING;
    }

    /** {@return the number of iterations that the current or last run has completed} */
    long stepCount();

    /**
     * {@return the statistics of the current or last run, all zero before the first run} The counts
     * of iterations and overruns are those of this instant. The figures of period and jitter are at
     * most 50 ms older, and exact once the run has ended.
     */
    SessionStats stats();

    /**
     * {@return state and statistics} The statistics are as exact as those of {@link #stats()}.
     * Unlike {@link #failure()}, reading a failure here does not count as reporting it.
     */
    SessionSnapshot snapshot();

    /** {@return the failure of the current or last run, or null if that run did not fail} */
    @Nullable SessionException failure();

    /** {@return whether a {@link RestartPolicy} is about to start the session again} */
    boolean awaitsRestart();

    /**
     * {@return whether the session is active or about to be restarted, as of one instant}
     *
     * @see #awaitsRestart()
     */
    boolean isActiveOrAwaitsRestart();

    /** {@return what all runs of the session add up to; each value only grows} */
    SessionTotals totals();

    /** {@return the last iterations of the current or last run, at most 64, oldest first} */
    List<IterationRecord> recentIterations();

    /**
     * {@return the start-to-start periods in the window of {@link #stats()}, in ns, oldest first}
     * For figures of your own, such as a histogram. At most {@link
     * SessionOptions#maxTimingSamples()}. Each call copies them.
     */
    long[] periodNanos();

    /**
     * {@return how long the loop of the current run has run, or that of the last run until its last
     * iteration; zero before the first loop has begun}
     */
    Duration elapsed();

    /**
     * {@return a new reader of single iterations} It begins with the oldest kept iteration of the
     * current or last run.
     */
    IterationReader iterationReader();

    /**
     * {@return the latest observation of the run, or null before the first one} It is the robot's
     * own object: a robot that reuses it may change it at any time.
     */
    @Nullable Object latestObservation();

    /**
     * {@return the latest action that was about to be sent, as the policy selected it, or null
     * before the first one of the run} It is the policy's own object.
     */
    @Nullable Object latestAction();

    /**
     * {@return what is in force for the control thread of the current or last run} Null if no run
     * has begun, or if {@link SessionOptions#thread()} asks for nothing that this system could
     * offer.
     */
    @Nullable ThreadStatus threadStatus();

    /**
     * {@return what the policy of the current or last run is, see {@link Policy#details()}} Empty
     * before the policy is ready. Cannot be modified.
     */
    Map<String, String> policyDetails();

    /** {@return what has become of the recording, or null if the session is not recorded} */
    @Nullable RecordingStatus recordingStatus();

    /** {@return the names of the robot's joints, see {@link Robot#joints()}} */
    List<String> joints();

    /**
     * {@return what the robot reports about itself, see {@link Robot#readings()}} If the robot does
     * not answer within half a second, its last known readings: a robot that is locked by a call
     * that does not return must not block its health.
     */
    List<RobotReading> readings();
}
