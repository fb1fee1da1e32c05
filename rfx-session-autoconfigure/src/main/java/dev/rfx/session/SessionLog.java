package dev.rfx.session;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes what happens in a session's life, a line each, and never a line per iteration. */
final class SessionLog implements SessionListener {

    private static final Logger logger = LoggerFactory.getLogger(Session.class);

    private final String robot;
    private final String policy;

    SessionLog(Object robot, Object policy) {
        this.robot = describe(robot);
        this.policy = describe(policy);
    }

    @Override
    public void started(Session session) {
        logger.info(
                "Session '{}' started at {} Hz: robot {}, policy {}",
                session.name(),
                session.options().rateHz(),
                this.robot,
                this.policy);
    }

    @Override
    public void stopped(Session session) {
        logger.info("Session '{}' stopped: {}", session.name(), session.stats());
    }

    @Override
    public void failed(Session session, SessionException failure) {
        if (failure.phase() == SessionPhase.RESET) {
            // The caller of start() gets the exception, and nothing has happened yet to look into.
            logger.error("{}", failure.getMessage());
            logger.debug("Session '{}' could not start", session.name(), failure);
            return;
        }
        logger.error(
                "Session '{}' failed: {} ({}){}",
                session.name(),
                failure.getMessage(),
                session.stats(),
                IterationTable.of(failure.recentIterations()),
                // The stack trace of a hang is in the log already, since it was found.
                failure instanceof SessionUnresponsiveException ? null : failure);
    }

    @Override
    public void stalled(Session session, SessionUnresponsiveException hang) {
        logger.error("{}", hang.getMessage(), hang);
    }

    @Override
    public void stuck(Session session, SessionUnresponsiveException hang) {
        boolean known = session.snapshot().failure() instanceof SessionUnresponsiveException;
        logger.error("{}", hang.getMessage(), known ? null : hang);
    }

    @Override
    public void restarting(Session session, RestartStatus restart) {
        logger.warn(
                "Session '{}' restarts in {} ms, attempt {} of {}",
                session.name(),
                restart.startsIn() == null ? 0 : restart.startsIn().toMillis(),
                restart.attempts(),
                restart.maxAttempts());
    }

    @Override
    public void restartsExhausted(Session session, SessionException failure) {
        logger.error(
                "Session '{}' has failed too often to be started again: it stays as it is until"
                        + " somebody starts it",
                session.name());
    }

    /** A lambda has no name of its own; the class that holds it is the best one can say. */
    private static String describe(Object part) {
        Class<?> type = part.getClass();
        String name = type.getName();
        int lambda = name.indexOf("$$Lambda");
        if (lambda > 0) {
            return "in " + name.substring(name.lastIndexOf('.', lambda) + 1, lambda);
        }
        return name.substring(name.lastIndexOf('.') + 1);
    }
}
