package dev.rfx.session.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Registered;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/**
 * The flight recorder events of a session. All are instants, and none has a stack trace. Times are
 * in ns.
 *
 * <p>Internal to {@code dev.rfx.session}.
 */
public final class JfrEvents {

    private JfrEvents() {}

    /** The part that all events share. */
    @Category("rfx")
    @StackTrace(false)
    public abstract static class OfSession extends Event {

        /** The name of the session. */
        @Label("Session")
        @Description("rfx.session.name")
        public String session = "";
    }

    /** A run has started. */
    @Name("rfx.SessionStarted")
    @Label("Session Started")
    @Description("The first iteration of a run is about to begin")
    public static final class SessionStarted extends OfSession {

        /** Target rate in iterations per second. */
        @Label("Rate")
        @Description("Target rate in iterations per second")
        public double rateHz;
    }

    /** A run has ended without a failure. */
    @Name("rfx.SessionStopped")
    @Label("Session Stopped")
    @Description("A run ended without a failure")
    public static final class SessionStopped extends OfSession {

        /** Completed iterations. */
        @Label("Iterations")
        public long iterations;

        /** Overruns among them. */
        @Label("Overruns")
        public long overruns;

        /** Median jitter. */
        @Label("Jitter p50")
        @Timespan
        public long jitterP50;

        /** 99th percentile of the jitter. */
        @Label("Jitter p99")
        @Timespan
        public long jitterP99;
    }

    /**
     * The part that all events of a completed iteration share. They are registered by {@link
     * IterationEvents#register()} only.
     */
    public abstract static class OfIteration extends OfSession {

        /** Its number in the run. */
        @Label("Iteration")
        @Description("Number in the run, from 0")
        public long iteration;

        /** The time from its due time to its begin. */
        @Label("Lateness")
        @Description("Time from when the iteration was due to its begin")
        @Timespan
        public long lateness;

        /** Time in observe. */
        @Label("Observe")
        @Timespan
        public long observe;

        /** Time in the policy. */
        @Label("Policy")
        @Timespan
        public long policy;

        /** Time in act. */
        @Label("Act")
        @Timespan
        public long act;
    }

    /** An overrun. */
    @Name("rfx.Overrun")
    @Registered(false)
    @Label("Overrun")
    @Description("The work of an iteration took longer than the period")
    public static final class Overrun extends OfIteration {}

    /** A late wakeup. */
    @Name("rfx.LateWakeup")
    @Registered(false)
    @Label("Late Wakeup")
    @Description("The thread woke so late that the next iteration was late, too")
    public static final class LateWakeup extends OfIteration {}

    /** Any iteration. */
    @Name("rfx.Iteration")
    @Registered(false)
    @Label("Iteration")
    @Description("Any iteration. High volume; disabled by default")
    @Enabled(false)
    public static final class Iteration extends OfIteration {}

    /** The part that all events of a problem share. */
    public abstract static class Problem extends OfSession {

        /** The phase of the iteration. */
        @Label("Phase")
        public String phase = "";

        /** The number of the iteration. */
        @Label("Iteration")
        public long iteration;

        /** The message of the exception. */
        @Label("Message")
        public String message = "";
    }

    /** The control thread is stalled or stuck. */
    @Name("rfx.Stall")
    @Label("Stall")
    @Description("The control thread makes no progress, or ignores a stop")
    public static final class Stall extends Problem {}

    /** A run has failed. */
    @Name("rfx.Failure")
    @Label("Failure")
    @Description("A run ended by a failure")
    public static final class Failure extends Problem {}
}
