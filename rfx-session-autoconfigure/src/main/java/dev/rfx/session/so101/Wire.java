package dev.rfx.session.so101;

import dev.rfx.session.so101.protocol.ReplyParser;
import dev.rfx.session.so101.protocol.ReplyParser.Outcome;
import dev.rfx.session.so101.protocol.Request;

/**
 * Sends one request at a time and waits for replies until a deadline. It knows when the bytes of a
 * reply are due, so that it sleeps before and spins then. Used by one thread at a time.
 */
final class Wire {

    /** Bits on the wire per byte. */
    private static final double BITS = 10;

    /** A sleep can end this much too late. The wire wakes that much earlier to be in time. */
    private static final long OVERSLEEP_NANOS = 100_000;

    /** Spin this long for an overdue reply before sleeping. */
    private static final long SPIN_NANOS = 300_000;

    /** Sleep between two looks for a reply that is overdue for longer. */
    private static final long PAUSE_NANOS = 50_000;

    /** Longest gap within the replies to a request. A longer silence is their end. */
    private static final long QUIET_NANOS = 500_000;

    /** Upper bound on the reads that drain the OS buffers, also under endless noise. */
    private static final int MAX_READS = 100;

    private final BusLine line;
    private final double byteNanos;
    private final ReplyParser parser = new ReplyParser();
    private final byte[] chunk = new byte[ReplyParser.MAX_CHUNK];

    private Outcome outcome = Outcome.REPLY;
    private long activeAt;

    /** When everything that was sent has passed the wire. */
    private long passedAt;

    /** When the last byte of the awaited replies is due. */
    private long due;

    /** The request whose echo is awaited. */
    private Request sent = new Request();

    private int echoed;
    private boolean maybeEcho;

    Wire(BusLine line, int baudRate) {
        this.line = line;
        this.byteNanos = nanosOf(1, baudRate);
        this.passedAt = line.nanoTime();
    }

    /** {@return the time for a number of bytes} */
    static double nanosOf(int bytes, int baudRate) {
        return bytes * BITS * 1e9 / baudRate;
    }

    ReplyParser parser() {
        return this.parser;
    }

    /** {@return the last result of {@link #await}} */
    Outcome outcome() {
        return this.outcome;
    }

    long nanoTime() {
        return this.line.nanoTime();
    }

    /** Discards the bytes so far. An echo of what was sent before is not looked for any more. */
    void clear() {
        this.parser.clear();
        this.maybeEcho = false;
    }

    /** Sends a request without replies. */
    void send(Request request) {
        this.line.write(request);
        this.activeAt = this.line.nanoTime();
        // The goals before a measurement may still be on the wire.
        long idle = Math.max(this.activeAt - this.passedAt, 0);
        this.passedAt += idle + nanosOf(request.length());
    }

    /** Sends a request whose replies have a number of bytes together. */
    void send(Request request, int replyBytes) {
        send(request);
        this.due = this.passedAt + nanosOf(replyBytes);
    }

    private long nanosOf(int bytes) {
        return (long) (bytes * this.byteNanos);
    }

    /** Looks for an echo of this request in the bytes that come next. */
    void detectEcho(Request request) {
        this.sent = request;
        this.echoed = 0;
        this.maybeEcho = true;
    }

    /**
     * Waits for the next reply or mismatch.
     *
     * @throws PortException if the adapter echoes
     */
    Outcome await(long deadline) {
        this.outcome = awaitNext(deadline);
        return this.outcome;
    }

    private Outcome awaitNext(long deadline) {
        Outcome found = this.parser.next();
        while (found == Outcome.INCOMPLETE) {
            int count = this.line.read(this.chunk);
            if (count > 0) {
                this.activeAt = this.line.nanoTime();
                checkForEcho(count);
                this.parser.accept(this.chunk, count);
                found = this.parser.next();
            } else {
                long now = this.line.nanoTime();
                if (now - deadline >= 0) {
                    return Outcome.INCOMPLETE;
                }
                pause(now, deadline);
            }
        }
        return found;
    }

    private void checkForEcho(int count) {
        for (int i = 0; i < count && this.maybeEcho; i++) {
            this.maybeEcho = this.chunk[i] == this.sent.bytes()[this.echoed];
            this.echoed++;
            if (this.maybeEcho && this.echoed == this.sent.length()) {
                throw PortException.echoes(this.line.path());
            }
        }
    }

    /** Sleeps until shortly before the reply is due, spins when it is, then polls. */
    private void pause(long now, long deadline) {
        long early = Math.min(this.due - OVERSLEEP_NANOS - now, deadline - now);
        if (early > 0) {
            this.line.parkNanos(early);
        } else if (now - this.due < SPIN_NANOS) {
            Thread.onSpinWait();
        } else {
            this.line.parkNanos(PAUSE_NANOS);
        }
    }

    /** Waits briefly until no servo sends any more: servos do not understand overlapping bytes. */
    void awaitQuiet() {
        discardInput();
        long begin = this.line.nanoTime();
        long now = begin;
        while (now - this.activeAt < QUIET_NANOS && now - begin < QUIET_NANOS) {
            this.line.parkNanos(PAUSE_NANOS);
            discardInput();
            now = this.line.nanoTime();
        }
    }

    /** Discards what belongs to an earlier request, or is noise. */
    void discardInput() {
        for (int i = 0; i < MAX_READS && this.line.read(this.chunk) > 0; i++) {
            this.activeAt = this.line.nanoTime();
        }
    }
}
