package dev.rfx.session.autoconfigure;

import dev.rfx.session.Session;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs the statistics of a session while it runs. */
final class ProgressLog implements Runnable {

    private static final Logger logger = LoggerFactory.getLogger(Session.class);

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
