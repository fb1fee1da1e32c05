package dev.rfx.session;

import dev.rfx.session.support.Loggers;
import org.slf4j.Logger;

/**
 * Logs the events of a session, one line each, and never a line per iteration. Called on the events
 * thread.
 */
final class SessionLog implements SessionListener {

    private static final Logger logger = Loggers.LIFECYCLE;

    private final String robot;
    private final String policy;

    SessionLog(Object robot, Object policy) {
        this.robot = describe(robot);
        this.policy = describe(policy);
    }

    @Override
    public void started(SessionView session) {
        logger.info(
                "Session '{}' started at {} Hz: robot {}, policy {}",
                session.name(),
                session.options().rateHz(),
                this.robot,
                this.policy);
    }

    @Override
    public void stopped(SessionView session) {
        logger.info("Session '{}' stopped: {}", session.name(), session.stats());
    }

    @Override
    public void failed(SessionView session, SessionException failure) {
        if (failure.phase() == SessionPhase.RESET) {
            // The caller of start() receives the exception, and no iteration has run yet.
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
                // The report of the stall has already logged this stack trace.
                failure instanceof SessionUnresponsiveException ? null : failure);
    }

    @Override
    public void stalled(SessionView session, SessionUnresponsiveException problem) {
        logger.error("{}", problem.getMessage(), problem);
    }

    @Override
    public void stuck(SessionView session, SessionUnresponsiveException problem) {
        boolean known = session.snapshot().failure() instanceof SessionUnresponsiveException;
        logger.error("{}", problem.getMessage(), known ? null : problem);
    }

    @Override
    public void restarting(SessionView session, RestartStatus restart) {
        logger.warn(
                "Session '{}' restarts in {} ms, attempt {} of {}",
                session.name(),
                restart.startsIn() == null ? 0 : restart.startsIn().toMillis(),
                restart.attempts(),
                restart.maxAttempts());
    }

    @Override
    public void restartsExhausted(SessionView session, SessionException failure) {
        logger.error(
                "No further restart of session '{}'; it stays FAILED until it is started manually",
                session.name());
    }

    /** {@return the class name without its package; for a lambda, the class that declares it} */
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
