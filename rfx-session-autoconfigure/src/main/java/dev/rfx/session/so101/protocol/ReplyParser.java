package dev.rfx.session.so101.protocol;

/**
 * Finds the replies of the servos in the bytes that arrive: {@code FF FF | id | length | error |
 * data | checksum}.
 *
 * <p>The parser locks on a header and takes as many bytes as the expected reply has, so that {@code
 * FF FF} within the data is data. On a wrong id, length or checksum it reports the mismatch, drops
 * one byte and looks for the next header. So it finds an intact reply after a damaged one.
 *
 * <p><b>Limits of an 8-bit checksum.</b> A reply with one altered byte is never accepted. A reply
 * that lost a byte can be accepted, if that byte was {@code FF} like the byte after the reply. So
 * can one with an additional byte that has the value of the checksum. Then the bytes do not add up
 * to whole replies: {@link #isClean()} is false or a reply is missing. Therefore use the values of
 * a request only when all its replies were accepted <em>and</em> the parser is clean. Several
 * altered bytes that cancel each other out remain undetected.
 *
 * <p><b>Use.</b> Call {@link #clear()} at each request and {@link #expect} for each reply. Then
 * {@link #accept} the bytes that arrive and call {@link #next()} until it is {@link
 * Outcome#INCOMPLETE}. The parser allocates nothing. Not safe for use by several threads. Internal
 * to {@code dev.rfx.session.so101}.
 *
 * @since 0.1
 */
public final class ReplyParser {

    /** The result of {@link #next()}. */
    public enum Outcome {

        /** Less than a whole reply has arrived. */
        INCOMPLETE,

        /** The expected reply. */
        REPLY,

        /** A header with another id. */
        WRONG_ID,

        /** A header with the expected id and another length. */
        WRONG_LENGTH,

        /** The expected reply, except for its checksum. */
        BAD_CHECKSUM,

        /** A longer reply that {@link #expectLonger} allows. */
        LONGER
    }

    /** Number of bytes in a reply without data. */
    public static final int OVERHEAD = 6;

    /** Maximum number of bytes that {@link #accept} takes at once. */
    public static final int MAX_CHUNK = 256;

    private static final int ID = 2;
    private static final int LENGTH = 3;
    private static final int ERROR = 4;
    private static final int DATA = 5;

    /** Holds an incomplete reply, which is shorter than the longest reply, and a chunk after it. */
    private final byte[] bytes = new byte[MAX_CHUNK + 256];

    private int start; // of the bytes that are not judged yet
    private int end;
    private int reply; // start of the last accepted reply
    private int found;
    private boolean dropped;

    private int expectedId;
    private int expectedCount;
    private int firstAddress;
    private int leastLonger;
    private int mostLonger;

    /** Creates a parser without bytes. */
    public ReplyParser() {}

    /** Discards all bytes before a new request. */
    public void clear() {
        this.start = 0;
        this.end = 0;
        this.dropped = false;
    }

    /**
     * Sets the reply to find next, with the content of consecutive registers.
     *
     * @param id the id of the servo
     * @param first the first register
     * @param count the number of bytes
     */
    public void expect(int id, Register first, int count) {
        this.expectedId = id;
        this.expectedCount = count;
        this.firstAddress = first.address();
        expectNothingLonger();
    }

    /**
     * Allows {@link #next()} to find longer replies, of any id, until the next {@code expect}.
     *
     * @param least the minimum number of data bytes
     * @param most the maximum number of data bytes
     */
    public void expectLonger(int least, int most) {
        this.leastLonger = least;
        this.mostLonger = most;
    }

    private void expectNothingLonger() {
        expectLonger(Integer.MAX_VALUE, 0);
    }

    private boolean isLonger(int count) {
        return count >= this.leastLonger && count <= this.mostLonger;
    }

    /**
     * Sets the reply to find next, without data, as the reply to a WRITE.
     *
     * @param id the id of the servo
     */
    public void expectStatus(int id) {
        this.expectedId = id;
        this.expectedCount = 0;
        expectNothingLonger();
    }

    /**
     * Adds bytes that arrived. Call this only after {@link #next()} was {@link Outcome#INCOMPLETE}.
     *
     * @param chunk the bytes, which are copied
     * @param count the number of bytes, up to {@link #MAX_CHUNK}
     */
    public void accept(byte[] chunk, int count) {
        int pending = this.end - this.start;
        System.arraycopy(this.bytes, this.start, this.bytes, 0, pending);
        System.arraycopy(chunk, 0, this.bytes, pending, count);
        this.start = 0;
        this.end = pending + count;
    }

    /**
     * Looks for the expected reply in the bytes so far, up to the first mismatch.
     *
     * @return what was found
     */
    public Outcome next() {
        while (this.end - this.start > LENGTH) {
            if (!startsWithHeader()) {
                drop();
            } else if (isLonger(at(LENGTH) - 2)) {
                return complete(at(LENGTH) - 2 + OVERHEAD, Outcome.LONGER);
            } else if (at(ID) != this.expectedId) {
                return mismatch(Outcome.WRONG_ID, at(ID));
            } else if (at(LENGTH) != this.expectedCount + 2) {
                return mismatch(Outcome.WRONG_LENGTH, at(LENGTH));
            } else {
                return complete(this.expectedCount + OVERHEAD, Outcome.REPLY);
            }
        }
        return Outcome.INCOMPLETE;
    }

    private Outcome complete(int length, Outcome outcome) {
        if (this.end - this.start < length) {
            return Outcome.INCOMPLETE;
        }
        int checksum = this.start + length - 1;
        if (this.bytes[checksum] != Checksum.of(this.bytes, this.start + ID, checksum)) {
            return mismatch(Outcome.BAD_CHECKSUM, this.bytes[checksum] & 0xFF);
        }
        this.reply = this.start;
        this.start += length;
        return outcome;
    }

    /** FF is no id: of three in a row, the first is noise and the others may be the header. */
    private boolean startsWithHeader() {
        return at(0) == 0xFF && at(1) == 0xFF && at(ID) != 0xFF;
    }

    private int at(int index) {
        return this.bytes[this.start + index] & 0xFF;
    }

    private Outcome mismatch(Outcome mismatch, int found) {
        this.found = found;
        drop();
        return mismatch;
    }

    private void drop() {
        this.start++;
        this.dropped = true;
    }

    /** {@return after a mismatch, the id, length or checksum that was found instead} */
    public int found() {
        return this.found;
    }

    /** Attributes the bytes that were dropped so far to an earlier request. */
    public void forgive() {
        this.dropped = false;
    }

    /**
     * {@return whether every byte since {@link #clear()} or {@link #forgive()} was part of an
     * accepted reply}
     */
    public boolean isClean() {
        return !this.dropped && this.start == this.end;
    }

    /** {@return whether every byte is judged} */
    public boolean isEmpty() {
        return this.start == this.end;
    }

    /** {@return whether all bytes up to the last accepted reply were part of a reply} */
    public boolean isUnbroken() {
        return !this.dropped;
    }

    /** {@return after a reply, the id of the servo} */
    public int id() {
        return this.bytes[this.reply + ID] & 0xFF;
    }

    /** {@return after a reply, its number of data bytes} */
    public int count() {
        return (this.bytes[this.reply + LENGTH] & 0xFF) - 2;
    }

    /** {@return after a reply, its error byte} */
    public int errorByte() {
        return this.bytes[this.reply + ERROR] & 0xFF;
    }

    /**
     * {@return after a reply and until the next {@link #accept}, the value of a register in its
     * data}
     *
     * @param register the register
     */
    public int value(Register register) {
        return register.get(this.bytes, this.reply + DATA + register.address() - this.firstAddress);
    }
}
