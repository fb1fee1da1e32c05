package dev.rfx.session;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** What a flight recording tells of a session. All are instants, and none has a stack trace. */
final class JfrEvents {

    private JfrEvents() {}

    /** What they have in common. */
    @Category("rfx")
    @StackTrace(false)
    abstract static class OfSession extends Event {

        @Label("Session")
        @Description("rfx.session.name")
        String session = "";
    }

    @Name("rfx.SessionStarted")
    @Label("Session Started")
    @Description("The first iteration of a run is about to begin")
    static final class SessionStarted extends OfSession {

        @Label("Rate")
        @Description("Iterations per second that there are to be")
        double rateHz;
    }

    @Name("rfx.SessionStopped")
    @Label("Session Stopped")
    @Description("A run ended as it was asked to")
    static final class SessionStopped extends OfSession {

        @Label("Iterations")
        long iterations;

        @Label("Overruns")
        long overruns;

        @Label("Jitter p50")
        @Timespan
        long jitterP50;

        @Label("Jitter p99")
        @Timespan
        long jitterP99;
    }

    /** What a completed iteration has. */
    abstract static class OfIteration extends OfSession {

        @Label("Iteration")
        @Description("Its number in the run, from 0")
        long iteration;

        @Label("Lateness")
        @Description("How long after it was due it began")
        @Timespan
        long lateness;

        @Label("Observe")
        @Timespan
        long observe;

        @Label("Policy")
        @Timespan
        long policy;

        @Label("Act")
        @Timespan
        long act;
    }

    @Name("rfx.Overrun")
    @Label("Overrun")
    @Description("The work of an iteration took longer than the period")
    static final class Overrun extends OfIteration {}

    @Name("rfx.LateWake")
    @Label("Late Wake")
    @Description("An iteration was woken so late that the next one was late, too")
    static final class LateWake extends OfIteration {}

    @Name("rfx.Iteration")
    @Label("Iteration")
    @Description("Any iteration; many, so to be switched on")
    @Enabled(false)
    static final class Iteration extends OfIteration {}

    /** Where a run came to grief. */
    abstract static class OfTrouble extends OfSession {

        @Label("Phase")
        String phase = "";

        @Label("Iteration")
        long iteration;

        @Label("Message")
        String message = "";
    }

    @Name("rfx.Stall")
    @Label("Stall")
    @Description("The watchdog found that the control thread hangs, or it ignores a stop")
    static final class Stall extends OfTrouble {}

    @Name("rfx.Failure")
    @Label("Failure")
    @Description("A run ended by a failure")
    static final class Failure extends OfTrouble {}
}
