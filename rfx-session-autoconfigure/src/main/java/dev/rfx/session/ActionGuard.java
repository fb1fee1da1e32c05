package dev.rfx.session;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Checks actions before they reach the robot. Refuses null, and tensors with the wrong shape or
 * with a value that is not finite. One per run; confined to the control thread.
 */
final class ActionGuard {

    private int @Nullable [] shape;

    /** Sets the expected shape. With null, the first action of the run decides. */
    void expect(int @Nullable [] shape) {
        this.shape = shape;
    }

    /**
     * Checks an action before it is sent.
     *
     * @throws InvalidActionException if it must not be sent
     */
    void check(@Nullable Object action) {
        if (action == null) {
            throw new InvalidActionException("selectAction() returned null");
        }
        if (action instanceof Tensor tensor) {
            check(tensor);
        }
    }

    private void check(Tensor action) {
        if (this.shape == null) {
            this.shape = action.shape();
        } else if (!action.hasShape(this.shape)) {
            throw new InvalidActionException(
                    "The action has shape %s, but must have %s"
                            .formatted(
                                    Arrays.toString(action.shape()), Arrays.toString(this.shape)));
        }
        int index = action.indexOfNonFinite();
        if (index >= 0) {
            throw new InvalidActionException(
                    "The action's value %d is %s, but must be finite"
                            .formatted(index, action.get(index)));
        }
    }
}
