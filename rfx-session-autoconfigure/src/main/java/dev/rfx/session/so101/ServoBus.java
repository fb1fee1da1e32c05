package dev.rfx.session.so101;

import dev.rfx.session.so101.ReplyParser.Outcome;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Requests to the servos and their replies. A request whose replies are missing or damaged is sent
 * again, twice, but not for longer than its time-out in all. Those of a control loop allocate
 * nothing as long as nothing fails. Used by one thread at a time.
 *
 * <p>A reply does not say what it answers, and one that comes after its time could be taken for the
 * reply to the next request. It tells by its length: a request to all servos asks for another
 * number of bytes than those before whose replies may be under way still, up to 15 more than are
 * wanted. Replies come in the order of the requests: after the reply to a later one, none to those
 * before is under way. When all numbers are taken, what is measured counts as measured when the
 * first request with its number was sent. Requests to single servos, which are not the control
 * loop's, have a time-out that no reply survives.
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

    /** How many bytes more than wanted are asked for at most, to tell replies apart. */
    private static final int MAX_EXTRA = 15;

    /** A reply that has not come after so long does not come any more. */
    private static final long LOST_NANOS = 1_000_000_000;

    /**
     * Registers that end with TORQUE_ENABLE, and are more than the control loop ever asks for, so
     * that by its length no reply is taken for another.
     */
    private static final Register TORQUE_BEGIN = Register.MIN_POSITION_LIMIT;

    private static final int TORQUE_BYTES =
            Register.TORQUE_ENABLE.address()
                    + Register.TORQUE_ENABLE.length()
                    - TORQUE_BEGIN.address();

    private static final Joint[] ALL = Joint.values();
    private static final Joint[][] ONE = new Joint[ALL.length][];
    private static final int[] IDS = new int[ALL.length];

    static {
        for (Joint joint : ALL) {
            ONE[joint.ordinal()] = new Joint[] {joint};
            IDS[joint.ordinal()] = joint.id();
        }
    }

    private final ArmPort port;
    private final long readTimeoutNanos;
    private final double byteNanos;
    private final LinkStatistics statistics;
    private final Request request = new Request();
    private final ReplyParser parser = new ReplyParser();
    private final byte[] chunk = new byte[ReplyParser.MAX_CHUNK];

    private long orderNanos = PATIENT_NANOS;
    private long askedAt;
    private long activeAt;
    private long due;
    private int extra;

    /** Which numbers of extra bytes were asked for by requests without an answer yet, … */
    private final boolean[] outstanding = new boolean[MAX_EXTRA + 1];

    /** … when first, … */
    private final long[] outstandingSince = new long[MAX_EXTRA + 1];

    /** … and when last. */
    private final long[] outstandingUntil = new long[MAX_EXTRA + 1];

    private boolean anyOutstanding;
    private int attempts;

    /** Whether a servo may have lost its power for a moment: an answer was missing. */
    private boolean doubtful;

    private final boolean[] torque = new boolean[ALL.length];
    private final Replies torqueReplies =
            (joint, reply) ->
                    this.torque[joint.ordinal()] = reply.value(Register.TORQUE_ENABLE) != 0;

    private long measuredAt;

    // Of the last attempt.
    private Joint current = Joint.SHOULDER_PAN;
    private Outcome outcome = Outcome.REPLY;
    private @Nullable Joint faulty;
    private int errorByte;

    private boolean faultsDeferred;
    private @Nullable ServoFaultException deferredFault;

    // What read(Joint, Register) reads: to explain a fault there may be another request after it.
    private Register asked = Register.MODEL_NUMBER;
    private int answer;
    private final Replies answers = (joint, reply) -> this.answer = reply.value(this.asked);

    ServoBus(ArmPort port, int baudRate, Duration readTimeout, LinkStatistics statistics) {
        this.port = port;
        this.byteNanos = BITS * 1e9 / baudRate;
        this.readTimeoutNanos = readTimeout.toNanos();
        this.statistics = statistics;
    }

    /** The shortest time-out in which all servos can be asked for so many bytes, and again. */
    static Duration minReadTimeout(int baudRate, int count) {
        int bytes =
                new Request().syncRead(IDS, Register.PRESENT_POSITION, count).length()
                        + IDS.length * (STATUS_BYTES + count + MAX_EXTRA);
        return Duration.ofNanos((long) (ATTEMPTS * bytes * BITS * 1e9 / baudRate));
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

    /** Tells whether a servo answers. */
    boolean answers(Joint joint) {
        this.request.ping(joint.id());
        try {
            exchange(ONE[joint.ordinal()], null, 0, this.orderNanos, NOBODY);
            return true;
        } catch (LinkException ex) {
            return false;
        } catch (ServoFaultException ex) {
            return true; // whoever reads or writes it will be told
        }
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
     * @return when the request was sent, or the first one of those to which this can be the answer:
     *     what was measured is not older
     * @throws LinkException if a reply is missing or not intact
     * @throws ServoFaultException if a servo reports a fault
     */
    long readAll(Register first, int count, Replies replies) {
        exchange(ALL, first, count, this.readTimeoutNanos, replies);
        return this.measuredAt;
    }

    /**
     * Makes sure, in the first cycle in which all is well after an answer was missing, that the
     * servos have torque: one whose power was gone for a moment has none. Asks once; if that is in
     * vain, the next cycle asks again.
     *
     * @throws LinkLostException if one has none
     */
    void requireTorque() {
        if (!this.doubtful || this.attempts > 1) {
            return;
        }
        long share = this.readTimeoutNanos / ATTEMPTS;
        long wire = (long) (ALL.length * (STATUS_BYTES + TORQUE_BYTES) * this.byteNanos);
        long deadline = System.nanoTime() + Math.max(share, 2 * wire);
        if (attempt(ALL, TORQUE_BEGIN, TORQUE_BYTES, deadline, this.torqueReplies)) {
            this.doubtful = false;
            for (Joint joint : ALL) {
                if (!this.torque[joint.ordinal()]) {
                    throw LinkLostException.torqueLost(joint);
                }
            }
        }
    }

    /** Sets the goals of all servos, in steps and in the order of the joints. Nobody replies. */
    void writeGoals(int[] goals) {
        if (this.anyOutstanding) {
            awaitQuiet();
        }
        send(this.request.syncWrite(IDS, Register.GOAL_POSITION, goals));
    }

    private void send(Request complete) {
        this.port.write(complete);
        this.activeAt = System.nanoTime();
    }

    private void exchange(
            Joint[] joints,
            @Nullable Register first,
            int count,
            long timeoutNanos,
            Replies replies) {
        long begin = System.nanoTime();
        for (this.attempts = 1; ; this.attempts++) {
            // Each attempt has its share, so that the last one has one, too.
            long deadline = begin + timeoutNanos * this.attempts / ATTEMPTS;
            if (attempt(joints, first, count, deadline, replies)) {
                break;
            }
            this.statistics.mismatch(this.outcome);
            this.doubtful |= this.outcome == Outcome.INCOMPLETE || this.outcome == Outcome.WRONG_ID;
            if (this.attempts == ATTEMPTS) {
                throw failure();
            }
            awaitQuiet();
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
            Joint[] joints, @Nullable Register first, int wanted, long deadline, Replies replies) {
        discardInput();
        this.parser.clear();
        this.faulty = null;
        this.askedAt = System.nanoTime();
        boolean toAll = joints == ALL && first != null;
        forgetLost();
        boolean lateRepliesMayCome = this.anyOutstanding;
        int count = wanted;
        if (toAll) {
            chooseExtra();
            count += this.extra;
            this.request.syncRead(IDS, first, count);
        }
        send(this.request);
        int bytes = this.request.length() + joints.length * (STATUS_BYTES + count);
        this.due = this.activeAt + (long) (bytes * this.byteNanos);
        boolean complete = receive(joints, first, count, deadline, lateRepliesMayCome, replies);
        if (toAll) {
            note(complete);
        }
        return complete;
    }

    private boolean receive(
            Joint[] joints,
            @Nullable Register first,
            int count,
            long deadline,
            boolean lateRepliesMayCome,
            Replies replies) {
        for (Joint joint : joints) {
            this.current = joint;
            if (first == null) {
                this.parser.expectStatus(joint.id());
            } else {
                this.parser.expect(joint.id(), first, count);
            }
            this.outcome = await(deadline);
            if (lateRepliesMayCome && joint == joints[0]) {
                while (this.outcome != Outcome.REPLY && this.outcome != Outcome.INCOMPLETE) {
                    this.outcome = await(deadline);
                }
                this.parser.forgive();
            }
            if (this.outcome != Outcome.REPLY) {
                return false;
            }
            if (this.parser.errorByte() != 0 && this.faulty == null) {
                this.faulty = joint;
                this.errorByte = this.parser.errorByte();
            }
            replies.replied(joint, this.parser);
        }
        return this.parser.isClean();
    }

    private void forgetLost() {
        if (!this.anyOutstanding) {
            return;
        }
        this.anyOutstanding = false;
        for (int i = 0; i <= MAX_EXTRA; i++) {
            this.outstanding[i] &= this.askedAt - this.outstandingUntil[i] < LOST_NANOS;
            this.anyOutstanding |= this.outstanding[i];
        }
    }

    /** The least number that is free. If none is, the last one again, until another is free. */
    private void chooseExtra() {
        for (int i = 0; i <= MAX_EXTRA; i++) {
            if (!this.outstanding[i]) {
                this.extra = i;
                return;
            }
        }
    }

    /** Notes what came of a request to all servos. */
    private void note(boolean complete) {
        boolean reused = this.outstanding[this.extra];
        this.measuredAt = reused ? this.outstandingSince[this.extra] : this.askedAt;
        if (reused) {
            this.outstandingUntil[this.extra] = this.askedAt;
        } else if (complete) {
            Arrays.fill(this.outstanding, false);
            this.anyOutstanding = false;
        } else {
            this.outstanding[this.extra] = true;
            this.outstandingSince[this.extra] = this.askedAt;
            this.outstandingUntil[this.extra] = this.askedAt;
            this.anyOutstanding = true;
        }
    }

    private Outcome await(long deadline) {
        Outcome found = this.parser.next();
        while (found == Outcome.INCOMPLETE) {
            int count = this.port.read(this.chunk);
            if (count > 0) {
                this.activeAt = System.nanoTime();
                this.parser.accept(this.chunk, count);
                found = this.parser.next();
            } else {
                long now = System.nanoTime();
                if (now - deadline >= 0) {
                    return Outcome.INCOMPLETE;
                }
                pause(now, deadline);
            }
        }
        return found;
    }

    /**
     * Sleeps while nothing can have come yet, spins when it is about to, then looks now and then.
     */
    private void pause(long now, long deadline) {
        long early = Math.min(this.due - OVERSLEEP_NANOS - now, deadline - now);
        if (early > 0) {
            LockSupport.parkNanos(this, early);
        } else if (now - this.due < SPIN_NANOS) {
            Thread.onSpinWait();
        } else {
            LockSupport.parkNanos(this, PAUSE_NANOS);
        }
    }

    /** Waits a little, until no servo talks any more: who talks then is not understood. */
    private void awaitQuiet() {
        discardInput();
        long begin = System.nanoTime();
        long now = begin;
        while (now - this.activeAt < QUIET_NANOS && now - begin < QUIET_NANOS) {
            LockSupport.parkNanos(this, PAUSE_NANOS);
            discardInput();
            now = System.nanoTime();
        }
    }

    /** Of an earlier request, or noise; who makes that without end shall not keep us here. */
    private void discardInput() {
        for (int i = 0; i < MAX_READS && this.port.read(this.chunk) > 0; i++) {
            this.activeAt = System.nanoTime();
        }
    }

    private LinkException failure() {
        return this.outcome == Outcome.INCOMPLETE
                ? LinkException.noReply(this.current)
                : this.outcome == Outcome.REPLY
                        ? LinkException.tooManyBytes(this.current)
                        : LinkException.mismatch(this.current, this.outcome, this.parser.found());
    }

    /** With the temperature, if it can be had at once and matters. */
    private ServoFaultException fault(Joint joint, int error) {
        Integer temperature = null;
        if (ServoFault.in(error).contains(ServoFault.OVERHEAT)) {
            this.request.read(joint.id(), Register.PRESENT_TEMPERATURE, 1);
            long deadline = System.nanoTime() + this.readTimeoutNanos / ATTEMPTS;
            if (attempt(ONE[joint.ordinal()], Register.PRESENT_TEMPERATURE, 1, deadline, NOBODY)) {
                temperature = this.parser.value(Register.PRESENT_TEMPERATURE);
            }
        }
        return new ServoFaultException(joint, error, temperature);
    }
}
