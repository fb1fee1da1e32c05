package dev.rfx.session.so101;

import dev.rfx.session.support.ExplainedException;
import org.jspecify.annotations.Nullable;

/** Something is wrong with the arm, with the connection to it or with its calibration. */
public abstract class So101Exception extends ExplainedException {

    private static final long serialVersionUID = 1L;

    So101Exception(String description, String remedy) {
        this(description, remedy, null);
    }

    So101Exception(String description, String remedy, @Nullable Throwable cause) {
        super(description, remedy, cause);
    }
}
