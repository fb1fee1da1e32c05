package dev.rfx.session.so101;

import dev.rfx.session.so101.protocol.ReplyParser;

/**
 * A servo did not answer, or with another reply than the expected one, also after retries. The next
 * request may succeed.
 *
 * @since 0.1
 */
public class LinkException extends So101Exception {

    private static final long serialVersionUID = 1L;

    /** The joint of the servo. */
    private final Joint joint;

    private LinkException(Joint joint, String problem, String action) {
        super(joint + ": " + problem, action);
        this.joint = joint;
    }

    static LinkException noReply(Joint joint) {
        return new LinkException(
                joint,
                "no reply",
                "Check the power supply, and the cable from the servo before it on the bus. A slow"
                        + " adapter needs a longer read time-out.");
    }

    /** Explains that a servo is silent while another one on the same cable replies. */
    static LinkException noReplyButOf(Joint joint, Joint other) {
        return new LinkException(
                joint,
                "no reply, but " + other + " replies",
                "Check the plugs of this servo, its power, and that its id is set.");
    }

    static LinkException tooManyBytes(Joint joint) {
        return new LinkException(
                joint,
                "bytes that belong to no reply",
                "Check the cables, and that no other program uses the port.");
    }

    /**
     * Explains a mismatch.
     *
     * @param joint the joint whose servo was to answer
     * @param mismatch the outcome of the parser
     * @param found the id, length or checksum that the parser found
     */
    static LinkException mismatch(Joint joint, ReplyParser.Outcome mismatch, int found) {
        String problem =
                switch (mismatch) {
                    case WRONG_ID -> "reply of id " + found + " instead";
                    case WRONG_LENGTH -> "reply with wrong length " + found;
                    case BAD_CHECKSUM -> "reply with wrong checksum 0x%02X".formatted(found);
                    case REPLY, LONGER, INCOMPLETE ->
                            throw new IllegalArgumentException(mismatch + " is not a mismatch");
                };
        return new LinkException(
                joint,
                problem,
                "Check the cables. Check that no other program uses the port, and that no two servos"
                        + " have the same id.");
    }

    /** {@return the joint of the servo} */
    public Joint joint() {
        return this.joint;
    }
}
