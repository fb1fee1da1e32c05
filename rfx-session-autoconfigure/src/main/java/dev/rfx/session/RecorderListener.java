package dev.rfx.session;

/** Passes the events on to a recorder that the control thread does not see. */
record RecorderListener(SessionRecorder recorder) implements SessionListener {

    @Override
    public void stalled(SessionView session, SessionUnresponsiveException stall) {
        this.recorder.unresponsive(stall, false);
    }

    @Override
    public void stuck(SessionView session, SessionUnresponsiveException stuck) {
        this.recorder.unresponsive(stuck, true);
    }

    @Override
    public void restarting(SessionView session, RestartStatus restart) {
        this.recorder.restarting(restart);
    }
}
