package dev.rfx.session.actuate;

import org.jspecify.annotations.Nullable;

/**
 * How a command ended.
 *
 * @param result the result
 * @param problem the reason, or null if the session is as the command asks
 * @param session the session afterwards, in the state that decided {@code result}
 */
record CommandOutcome(Result result, @Nullable String problem, SessionDescriptor session) {

    enum Result {
        /** The session is as the command asks. */
        DONE,
        /** The opposite command came later and won. */
        OVERTAKEN,
        /** The session cannot be started or saved now, and the command did nothing. */
        REFUSED,
        /** The run failed, or its control thread is stuck. */
        FAILED
    }
}
