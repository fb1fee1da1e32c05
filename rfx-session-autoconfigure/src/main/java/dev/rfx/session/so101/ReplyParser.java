package dev.rfx.session.so101;

/**
 * Finds the replies of the servos in the bytes that arrive: {@code FF FF | id | length | error |
 * data | checksum}.
 *
 * <p>It locks on a header and takes as many bytes as the expected reply has, so that {@code FF FF}
 * within the data is data. If id, length or checksum are not as expected, it says so, drops one
 * byte and looks for the next header: an intact reply after a damaged one is found.
 *
 * <p><b>What a checksum of 8 bits cannot notice.</b> A reply of which one byte was altered is never
 * accepted, but one that lost a byte can be (if that byte was {@code FF}, like the one after the
 * reply), and so can one with an extra byte (of the value of the checksum). Then the bytes do not
 * add up to whole replies, and {@link #isClean()} is false or a reply is missing. So the values of
 * a request are to be used when all its replies were accepted <em>and</em> the parser is clean.
 * What remains are several altered bytes that cancel each other out.
 *
 * <p>To use it: {@link #clear()} at each request, {@link #expect} for each reply, then {@link
 * #accept} what arrived and call {@link #next()} until it is {@link Outcome#INCOMPLETE}. Allocates
 * nothing. Not safe for use by several threads.
 */
final class ReplyParser {

    /** What {@link #next()} found. */
    enum Outcome {

        /** Not a whole reply yet. */
        INCOMPLETE,

        /** The expected reply. */
        REPLY,

        /** A header with another id. */
        WRONG_ID,

        /** A header with the expected id and another length. */
        WRONG_LENGTH,

        /** What would be the expected reply, but for its checksum. */
        BAD_CHECKSUM,

        /** A longer reply than the expected one, where that may come too. */
        LONGER
    }

    /** The most bytes that {@link #accept} takes at once. */
    static final int MAX_CHUNK = 256;

    private static final int ID = 2;
    private static final int LENGTH = 3;
    private static final int ERROR = 4;
    private static final int DATA = 5;

    /** All bytes of a reply but its data. */
    private static final int OVERHEAD = 6;

    /** A chunk, and before it an incomplete reply, which is shorter than the longest reply. */
    private final byte[] bytes = new byte[MAX_CHUNK + 256];

    private int start; // of what was not judged yet
    private int end;
    private int reply; // the start of the last accepted one
    private int found;
    private boolean dropped;

    private int expectedId;
    private int expectedCount;
    private int firstAddress;
    private int leastLonger;
    private int mostLonger;

    /** Forgets all bytes: a new request is about to be sent. */
    void clear() {
        this.start = 0;
        this.end = 0;
        this.dropped = false;
    }

    /** Sets the reply to find next, which has bytes of the registers from a first one on. */
    void expect(int id, Register first, int count) {
        this.expectedId = id;
        this.expectedCount = count;
        this.firstAddress = first.address();
        expectNothingLonger();
    }

    /** Lets {@link #next()} find replies of any id, too, which have so many bytes. */
    void expectLonger(int least, int most) {
        this.leastLonger = least;
        this.mostLonger = most;
    }

    private void expectNothingLonger() {
        expectLonger(Integer.MAX_VALUE, 0);
    }

    private boolean isLonger(int count) {
        return count >= this.leastLonger && count <= this.mostLonger;
    }

    /** Sets the reply to find next, which has no data, like that to a WRITE. */
    void expectStatus(int id) {
        this.expectedId = id;
        this.expectedCount = 0;
        expectNothingLonger();
    }

    /**
     * Adds bytes that arrived. To be called only when {@link #next()} was {@link
     * Outcome#INCOMPLETE}.
     *
     * @param chunk the bytes, which are copied
     * @param count how many of them, up to {@link #MAX_CHUNK}
     */
    void accept(byte[] chunk, int count) {
        int pending = this.end - this.start;
        System.arraycopy(this.bytes, this.start, this.bytes, 0, pending);
        System.arraycopy(chunk, 0, this.bytes, pending, count);
        this.start = 0;
        this.end = pending + count;
    }

    /** Looks for the expected reply in what arrived so far, up to the first mismatch. */
    Outcome next() {
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

    /** FF is no id: of three in a row, the first is noise and the header may be the other two. */
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

    /** After a mismatch: the id, the length or the checksum that was found instead. */
    int found() {
        return this.found;
    }

    /** Takes the bytes that were dropped so far for the rest of an earlier request. */
    void forgive() {
        this.dropped = false;
    }

    /**
     * Tells whether every byte since {@link #clear()} or {@link #forgive()} was part of an accepted
     * reply.
     */
    boolean isClean() {
        return !this.dropped && this.start == this.end;
    }

    /** Tells whether every byte was judged. */
    boolean isEmpty() {
        return this.start == this.end;
    }

    /** Tells whether all bytes up to the last accepted reply were part of one. */
    boolean isUnbroken() {
        return !this.dropped;
    }

    /** After a reply: the id of the servo. */
    int id() {
        return this.bytes[this.reply + ID] & 0xFF;
    }

    /** After a reply: how many bytes of registers it has. */
    int count() {
        return (this.bytes[this.reply + LENGTH] & 0xFF) - 2;
    }

    /** After a reply: its error byte, see {@link ServoFault}. */
    int errorByte() {
        return this.bytes[this.reply + ERROR] & 0xFF;
    }

    /** After a reply, until {@link #accept}: the value of a register that is part of its data. */
    int value(Register register) {
        return register.get(this.bytes, this.reply + DATA + register.address() - this.firstAddress);
    }
}
