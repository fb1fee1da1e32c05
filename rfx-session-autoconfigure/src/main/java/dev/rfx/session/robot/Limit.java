package dev.rfx.session.robot;

import java.util.Arrays;

/** One bound of the commands: one value for all joints, one for each joint, or none. Immutable. */
final class Limit {

    static final int ANY_NUMBER = -1;

    private final float[] values;
    private final float none;

    private Limit(float[] values, float none) {
        this.values = values;
        this.none = none;
    }

    /** {@return a limit without values, which is {@code none} for every joint} */
    static Limit none(float none) {
        return new Limit(new float[0], none);
    }

    /**
     * Returns the limit with these values.
     *
     * @throws IllegalArgumentException if there is no value, or one is not finite
     */
    Limit with(String name, float... values) {
        require(values.length > 0, name + " has no value");
        for (float value : values) {
            require(Float.isFinite(value), name + " is " + value + ", but must be finite");
        }
        return new Limit(values.clone(), this.none);
    }

    /**
     * Returns this limit.
     *
     * @throws IllegalArgumentException if a value is not more than 0
     */
    Limit requirePositive(String name) {
        for (float value : this.values) {
            require(value > 0, name + " is " + value + ", but must be more than 0");
        }
        return this;
    }

    float of(int joint) {
        return switch (this.values.length) {
            case 0 -> this.none;
            case 1 -> this.values[0];
            default -> this.values[joint];
        };
    }

    boolean isSet() {
        return this.values.length > 0;
    }

    /** {@return the number of joints that the limit is for, or {@link #ANY_NUMBER}} */
    int joints() {
        return this.values.length > 1 ? this.values.length : ANY_NUMBER;
    }

    @Override
    public String toString() {
        return isSet() ? Arrays.toString(this.values) : "none";
    }

    static void require(boolean valid, String message) {
        if (!valid) {
            throw new IllegalArgumentException(message);
        }
    }
}
