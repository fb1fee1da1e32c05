package dev.rfx.session.actuate;

import dev.rfx.session.SessionException;
import dev.rfx.session.SessionUnresponsiveException;
import org.jspecify.annotations.Nullable;

/**
 * A failure in health and endpoint.
 *
 * @param phase the call in which the run failed
 * @param iteration the number of the iteration, from 0
 * @param exception what the call has thrown, or for how long it did not return
 * @since 0.1
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
