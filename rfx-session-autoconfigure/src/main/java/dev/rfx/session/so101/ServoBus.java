package dev.rfx.session.so101;

import dev.rfx.session.so101.ReplyParser.Outcome;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
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
 * before is under way. When all numbers are taken, nothing is asked until one is free. The block of
 * registers that holds the torque is longer than any measurement, and so no late measurement is
 * taken for it, nor for the state of a single servo. The other requests to single servos read or
 * confirm fewer bytes than a measurement has, and have a time-out that no reply of theirs survives.
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
    static final int MAX_EXTRA = 15;

    /** A reply that has not come after so long does not come any more. */
    private static final long LOST_NANOS = 1_000_000_000;

    /** Where blocks begin that are longer than any measurement. */
    static final Register BLOCK_BEGIN = Register.MIN_POSITION_LIMIT;

    /** The block that ends with the torque. */
    static final int TORQUE_BYTES =
            Register.TORQUE_ENABLE.address()
                    + Register.TORQUE_ENABLE.length()
                    - BLOCK_BEGIN.address();

    /** The block that ends with the velocity: all that is to be known of a single servo. */
    static final int STATE_BYTES =
            Register.PRESENT_VELOCITY.address()
                    + Register.PRESENT_VELOCITY.length()
                    - BLOCK_BEGIN.address();

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

    /** … and when. */
    private final long[] outstandingSince = new long[MAX_EXTRA + 1];

    private boolean anyOutstanding;
    private int attempts;

    /** Whether a servo may have lost its power for a moment: an answer was missing. */
    private boolean doubtful;

    private final boolean[] torque = new boolean[ALL.length];
    private final Replies torqueReplies =
            (joint, reply) ->
                    this.torque[joint.ordinal()] = reply.value(Register.TORQUE_ENABLE) != 0;

    // Of the last attempt.
    private Joint current = Joint.SHOULDER_PAN;
    private Outcome outcome = Outcome.REPLY;
    private @Nullable Joint faulty;
    private int errorByte;

    /** What a servo may report, as error bytes, by joint: see {@link #tolerate}. */
    private final int[] tolerated = new int[ALL.length];

    /** What the servos reported last. */
    private final int[] reported = new int[ALL.length];

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
        tolerate(EnumSet.noneOf(ServoFault.class));
    }

    /**
     * The shortest time-out in which all servos can be asked for so many bytes, and again, and for
     * their torque.
     */
    static Duration minReadTimeout(int baudRate, int count) {
        int measurement = bytesOnWire(count);
        int all = Math.max(4 * measurement, measurement + 2 * bytesOnWire(TORQUE_BYTES));
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

    /** Returns the joints whose servos answer. */
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
     * Makes sure, in the first cycle in which all is well after an answer was missing, that the
     * servos have torque: one whose power was gone for a moment has none. Asks once, in the time
     * that is left for this cycle; if that is in vain, the next cycle asks again.
     *
     * @throws LinkException if there are no intact replies
     * @throws LinkLostException if a servo has no torque
     */
    void requireTorque() {
        if (!this.doubtful || this.attempts > 1) {
            return;
        }
        long deadline = this.askedAt + this.readTimeoutNanos;
        if (!attempt(ALL, BLOCK_BEGIN, TORQUE_BYTES, deadline, this.torqueReplies)) {
            this.statistics.mismatch(this.outcome);
            throw failure();
        }
        this.doubtful = false;
        for (Joint joint : ALL) {
            if (!this.torque[joint.ordinal()]) {
                throw LinkLostException.torqueLost(joint);
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
            // The first has half of the time, the others share what is left.
            long share = timeoutNanos / 4 * (this.attempts + 1);
            long deadline = begin + share;
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
            if (!chooseExtra()) {
                this.outcome = Outcome.INCOMPLETE;
                return false;
            }
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
            int reported = this.parser.errorByte();
            this.reported[joint.ordinal()] = reported;
            if ((reported & ~this.tolerated[joint.ordinal()]) != 0 && this.faulty == null) {
                this.faulty = joint;
                this.errorByte = reported;
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
            this.outstanding[i] &= this.askedAt - this.outstandingSince[i] < LOST_NANOS;
            this.anyOutstanding |= this.outstanding[i];
        }
    }

    /** The least number that is free. */
    private boolean chooseExtra() {
        for (int i = 0; i <= MAX_EXTRA; i++) {
            if (!this.outstanding[i]) {
                this.extra = i;
                return true;
            }
        }
        return false;
    }

    /** Notes what came of a request to all servos. */
    private void note(boolean complete) {
        if (complete) {
            Arrays.fill(this.outstanding, false);
        } else {
            this.outstanding[this.extra] = true;
            this.outstandingSince[this.extra] = this.askedAt;
        }
        this.anyOutstanding = !complete;
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
            long deadline = System.nanoTime() + this.readTimeoutNanos / 4;
            if (attempt(ONE[joint.ordinal()], Register.PRESENT_TEMPERATURE, 1, deadline, NOBODY)) {
                temperature = this.parser.value(Register.PRESENT_TEMPERATURE);
            }
        }
        return new ServoFaultException(joint, error, temperature);
    }
}
