package dev.rfx.session.jfr;

import jdk.jfr.FlightRecorder;

/**
 * Writes the iterations of a run into flight recordings. With no recording active, an event costs
 * one constant check. The event objects are reused, so that nothing is allocated.
 *
 * <p>Internal to {@code dev.rfx.session}; confined to the control thread.
 */
public final class IterationEvents {

    /** Discards all events; used while the loop is warmed up without the robot. */
    public static final IterationEvents DISCARD = new IterationEvents("");

    private final String session;
    private final JfrEvents.Overrun overrun = new JfrEvents.Overrun();
    private final JfrEvents.LateWakeup lateWakeup = new JfrEvents.LateWakeup();
    private final JfrEvents.Iteration any = new JfrEvents.Iteration();

    /**
     * Creates the writer of one run.
     *
     * @param session the name of the session
     */
    public IterationEvents(String session) {
        this.session = session;
        if (isRecorderInUse()) {
            register();
        }
    }

    /**
     * Makes the events known to the flight recorder; recordings do not have them before. The first
     * call in a JVM loads the recorder, which takes some 50 ms. Therefore a run creates its writer
     * without it, unless the recorder is in use, and calls this on a thread that has the time.
     */
    public static void register() {
        FlightRecorder.register(JfrEvents.Overrun.class);
        FlightRecorder.register(JfrEvents.LateWakeup.class);
        FlightRecorder.register(JfrEvents.Iteration.class);
    }

    /** {@return whether a recording may be active} */
    public static boolean isRecorderInUse() {
        return FlightRecorder.isInitialized();
    }

    /**
     * Writes the events of a completed iteration. All instants are readings of one clock, in ns.
     *
     * @param number its number in the run
     * @param due when it was due
     * @param start when it began
     * @param observed when {@code observe} had returned
     * @param selected when the policy had returned
     * @param end when {@code act} had returned
     * @param isOverrun whether its work took longer than the period
     * @param isLateWakeup whether it ended after the next one was due, though its work was short
     */
    public void iteration(
            long number,
            long due,
            long start,
            long observed,
            long selected,
            long end,
            boolean isOverrun,
            boolean isLateWakeup) {
        if (this == DISCARD) {
            return;
        }
        if (isOverrun && this.overrun.isEnabled()) {
            commit(this.overrun, number, due, start, observed, selected, end);
        }
        if (isLateWakeup && this.lateWakeup.isEnabled()) {
            commit(this.lateWakeup, number, due, start, observed, selected, end);
        }
        if (this.any.isEnabled()) {
            commit(this.any, number, due, start, observed, selected, end);
        }
    }

    private void commit(
            JfrEvents.OfIteration event,
            long number,
            long due,
            long start,
            long observed,
            long selected,
            long end) {
        event.session = this.session;
        event.iteration = number;
        event.lateness = start - due;
        event.observe = observed - start;
        event.policy = selected - observed;
        event.act = end - selected;
        // A reused event keeps the time of its first use unless begin and end are set again. Its
        // duration, some nanoseconds, means nothing.
        event.begin();
        event.end();
        event.commit();
    }
}
