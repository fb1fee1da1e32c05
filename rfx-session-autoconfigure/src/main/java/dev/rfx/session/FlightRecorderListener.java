package dev.rfx.session;

import dev.rfx.session.jfr.IterationEvents;
import dev.rfx.session.jfr.JfrEvents;

/** Writes the events of a session into flight recordings. Called on the events thread. */
final class FlightRecorderListener implements SessionListener {

    private final String session;

    FlightRecorderListener(String session) {
        this.session = session;
    }

    @Override
    public void started(SessionView session) {
        IterationEvents.register();
        JfrEvents.SessionStarted event = new JfrEvents.SessionStarted();
        event.session = this.session;
        event.rateHz = session.options().rateHz();
        event.commit();
    }

    @Override
    public void stopped(SessionView session) {
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
    public void failed(SessionView session, SessionException failure) {
        commit(new JfrEvents.Failure(), failure);
    }

    @Override
    public void stalled(SessionView session, SessionUnresponsiveException stall) {
        commit(new JfrEvents.Stall(), stall);
    }

    @Override
    public void stuck(SessionView session, SessionUnresponsiveException stuck) {
        commit(new JfrEvents.Stall(), stuck);
    }

    private void commit(JfrEvents.Problem event, SessionException problem) {
        event.session = this.session;
        event.phase = problem.phase().toString();
        event.iteration = problem.iteration();
        event.message = String.valueOf(problem.getMessage());
        event.commit();
    }
}
