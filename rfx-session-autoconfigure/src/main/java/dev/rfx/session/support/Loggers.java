package dev.rfx.session.support;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loggers of what a session logs about itself. Each has a topic instead of a class, so that a
 * user can set its level without the others; and in lower case, because the name of an environment
 * variable has no case. Internal to {@code dev.rfx.session}.
 */
public final class Loggers {

    /** Starts, ends, failures, stalls and restarts of sessions. */
    public static final Logger LIFECYCLE = LoggerFactory.getLogger("dev.rfx.session.lifecycle");

    /** Progress, late iterations, and the thread options that are not in force. */
    public static final Logger TIMING = LoggerFactory.getLogger("dev.rfx.session.timing");

    /** The incidents that robots count. */
    public static final Logger INCIDENTS = LoggerFactory.getLogger("dev.rfx.session.incidents");

    private Loggers() {}
}
