package dev.rfx.session.autoconfigure;

import dev.rfx.session.Session;
import dev.rfx.session.support.Loggers;
import org.slf4j.Logger;

/** Logs the statistics of a session while it runs. */
final class ProgressLog implements Runnable {

    private static final Logger logger = Loggers.TIMING;

    private final Session session;

    ProgressLog(Session session) {
        this.session = session;
    }

    @Override
    public void run() {
        if (this.session.isRunning()) {
            logger.info("Session '{}' runs: {}", this.session.name(), this.session.stats());
        }
    }
}
