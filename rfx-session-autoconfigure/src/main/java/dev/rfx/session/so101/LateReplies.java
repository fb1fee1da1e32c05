package dev.rfx.session.so101;

import dev.rfx.session.so101.protocol.Register;
import dev.rfx.session.so101.protocol.ReplyParser;
import dev.rfx.session.so101.protocol.ReplyParser.Outcome;
import dev.rfx.session.so101.protocol.Request;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Finds out to which request a late reply belongs. A reply does not name its request, so a late one
 * could be taken for the reply to the next request. Used by one thread at a time.
 *
 * <p><b>Requests to all servos.</b> Only one of them is outstanding at a time. So whatever replies
 * to it, however late, was measured after it was sent. After its time-out it is not repeated at
 * once. Instead a <em>probe</em> is sent, which reads more bytes of one servo than any measurement.
 * Replies come in the order of the requests. So either the late replies arrive, and count from when
 * they were requested, or the reply to the probe shows that they never will, and the request is
 * repeated.
 *
 * <p><b>Probes.</b> A probe without reply is repeated unchanged, so that all probes of one
 * outstanding request are alike. Those of another request differ in servo and length. So a reply to
 * a probe always identifies the request to which the probe belongs, however late it arrives.
 *
 * <p><b>Requests to a single servo</b> read or confirm fewer bytes than a measurement, or more than
 * a probe. After one without reply, the servo has to reply to a probe before the next request to a
 * single servo.
 */
final class LateReplies {

    private static final Joint[] JOINTS = Joint.values();

    /** First register of a probe. From here to the torque limit, all registers are defined. */
    static final Register PROBE_BEGIN = Register.MODEL_NUMBER;

    /** Length of the shortest probe, longer than any measurement. */
    static final int MIN_PROBE_BYTES = 16;

    /** Length of the longest probe, shorter than {@link ServoBus#STATE_BYTES}. */
    static final int MAX_PROBE_BYTES = PROBE_BEGIN.bytesTo(Register.TORQUE_LIMIT) - 1;

    /** Number of different probes. */
    private static final int PROBES = JOINTS.length * (MAX_PROBE_BYTES - MIN_PROBE_BYTES + 1);

    /** Minimum time between two probes without reply. */
    private static final long PROBE_NANOS = 2_600_000;

    private final Wire wire;
    private final ReplyParser parser;
    private final ReportedFaults faults;
    private final TorqueCheck torque;
    private final Request probe = new Request();

    /** First register of the outstanding request to all servos, or null if there is none. */
    private @Nullable Register outstanding;

    private int outstandingCount;
    private long outstandingSince;

    /** Number of its replies that this exchange has received without a gap. */
    private int received;

    private boolean mayCome;
    private boolean singleUnanswered;

    private int nextProbe;

    /** Number of probes since the outstanding request. */
    private int probes;

    private long probedAt;
    private boolean probeUnanswered;

    private long exchangeBegin;

    LateReplies(Wire wire, ReportedFaults faults, TorqueCheck torque) {
        this.wire = wire;
        this.parser = wire.parser();
        this.faults = faults;
        this.torque = torque;
    }

    /** Begins an exchange: a request and its repetitions. */
    void beginExchange(long now) {
        this.exchangeBegin = now;
        this.received = 0;
    }

    /** Replies of the outstanding request that arrived so far do not count. */
    void discardReceived() {
        this.received = 0;
    }

    /** All joints before this one have replied to a request to all servos. */
    void expecting(Joint joint) {
        this.received = joint.ordinal();
    }

    /** A request to all servos was sent, and has got all its replies in time or not. */
    void askedAll(Register first, int count, long askedAt, boolean complete) {
        this.mayCome = !complete;
        this.outstanding = complete ? null : first;
        this.outstandingCount = count;
        this.outstandingSince = askedAt;
        this.probes = 0;
        this.probeUnanswered &= !complete;
    }

    /** A request to a single servo was sent, and has got its reply in time or not. */
    void askedOne(boolean complete) {
        this.singleUnanswered |= !complete;
    }

    /** {@return whether replies to another request than the next one may come} */
    boolean mayCome() {
        return this.mayCome;
    }

    /** {@return whether a request to all servos is outstanding} */
    boolean isOutstanding() {
        return this.outstanding != null;
    }

    /** {@return when the outstanding request was sent, also after its replies have come} */
    long outstandingSince() {
        return this.outstandingSince;
    }

    /** {@return whether the next request to a single servo needs a probe before it} */
    boolean needProbe() {
        return this.singleUnanswered;
    }

    /**
     * Finds out what becomes of the outstanding request. It ends when its replies have come, or the
     * reply to a later probe.
     *
     * @return whether its replies have come and are those of the wanted request
     */
    boolean take(Register first, int count, long deadline, Replies replies) {
        Register pending = Objects.requireNonNull(this.outstanding);
        boolean wanted = pending == first && this.outstandingCount == count;
        boolean ofTorque = pending == TorqueCheck.FIRST;
        Replies taker = wanted ? replies : ofTorque ? this.torque : Replies.IGNORED;
        boolean probed = false;
        if (this.received == 0) {
            clear();
        } // else it continues where the last attempt ended
        while (true) {
            this.parser.expect(JOINTS[this.received].id(), pending, this.outstandingCount);
            this.parser.expectLonger(MIN_PROBE_BYTES, MAX_PROBE_BYTES);
            // Before the probe, take only what has arrived already.
            Outcome outcome = this.wire.await(probed ? deadline : this.exchangeBegin);
            if (outcome == Outcome.REPLY) {
                receive(taker);
                if (this.received == JOINTS.length) {
                    this.outstanding = null;
                    if (ofTorque) {
                        this.torque.answered(this.outstandingSince);
                    }
                    return wanted && isWholeUpToAProbe();
                }
            } else if (outcome == Outcome.LONGER && isReplyToProbeOfOutstanding()) {
                this.outstanding = null;
                this.probeUnanswered = false;
                this.torque.doubt(this.wire.nanoTime());
                return false;
            } else if (outcome != Outcome.INCOMPLETE) {
                this.received = 0;
            } else if (probed) {
                return false;
            } else {
                probe();
                probed = true;
            }
        }
    }

    private void clear() {
        this.wire.clear();
        this.faults.clear();
    }

    private void receive(Replies replies) {
        if (this.received == 0) {
            this.parser.forgive();
            this.faults.clear();
        }
        Joint joint = JOINTS[this.received];
        this.faults.add(joint, this.parser.errorByte());
        replies.replied(joint, this.parser);
        this.received++;
    }

    private boolean isWholeUpToAProbe() {
        return this.parser.isClean()
                || (this.parser.next() == Outcome.LONGER && this.parser.isUnbroken());
    }

    /**
     * Sends a probe, or repeats the one without reply. A reply to either ends the outstanding
     * request, so the number of a probe is never reused while a reply to it may be on its way. Two
     * probes have a minimum distance, and an exchange sends one at most: an adapter that holds
     * bytes back delivers all of them in the end.
     */
    private void probe() {
        long now = this.wire.nanoTime();
        boolean soon = this.probedAt - this.exchangeBegin >= 0 || now - this.probedAt < PROBE_NANOS;
        if (this.probeUnanswered && soon) {
            return;
        }
        if (this.probeUnanswered && this.probes > 0) {
            sendProbe(Math.floorMod(this.nextProbe - 1, PROBES));
        } else {
            sendNextProbe();
        }
        this.probeUnanswered = true;
        this.probedAt = now;
    }

    private void sendNextProbe() {
        sendProbe(this.nextProbe);
        skipProbe();
    }

    private void sendProbe(int number) {
        int id = JOINTS[number % JOINTS.length].id();
        int bytes = MIN_PROBE_BYTES + number / JOINTS.length;
        this.wire.send(this.probe.read(id, PROBE_BEGIN, bytes), ReplyParser.OVERHEAD + bytes);
    }

    private void skipProbe() {
        this.nextProbe = (this.nextProbe + 1) % PROBES;
        this.probes++;
    }

    /**
     * Sends a probe to a servo and waits for the reply, after which no reply to an earlier request
     * comes.
     *
     * @return whether the servo has replied
     */
    boolean probe(Joint joint, long deadline) {
        clear();
        this.received = 0;
        while (JOINTS[this.nextProbe % JOINTS.length] != joint) {
            skipProbe();
        }
        sendNextProbe();
        do {
            this.parser.expectStatus(joint.id());
            this.parser.expectLonger(MIN_PROBE_BYTES, MAX_PROBE_BYTES);
            if (this.wire.await(deadline) == Outcome.INCOMPLETE) {
                return false;
            }
        } while (this.wire.outcome() != Outcome.LONGER || probesSinceAnswered() > 0);
        this.singleUnanswered = false;
        return true;
    }

    private boolean isReplyToProbeOfOutstanding() {
        return probesSinceAnswered() < this.probes;
    }

    /** {@return the number of probes after the one to which the last reply belongs} */
    private int probesSinceAnswered() {
        int place = this.parser.id() - JOINTS[0].id();
        if (place < 0 || place >= JOINTS.length) {
            return PROBES; // it belongs to none
        }
        int number = (this.parser.count() - MIN_PROBE_BYTES) * JOINTS.length + place;
        return Math.floorMod(this.nextProbe - 1 - number, PROBES);
    }
}
