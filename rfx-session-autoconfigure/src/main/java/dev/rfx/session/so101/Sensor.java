package dev.rfx.session.so101;

import dev.rfx.session.so101.protocol.Register;

/**
 * A quantity that can be observed in addition to position and velocity. Its tensor has the name of
 * the constant in lower case.
 *
 * @since 0.1
 */
public enum Sensor {

    /** The load of each motor, −1 to 1, where 1 is the maximum torque. */
    LOAD(Register.PRESENT_LOAD, 1e-3),

    /** The supply voltage of each servo, in V. */
    VOLTAGE(Register.PRESENT_VOLTAGE, 0.1),

    /** The temperature of each servo, in °C. */
    TEMPERATURE(Register.PRESENT_TEMPERATURE, 1),

    /** The current of each motor, in A; a step of the servo is 6.5 mA. */
    CURRENT(Register.PRESENT_CURRENT, 6.5e-3);

    private final Register register;
    private final double unitsPerStep;

    Sensor(Register register, double unitsPerStep) {
        this.register = register;
        this.unitsPerStep = unitsPerStep;
    }

    Register register() {
        return this.register;
    }

    double toUnits(int value) {
        return value * this.unitsPerStep;
    }

    /** {@return the name of the tensor in an observation, for example {@code temperature}} */
    public String tensorName() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
