package dev.rfx.session.so101;

import dev.rfx.session.so101.protocol.Register;
import dev.rfx.session.so101.protocol.ReplyParser;
import dev.rfx.session.so101.protocol.ReplyParser.Outcome;
import dev.rfx.session.so101.protocol.Request;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Requests to the servos and their replies. A request whose replies are missing or damaged is sent
 * again, twice, but not for longer than its time-out in all. Those of a control loop allocate
 * nothing as long as nothing fails. Used by one thread at a time.
 *
 * <p><b>Late replies.</b> A reply does not say what it answers, and one that comes after its time
 * could be taken for the reply to the next request. So of the requests to all servos only one is
 * under way at a time, and whatever replies to it, however late, is from after it was sent. When
 * its time is over, it is not repeated at once: a probe is sent, which reads more bytes of one
 * servo than any measurement has. Replies come in the order of the requests. So either the late
 * replies come, and count from when they were asked for, or the reply to the probe tells that they
 * do not come any more, and then the request is repeated. A probe that is not answered is sent
 * again as it is, so that of one request all probes are alike: those of another differ in servo and
 * length. A reply to one of them thus tells what it answers, however late it comes.
 *
 * <p>Requests to a single servo read or confirm fewer bytes than a measurement has, or more than a
 * probe. After one that was not answered, a probe has to be, before anything else is asked.
 */
final class ServoBus {

    /** Is told of each reply of a request; only if all came are they to be believed. */
    @FunctionalInterface
    interface Replies {

        /** A servo replied; the values are there until this returns. */
        void replied(Joint joint, ReplyParser reply);
    }

    private static final int ATTEMPTS = 3;
    private static final Replies NOBODY = (joint, reply) -> {};

    /** Bits on the wire for a byte. */
    private static final double BITS = 10;

    /** A sleep ends so much later than it should: who sleeps until then is in time. */
    private static final long OVERSLEEP_NANOS = 100_000;

    /** So long after replies were due it is worth to spin for them. */
    private static final long SPIN_NANOS = 300_000;

    private static final long PAUSE_NANOS = 50_000;

    /** A servo that talks is not silent for so long: longer is the end of what is under way. */
    private static final long QUIET_NANOS = 500_000;

    /** What is in the buffers of the machine is taken with fewer reads than these. */
    private static final int MAX_READS = 100;

    /** For a request to a single servo, as long as nothing moves and nobody waits. */
    private static final long PATIENT_NANOS = 600_000_000;

    /** For a request to a single servo when the arm is to come to rest. */
    private static final long HASTY_NANOS = 150_000_000;

    private static final int STATUS_BYTES = 6;

    /** First register of a probe. From here to the torque limit, all registers are defined. */
    private static final Register PROBE_BEGIN = Register.MODEL_NUMBER;

    /** The shortest probe, longer than any measurement. */
    static final int MIN_PROBE_BYTES = 16;

    /** The longest probe, shorter than the state of a servo. */
    static final int MAX_PROBE_BYTES = bytesUpTo(PROBE_BEGIN, Register.TORQUE_LIMIT) - 1;

    /** How many probes differ. */
    private static final int PROBES =
            Joint.values().length * (MAX_PROBE_BYTES - MIN_PROBE_BYTES + 1);

    /** So far apart are probes that are not answered. */
    private static final long PROBE_NANOS = 2_600_000;

    /** The block that begins with the torque, and has another length than any measurement. */
    static final int TORQUE_BYTES = bytesUpTo(Register.TORQUE_ENABLE, Register.TORQUE_LIMIT);

    /** First register of the block with the torque and the goal of a single servo. */
    static final Register STATE_BEGIN = PROBE_BEGIN;

    /**
     * Length of that block, longer than any probe. It ends before the registers 50 to 54, which an
     * STS3215 does not define, and so does not reach the present position.
     */
    static final int STATE_BYTES = bytesUpTo(STATE_BEGIN, Register.TORQUE_LIMIT);

    private static final Joint[] ALL = Joint.values();
    private static final Joint[][] ONE = new Joint[ALL.length][];
    private static final int[] IDS = new int[ALL.length];

    static {
        for (Joint joint : ALL) {
            ONE[joint.ordinal()] = new Joint[] {joint};
            IDS[joint.ordinal()] = joint.id();
        }
    }

    private final BusLine line;
    private final long readTimeoutNanos;
    private final double byteNanos;
    private final LinkStatistics statistics;
    private final Request request = new Request();
    private final Request probe = new Request();
    private final ReplyParser parser = new ReplyParser();
    private final byte[] chunk = new byte[ReplyParser.MAX_CHUNK];

    private long orderNanos = PATIENT_NANOS;
    private long askedAt;
    private long activeAt;
    private long due;

    /** Where the request to all servos begins that is under way, or null … */
    private @Nullable Register pendingFirst;

    /** … how many bytes it asks for, and since when it is. */
    private int pendingCount;

    private long pendingSince;

    /** How many of its replies this exchange has received, without a byte between them. */
    private int received;

    /** Whether replies may come to another request than the next one. */
    private boolean lateRepliesMayCome;

    /** Whether that may be a request to a single servo. */
    private boolean singleUnanswered;

    private int nextProbe;

    /** How many probes were sent since the request that is under way. */
    private int probesSincePending;

    private long probedAt;
    private boolean probeUnanswered;

    private long begunAt;
    private int attempts;

    /** Whether a servo may have lost its power for a moment: an answer was missing. */
    private boolean doubtful;

    /** Since when. */
    private long doubtfulSince;

    /** Whether the servos have said after that whether they have torque. */
    private boolean torqueKnown;

    private final boolean[] torque = new boolean[ALL.length];
    private final Replies torqueReplies =
            (joint, reply) ->
                    this.torque[joint.ordinal()] = reply.value(Register.TORQUE_ENABLE) != 0;

    // Of the last attempt.
    private Outcome outcome = Outcome.REPLY;
    private boolean echoIsNoReply;
    private int echoed;
    private @Nullable Joint faulty;
    private int errorByte;

    /** What a servo may report, as error bytes, by joint: see {@link #tolerate}. */
    private final int[] tolerated = new int[ALL.length];

    /** What the servos reported last. */
    private final int[] reported = new int[ALL.length];

    // What to say of a failure: of the last request, as a probe tells nothing.
    private boolean toAll;
    private Joint current = Joint.SHOULDER_PAN;
    private Outcome failed = Outcome.INCOMPLETE;
    private int found;

    private boolean faultsDeferred;
    private @Nullable ServoFaultException deferredFault;

    // What read(Joint, Register) reads: to explain a fault there may be another request after it.
    private Register asked = Register.MODEL_NUMBER;
    private int answer;
    private final Replies answers = (joint, reply) -> this.answer = reply.value(this.asked);

    ServoBus(BusLine line, int baudRate, Duration readTimeout, LinkStatistics statistics) {
        this.line = line;
        this.byteNanos = BITS * 1e9 / baudRate;
        this.readTimeoutNanos = readTimeout.toNanos();
        this.statistics = statistics;
        tolerate(EnumSet.noneOf(ServoFault.class));
    }

    private static int bytesUpTo(Register first, Register last) {
        return last.address() + last.length() - first.address();
    }

    /**
     * The shortest time-out in which all servos can be asked for so many bytes, and again after a
     * probe, and for their torque.
     */
    static Duration minReadTimeout(int baudRate, int count) {
        int measurement = bytesOnWire(count);
        int probe =
                new Request().read(Request.BROADCAST, PROBE_BEGIN, MIN_PROBE_BYTES).length()
                        + STATUS_BYTES
                        + MIN_PROBE_BYTES;
        int all = Math.max(4 * (probe + measurement), measurement + 2 * bytesOnWire(TORQUE_BYTES));
        return Duration.ofNanos((long) (all * BITS * 1e9 / baudRate));
    }

    private static int bytesOnWire(int count) {
        return new Request().syncRead(IDS, Register.PRESENT_POSITION, count).length()
                + IDS.length * (STATUS_BYTES + count);
    }

    /**
     * From now on these faults are no failures, whichever servo reports them. The overload of a
     * gripper never is one: it holds something.
     */
    void tolerate(Set<ServoFault> faults) {
        Arrays.fill(this.tolerated, ServoFault.errorByte(faults));
        this.tolerated[Joint.GRIPPER.ordinal()] |=
                ServoFault.errorByte(EnumSet.of(ServoFault.OVERLOAD));
    }

    /** Tells whether a servo reported a fault when it replied last. */
    boolean hasReported(Joint joint, ServoFault fault) {
        return fault.isIn(this.reported[joint.ordinal()]);
    }

    /**
     * From now on a servo that does not answer is not waited for so long: others have to be told.
     */
    void hurry() {
        this.orderNanos = HASTY_NANOS;
    }

    /** From now on a servo that reports a fault is told its order nevertheless. */
    void deferFaults() {
        this.faultsDeferred = true;
    }

    /** Returns the fault that a servo reported meanwhile, if one did, and forgets it. */
    @Nullable ServoFaultException takeFault() {
        ServoFaultException fault = this.deferredFault;
        this.deferredFault = null;
        return fault;
    }

    /**
     * Tells whether a servo answers. It is not pinged: the echo of that is the reply of a servo
     * that reports its voltage.
     *
     * @throws PortException if it is the adapter that answers
     */
    boolean answers(Joint joint) {
        try {
            read(joint, Register.FIRMWARE_MAJOR_VERSION);
            return true;
        } catch (LinkException ex) {
            return false;
        } catch (ServoFaultException ex) {
            return true; // whoever reads or writes it will be told
        }
    }

    /**
     * Returns the joints whose servos answer.
     *
     * @throws PortException if it is the adapter that answers
     */
    List<Joint> answering() {
        return Arrays.stream(ALL).filter(this::answers).toList();
    }

    /**
     * Reads a register of one servo.
     *
     * @throws LinkException if there is no intact reply
     * @throws ServoFaultException if the servo reports a fault
     */
    int read(Joint joint, Register register) {
        this.asked = register;
        read(joint, register, register.length(), this.answers);
        return this.answer;
    }

    /**
     * Reads consecutive registers of one servo.
     *
     * @throws LinkException if there is no intact reply
     * @throws ServoFaultException if the servo reports a fault
     */
    void read(Joint joint, Register first, int count, Replies replies) {
        this.request.read(joint.id(), first, count);
        exchange(ONE[joint.ordinal()], first, count, this.orderNanos, replies);
    }

    /**
     * Sets a register of one servo, which confirms it.
     *
     * @throws LinkException if there is no intact reply
     * @throws ServoFaultException if the servo reports a fault
     */
    void write(Joint joint, Register register, int value) {
        this.request.write(joint.id(), register, value);
        exchange(ONE[joint.ordinal()], null, 0, this.orderNanos, NOBODY);
    }

    /**
     * Reads consecutive registers of all servos.
     *
     * @return when the request was sent: what was measured is not older
     * @throws LinkException if a reply is missing or not intact
     * @throws ServoFaultException if a servo reports a fault
     */
    long readAll(Register first, int count, Replies replies) {
        exchange(ALL, first, count, this.readTimeoutNanos, replies);
        return this.askedAt;
    }

    /**
     * Makes sure, after an answer was missing, that the servos have torque: one whose power was
     * gone for a moment has none. Asks once, in the time that is left for this cycle. If the
     * replies are late, the next cycle takes them, with the time of their request as any others.
     *
     * @throws LinkException if there are no intact replies
     * @throws LinkLostException if a servo has no torque
     */
    void requireTorque() {
        long deadline = this.begunAt + this.readTimeoutNanos;
        if (!this.doubtful || (!this.torqueKnown && this.line.nanoTime() - deadline >= 0)) {
            return;
        }
        if (!this.torqueKnown
                && !ask(ALL, Register.TORQUE_ENABLE, TORQUE_BYTES, deadline, this.torqueReplies)) {
            this.statistics.mismatch(this.outcome);
            throw failure();
        }
        this.doubtful = false;
        this.torqueKnown = false;
        for (Joint joint : ALL) {
            if (!this.torque[joint.ordinal()]) {
                throw LinkLostException.torqueLost(joint);
            }
        }
    }

    private void doubt() {
        this.doubtful = true;
        this.doubtfulSince = this.line.nanoTime();
        this.torqueKnown = false;
    }

    /** Sets the goals of all servos, in steps and in the order of the joints. Nobody replies. */
    void writeGoals(int[] goals) {
        if (this.lateRepliesMayCome) {
            awaitQuiet();
        }
        send(this.request.syncWrite(IDS, Register.GOAL_POSITION, goals));
    }

    private void send(Request complete) {
        this.line.write(complete);
        this.activeAt = this.line.nanoTime();
    }

    private void exchange(
            Joint[] joints,
            @Nullable Register first,
            int count,
            long timeoutNanos,
            Replies replies) {
        this.begunAt = this.line.nanoTime();
        this.received = 0;
        for (this.attempts = 1; ; this.attempts++) {
            // The first has half of the time, the others share what is left.
            long share = timeoutNanos / 4 * (this.attempts + 1);
            if (attempt(joints, first, count, this.begunAt + share, replies)) {
                break;
            }
            this.statistics.mismatch(this.outcome);
            // Of a request to all servos that is to be found out.
            if (this.outcome == Outcome.WRONG_ID
                    || (this.outcome == Outcome.INCOMPLETE && !this.toAll)) {
                doubt();
            }
            if (this.attempts == ATTEMPTS) {
                throw failure();
            }
            if (this.outcome != Outcome.INCOMPLETE || !this.parser.isEmpty()) {
                this.received = 0;
                awaitQuiet();
            } // else what comes now may be what is waited for
            this.statistics.retry();
        }
        if (this.faulty != null) {
            ServoFaultException fault = fault(this.faulty, this.errorByte);
            if (!this.faultsDeferred) {
                throw fault;
            }
            this.deferredFault = fault;
        }
    }

    private boolean attempt(
            Joint[] joints, @Nullable Register first, int count, long deadline, Replies replies) {
        if (joints != ALL) {
            if (this.singleUnanswered && !isAnswering(joints[0], deadline)) {
                return false;
            }
        } else if (first != null && this.pendingFirst != null) {
            if (takePending(first, count, deadline, replies)) {
                return true;
            }
            if (this.pendingFirst != null) {
                return false;
            }
        }
        return ask(joints, first, count, deadline, replies);
    }

    private boolean ask(
            Joint[] joints, @Nullable Register first, int count, long deadline, Replies replies) {
        discardInput();
        beginAttempt();
        this.askedAt = this.line.nanoTime();
        this.toAll = joints == ALL && first != null;
        if (this.toAll) {
            this.request.syncRead(IDS, first, count);
        }
        // Of two bytes the reply is as long as the request, and could be the same.
        this.echoIsNoReply = STATUS_BYTES + count != this.request.length();
        this.echoed = 0;
        send(this.request, joints.length * (STATUS_BYTES + count));
        boolean complete = receive(joints, first, count, deadline, replies);
        this.failed = this.outcome;
        this.found = this.parser.found();
        if (this.toAll) {
            this.lateRepliesMayCome = !complete;
            this.pendingFirst = complete ? null : first;
            this.pendingCount = count;
            this.pendingSince = this.askedAt;
            this.probesSincePending = 0;
            this.probeUnanswered &= !complete;
        } else {
            this.singleUnanswered |= !complete;
        }
        return complete;
    }

    private void beginAttempt() {
        this.parser.clear();
        this.faulty = null;
        this.received = 0;
        this.echoIsNoReply = false;
    }

    private void send(Request complete, int replyBytes) {
        int bytes = complete.length() + replyBytes;
        send(complete);
        this.due = this.activeAt + (long) (bytes * this.byteNanos);
    }

    private boolean receive(
            Joint[] joints, @Nullable Register first, int count, long deadline, Replies replies) {
        for (Joint joint : joints) {
            this.current = joint;
            this.received = joint.ordinal();
            if (first == null) {
                this.parser.expectStatus(joint.id());
            } else {
                this.parser.expect(joint.id(), first, count);
            }
            this.outcome = await(deadline);
            if (this.lateRepliesMayCome && joint == joints[0]) {
                while (this.outcome != Outcome.REPLY && this.outcome != Outcome.INCOMPLETE) {
                    this.outcome = await(deadline);
                }
                this.parser.forgive();
            }
            if (this.outcome != Outcome.REPLY) {
                return false;
            }
            take(joint, replies);
        }
        return this.parser.isClean();
    }

    private void take(Joint joint, Replies replies) {
        int errors = this.parser.errorByte();
        this.reported[joint.ordinal()] = errors;
        if ((errors & ~this.tolerated[joint.ordinal()]) != 0 && this.faulty == null) {
            this.faulty = joint;
            this.errorByte = errors;
        }
        replies.replied(joint, this.parser);
    }

    /**
     * Finds out what becomes of the request that is under way. It is not any more when its replies
     * have come, or the reply to a probe that was sent later.
     *
     * @return whether its replies have come and are those that are wanted
     */
    private boolean takePending(Register first, int count, long deadline, Replies replies) {
        Register pending = Objects.requireNonNull(this.pendingFirst);
        boolean wanted = pending == first && this.pendingCount == count;
        boolean torque = pending == Register.TORQUE_ENABLE;
        boolean probed = false;
        if (this.received == 0) {
            beginAttempt();
        } // else it goes on where the last attempt ended
        while (true) {
            this.parser.expect(ALL[this.received].id(), pending, this.pendingCount);
            this.parser.expectLonger(MIN_PROBE_BYTES, MAX_PROBE_BYTES);
            // First what is there already.
            this.outcome = await(probed ? deadline : this.begunAt);
            if (this.outcome == Outcome.REPLY) {
                if (this.received == 0) {
                    this.parser.forgive();
                    this.faulty = null;
                }
                take(ALL[this.received], wanted ? replies : torque ? this.torqueReplies : NOBODY);
                this.received++;
                if (this.received == ALL.length) {
                    this.pendingFirst = null;
                    this.askedAt = this.pendingSince;
                    this.torqueKnown |= torque && this.pendingSince - this.doubtfulSince >= 0;
                    return wanted && isWholeUpToAProbe();
                }
            } else if (this.outcome == Outcome.LONGER && isReplyToProbeSincePending()) {
                this.pendingFirst = null;
                this.probeUnanswered = false;
                doubt();
                return false;
            } else if (this.outcome != Outcome.INCOMPLETE) {
                this.received = 0;
            } else if (probed) {
                return false;
            } else {
                probe();
                probed = true;
            }
        }
    }

    /**
     * Sends a probe, or the same one again while it is not answered: a reply to either tells that
     * the request before both is over. So its number is not one that may still be on its way,
     * however long an adapter keeps what it is sent. Not too soon, nor twice for one exchange: it
     * would send them all at last.
     */
    private void probe() {
        long now = this.line.nanoTime();
        boolean soon = this.probedAt - this.begunAt >= 0 || now - this.probedAt < PROBE_NANOS;
        if (this.probeUnanswered && soon) {
            return;
        }
        if (this.probeUnanswered && this.probesSincePending > 0) {
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
        int id = ALL[number % ALL.length].id();
        int bytes = MIN_PROBE_BYTES + number / ALL.length;
        send(this.probe.read(id, PROBE_BEGIN, bytes), STATUS_BYTES + bytes);
    }

    private void skipProbe() {
        this.nextProbe = (this.nextProbe + 1) % PROBES;
        this.probesSincePending++;
    }

    /**
     * Sends a probe to a servo and waits for its reply. No reply to an earlier request comes after
     * that.
     */
    private boolean isAnswering(Joint joint, long deadline) {
        beginAttempt();
        this.toAll = false;
        this.current = joint;
        this.failed = Outcome.INCOMPLETE;
        while (ALL[this.nextProbe % ALL.length] != joint) {
            skipProbe();
        }
        sendNextProbe();
        do {
            this.parser.expectStatus(joint.id());
            this.parser.expectLonger(MIN_PROBE_BYTES, MAX_PROBE_BYTES);
            this.outcome = await(deadline);
            if (this.outcome == Outcome.INCOMPLETE) {
                return false;
            }
        } while (this.outcome != Outcome.LONGER || probesSinceAnswered() > 0);
        this.singleUnanswered = false;
        return true;
    }

    private boolean isReplyToProbeSincePending() {
        return probesSinceAnswered() < this.probesSincePending;
    }

    /** How many probes were sent after the one to which the last reply belongs. */
    private int probesSinceAnswered() {
        int place = this.parser.id() - ALL[0].id();
        if (place < 0 || place >= ALL.length) {
            return PROBES; // it is of none
        }
        int number = (this.parser.count() - MIN_PROBE_BYTES) * ALL.length + place;
        return Math.floorMod(this.nextProbe - 1 - number, PROBES);
    }

    private boolean isWholeUpToAProbe() {
        return this.parser.isClean()
                || (this.parser.next() == Outcome.LONGER && this.parser.isUnbroken());
    }

    private Outcome await(long deadline) {
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

    /** Compares what comes first with the request. */
    private void checkForEcho(int count) {
        for (int i = 0; i < count && this.echoIsNoReply; i++) {
            this.echoIsNoReply = this.chunk[i] == this.request.bytes()[this.echoed];
            this.echoed++;
            if (this.echoIsNoReply && this.echoed == this.request.length()) {
                throw PortException.echoes(this.line.path());
            }
        }
    }

    /**
     * Sleeps while nothing can have come yet, spins when it is about to, then looks now and then.
     */
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

    /** Waits a little, until no servo talks any more: who talks then is not understood. */
    private void awaitQuiet() {
        discardInput();
        long begin = this.line.nanoTime();
        long now = begin;
        while (now - this.activeAt < QUIET_NANOS && now - begin < QUIET_NANOS) {
            this.line.parkNanos(PAUSE_NANOS);
            discardInput();
            now = this.line.nanoTime();
        }
    }

    /** Of an earlier request, or noise; who makes that without end shall not keep us here. */
    private void discardInput() {
        for (int i = 0; i < MAX_READS && this.line.read(this.chunk) > 0; i++) {
            this.activeAt = this.line.nanoTime();
        }
    }

    private LinkException failure() {
        return switch (this.failed) {
            case INCOMPLETE -> LinkException.noReply(this.current);
            case REPLY -> LinkException.tooManyBytes(this.current);
            default -> mismatch();
        };
    }

    private LinkException mismatch() {
        for (Joint joint : ALL) {
            // They reply in turn: one that replies where another is expected has passed that over.
            boolean later = joint.id() == this.found && joint.compareTo(this.current) > 0;
            if (this.toAll && this.failed == Outcome.WRONG_ID && later) {
                return LinkException.noReplyButOf(this.current, joint);
            }
        }
        return LinkException.mismatch(this.current, this.failed, this.found);
    }

    /** With the temperature, if it can be had at once and matters. */
    private ServoFaultException fault(Joint joint, int error) {
        Integer temperature = null;
        if (ServoFault.in(error).contains(ServoFault.OVERHEAT)) {
            this.request.read(joint.id(), Register.PRESENT_TEMPERATURE, 1);
            long deadline = this.line.nanoTime() + this.readTimeoutNanos / 4;
            if (ask(ONE[joint.ordinal()], Register.PRESENT_TEMPERATURE, 1, deadline, NOBODY)) {
                temperature = this.parser.value(Register.PRESENT_TEMPERATURE);
            }
        }
        return new ServoFaultException(joint, error, temperature);
    }
}
