package dev.rfx.session.so101;

import dev.rfx.session.so101.protocol.Register;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Judges the supply of a servo by what the servo says of itself. There are STS3215 for 7.4 V and
 * for 12 V under the same model number: the highest voltage tells which one it is.
 *
 * @param joint the joint of the servo
 * @param present the supply, in 0.1 V
 * @param lowest what the servo takes at least, in 0.1 V
 * @param highest what it takes at most, in 0.1 V
 */
record SupplyVoltage(Joint joint, int present, int lowest, int highest) {

    /** A servo for 7.4 V has a limit of 8 V, one for 12 V of 14 V. */
    private static final int HIGHEST_OF_7_VOLTS = 100;

    /** With less a servo for 12 V has hardly more torque than one for 7.4 V. */
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
     * Refuses a supply beyond the limits. A servo that has none is not judged.
     *
     * @throws SupplyVoltageException if it is beyond them
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
                "Switch the supply off, and take one of "
                        + (isForTwelveVolts() ? "12 V." : "5 to 7.4 V."));
    }

    /** Says what is to be expected of a supply within the limits, or null if all is well. */
    @Nullable String warning() {
        return hasLimits() && isForTwelveVolts() && this.present < WEAK_OF_12_VOLTS
                ? "%s has a supply of %s V, but is a servo for 12 V: it is weak and slow, and may not carry the arm"
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
