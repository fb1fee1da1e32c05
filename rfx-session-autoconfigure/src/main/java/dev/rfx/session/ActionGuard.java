package dev.rfx.session;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Keeps from the robot what is no action: null, and tensors of the wrong shape or with values that
 * are not finite. One per run, confined to the control thread.
 */
final class ActionGuard {

    private int @Nullable [] shape;

    /**
     * Tells which shape the robot takes; where it does not say, the first action of the run does.
     */
    void expect(int @Nullable [] shape) {
        this.shape = shape;
    }

    /**
     * Checks an action before it is sent.
     *
     * @throws InvalidActionException if it may not be sent
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
