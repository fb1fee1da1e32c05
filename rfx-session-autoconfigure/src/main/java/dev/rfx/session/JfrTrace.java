package dev.rfx.session;

import jdk.jfr.FlightRecorder;

/**
 * Writes events of a session into flight recordings. While there is none, an event costs a look at
 * a constant, as the JVM has compiled it. {@link #iteration} belongs to the control thread, which
 * reuses its event objects; what a listener is told of comes from the session's events thread.
 */
final class JfrTrace implements SessionListener {

    /** Writes nothing of iterations, for those that are none. */
    static final JfrTrace MUTED = new JfrTrace("");

    private final String session;
    private final JfrEvents.Overrun overrun = new JfrEvents.Overrun();
    private final JfrEvents.LateWake lateWake = new JfrEvents.LateWake();
    private final JfrEvents.Iteration any = new JfrEvents.Iteration();

    JfrTrace(String session) {
        this.session = session;
    }

    /** Tells whether something may be recording. */
    static boolean isInUse() {
        return FlightRecorder.isInitialized();
    }

    /** A completed iteration, by its instants. */
    void iteration(
            long number, long due, long start, long observed, long selected, long end, int flags) {
        if (this == MUTED) {
            return;
        }
        if ((flags & IterationRing.OVERRUN) != 0 && this.overrun.isEnabled()) {
            commit(this.overrun, number, due, start, observed, selected, end);
        }
        if ((flags & IterationRing.WOKE_LATE) != 0 && this.lateWake.isEnabled()) {
            commit(this.lateWake, number, due, start, observed, selected, end);
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
        // An event that is used again keeps the time of its first use, unless it is told. So it
        // has a duration, of some nanoseconds that mean nothing.
        event.begin();
        event.end();
        event.commit();
    }

    @Override
    public void started(Session session) {
        JfrEvents.SessionStarted event = new JfrEvents.SessionStarted();
        event.session = this.session;
        event.rateHz = session.options().rateHz();
        event.commit();
    }

    @Override
    public void stopped(Session session) {
        JfrEvents.SessionStopped event = new JfrEvents.SessionStopped();
        if (event.isEnabled()) {
            SessionStats stats = session.stats();
            event.session = this.session;
            event.iterations = stats.iterations();
            event.overruns = stats.overruns();
            event.jitterP50 = Math.round(stats.p50JitterSeconds() * 1e9);
            event.jitterP99 = Math.round(stats.p99JitterSeconds() * 1e9);
            event.commit();
        }
    }

    @Override
    public void failed(Session session, SessionException failure) {
        commit(new JfrEvents.Failure(), failure);
    }

    @Override
    public void stalled(Session session, SessionHungException hang) {
        commit(new JfrEvents.Stall(), hang);
    }

    @Override
    public void stuck(Session session, SessionHungException hang) {
        commit(new JfrEvents.Stall(), hang);
    }

    private void commit(JfrEvents.OfTrouble event, SessionException trouble) {
        event.session = this.session;
        event.phase = trouble.phase().toString();
        event.iteration = trouble.iteration();
        event.message = String.valueOf(trouble.getMessage());
        event.commit();
    }
}
