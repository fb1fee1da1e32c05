package dev.rfx.session.so101;

import dev.rfx.session.support.ExplainedException;
import org.jspecify.annotations.Nullable;

/**
 * Base of all failures of the arm, of the connection to it, or of its calibration.
 *
 * @since 0.1
 */
public abstract class So101Exception extends ExplainedException {

    private static final long serialVersionUID = 1L;

    So101Exception(String description, String action) {
        this(description, action, null);
    }

    So101Exception(String description, String action, @Nullable Throwable cause) {
        super(description, action, cause);
    }
}
