package dev.rfx.session.actuate;

import dev.rfx.session.SessionException;
import dev.rfx.session.SessionUnresponsiveException;
import org.jspecify.annotations.Nullable;

/**
 * A failure as it is shown to an operator.
 *
 * @param phase what the control thread was doing
 * @param iteration the number of the iteration, from 0
 * @param exception what was thrown, or what hung
 */
public record FailureDescriptor(String phase, long iteration, String exception) {

    static @Nullable FailureDescriptor of(@Nullable SessionException failure) {
        return failure == null
                ? null
                : new FailureDescriptor(
                        failure.phase().toString(),
                        failure.iteration(),
                        failure instanceof SessionUnresponsiveException
                                ? failure.getMessage()
                                : String.valueOf(failure.getCause()));
    }
}
