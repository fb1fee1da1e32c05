package dev.rfx.session.test;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link dev.rfx.session.SessionListener} was notified of.
 *
 * @param time the virtual time since the session was created
 * @param kind the kind of event
 * @param detail the exception or the {@link dev.rfx.session.RestartStatus}; null for a start or a
 *     stop
 * @since 0.1
 */
public record SessionEvent(Duration time, Kind kind, @Nullable Object detail) {

    /** The kinds of events, each a method of the listener. */
    public enum Kind {
        /** The first iteration is about to begin. */
        STARTED,
        /** A run ended without a failure. */
        STOPPED,
        /** A run ended by a failure. */
        FAILED,
        /** The loop completed no iteration within the watchdog's timeout. */
        STALLED,
        /** A call ignores stop and interrupt. */
        STUCK,
        /** The session will start again after a delay. */
        RESTARTING,
        /** The session stays failed. */
        RESTARTS_EXHAUSTED
    }
}
