package dev.rfx.session.actuate;

import org.jspecify.annotations.Nullable;

/**
 * How a command ended.
 *
 * @param result what became of it
 * @param problem what went wrong; null when the command was carried out
 * @param session the session afterwards: the state that {@code result} was decided by
 */
record CommandOutcome(Result result, @Nullable String problem, SessionDescriptor session) {

    enum Result {
        /** The session is as the command asks. */
        DONE,
        /** The opposite command came in between, and holds. */
        OVERTAKEN,
        /** The session cannot be started now: the command did nothing. */
        REFUSED,
        /** The run failed, or its control thread hangs. */
        FAILED
    }
}
