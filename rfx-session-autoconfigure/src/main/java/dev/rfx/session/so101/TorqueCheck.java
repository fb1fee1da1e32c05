package dev.rfx.session.so101;

import dev.rfx.session.so101.protocol.Register;
import dev.rfx.session.so101.protocol.ReplyParser;

/**
 * Remembers whether a servo may have lost its power for a moment, and what the servos reported of
 * their torque since. Used by one thread at a time.
 */
final class TorqueCheck implements Replies {

    /** First register of the block that the check reads. */
    static final Register FIRST = Register.TORQUE_ENABLE;

    /** Length of that block, different from the length of any measurement. */
    static final int BYTES = FIRST.bytesTo(Register.TORQUE_LIMIT);

    private static final Joint[] JOINTS = Joint.values();

    private final boolean[] torque = new boolean[JOINTS.length];
    private boolean doubtful;
    private long doubtfulSince;
    private boolean known;

    /** A reply was missing, so a servo may have lost its power. */
    void doubt(long now) {
        this.doubtful = true;
        this.doubtfulSince = now;
        this.known = false;
    }

    boolean isDoubtful() {
        return this.doubtful;
    }

    /** {@return whether the servos have reported their torque since the doubt} */
    boolean isKnown() {
        return this.known;
    }

    @Override
    public void replied(Joint joint, ReplyParser reply) {
        this.torque[joint.ordinal()] = reply.value(Register.TORQUE_ENABLE) != 0;
    }

    /** All servos have replied to a request that was sent at this time. */
    void answered(long askedAt) {
        this.known |= askedAt - this.doubtfulSince >= 0;
    }

    /**
     * Ends the doubt.
     *
     * @throws LinkLostException if a servo has no torque
     */
    void settle() {
        this.doubtful = false;
        this.known = false;
        for (Joint joint : JOINTS) {
            if (!this.torque[joint.ordinal()]) {
                throw LinkLostException.torqueLost(joint);
            }
        }
    }
}
