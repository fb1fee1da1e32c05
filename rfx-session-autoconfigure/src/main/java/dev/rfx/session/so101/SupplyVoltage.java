package dev.rfx.session.so101;

import dev.rfx.session.so101.protocol.Register;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Compares the supply voltage of a servo with the limits in its registers. STS3215 for 7.4 V and
 * for 12 V have the same model number; the upper limit distinguishes them.
 *
 * @param joint the joint of the servo
 * @param present the supply, in 0.1 V
 * @param lowest the lower limit, in 0.1 V
 * @param highest the upper limit, in 0.1 V
 */
record SupplyVoltage(Joint joint, int present, int lowest, int highest) {

    /** Threshold between the upper limits of servos for 7.4 V (8 V) and for 12 V (14 V). */
    private static final int HIGHEST_OF_7_VOLTS = 100;

    /** Below this, a servo for 12 V has hardly more torque than one for 7.4 V. */
    private static final int WEAK_OF_12_VOLTS = 90;

    /** Reads register by register: a block would cross registers that are not defined. */
    static SupplyVoltage read(ServoBus bus, Joint joint) {
        return new SupplyVoltage(
                joint,
                bus.read(joint, Register.PRESENT_VOLTAGE),
                bus.read(joint, Register.MIN_VOLTAGE_LIMIT),
                bus.read(joint, Register.MAX_VOLTAGE_LIMIT));
    }

    /**
     * Checks the supply, if the servo has limits.
     *
     * @throws SupplyVoltageException if the supply is outside the limits
     */
    void requireWithinLimits() {
        if (!hasLimits() || (this.present >= this.lowest && this.present <= this.highest)) {
            return;
        }
        throw new SupplyVoltageException(
                this.joint,
                "%s has a supply of %s V, but its limits are %s to %s V. It is a servo for %s"
                                .formatted(
                                        this.joint,
                                        volts(this.present),
                                        volts(this.lowest),
                                        volts(this.highest),
                                        isForTwelveVolts() ? "12 V" : "7.4 V")
                        + (this.present > this.highest
                                ? ": more than its limit can destroy it"
                                : ": with less than its limit it fails under load"),
                "Switch the supply off and use one of "
                        + (isForTwelveVolts() ? "12 V." : "5 to 7.4 V."));
    }

    /** {@return a warning about a weak supply within the limits, or null} */
    @Nullable String warning() {
        return hasLimits() && isForTwelveVolts() && this.present < WEAK_OF_12_VOLTS
                ? "%s has a supply of %s V, but is a servo for 12 V: it is weak and slow, and may be unable to carry the arm"
                        .formatted(this.joint, volts(this.present))
                : null;
    }

    private boolean hasLimits() {
        return this.lowest < this.highest;
    }

    private boolean isForTwelveVolts() {
        return this.highest > HIGHEST_OF_7_VOLTS;
    }

    private static String volts(int tenths) {
        return String.format(Locale.ROOT, "%.1f", tenths / 10.0);
    }
}
