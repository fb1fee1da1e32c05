package dev.rfx.session.so101;

import dev.rfx.session.so101.ReplyParser.Outcome;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Requests to the servos and their replies. A request whose replies are missing or damaged is sent
 * again, twice, but not for longer than its time-out in all. Those of a control loop allocate
 * nothing as long as nothing fails. Used by one thread at a time.
 *
 * <p>A reply does not say what it answers. One that comes after its time could be taken for the
 * reply to the next request, so after a request that had to be repeated the bus has to be quiet
 * before there is another, and what was measured counts as measured when it was asked for first.
 * Requests to single servos, which are not the control loop's, have a time-out that no reply
 * survives.
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

    /** Who has not heard a byte for so long has heard the last one. */
    private static final long QUIET_NANOS = 500_000;

    /** For a request to a single servo, as long as nothing moves and nobody waits. */
    private static final long PATIENT_NANOS = 600_000_000;

    /** For a request to a single servo when the arm is to come to rest. */
    private static final long HASTY_NANOS = 150_000_000;

    private static final int STATUS_BYTES = 6;
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
    private long due;
    private boolean unsettled;

    // Of the last attempt.
    private Joint current = Joint.SHOULDER_PAN;
    private Outcome outcome = Outcome.REPLY;
    private @Nullable Joint faulty;
    private boolean faultsDeferred;
    private @Nullable ServoFaultException deferredFault;
    private int value;
    private int errorByte;

    ServoBus(ArmPort port, int baudRate, Duration readTimeout, LinkStatistics statistics) {
        this.port = port;
        this.byteNanos = BITS * 1e9 / baudRate;
        this.readTimeoutNanos = readTimeout.toNanos();
        this.statistics = statistics;
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
        this.request.read(joint.id(), register, register.length());
        exchange(
                ONE[joint.ordinal()],
                register,
                register.length(),
                this.orderNanos,
                // Now: to explain a fault there may be another request.
                (servo, reply) -> this.value = reply.value(register));
        return this.value;
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
     * @return when the request was sent first: what was measured is not older
     * @throws LinkException if a reply is missing or not intact
     * @throws ServoFaultException if a servo reports a fault
     */
    long readAll(Register first, int count, Replies replies) {
        this.request.syncRead(IDS, first, count);
        exchange(ALL, first, count, this.readTimeoutNanos, replies);
        return this.askedAt;
    }

    /** Sets the goals of all servos, in steps and in the order of the joints. Nobody replies. */
    void writeGoals(int[] goals) {
        this.port.write(this.request.syncWrite(IDS, Register.GOAL_POSITION, goals));
    }

    private void exchange(
            Joint[] joints,
            @Nullable Register first,
            int count,
            long timeoutNanos,
            Replies replies) {
        if (this.unsettled) {
            awaitQuiet(System.nanoTime() + timeoutNanos);
        }
        this.askedAt = System.nanoTime();
        this.unsettled = true;
        for (int attempt = 1; ; attempt++) {
            // Each attempt has its share, so that the last one has one, too.
            long deadline = this.askedAt + timeoutNanos * attempt / ATTEMPTS;
            if (attempt(joints, first, count, deadline, replies)) {
                this.unsettled = attempt > 1;
                break;
            }
            this.statistics.mismatch(this.outcome);
            if (attempt == ATTEMPTS) {
                throw failure();
            }
            awaitQuiet(deadline);
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
        discardInput();
        this.parser.clear();
        this.faulty = null;
        this.port.write(this.request);
        int bytes = this.request.length() + joints.length * (STATUS_BYTES + count);
        this.due = System.nanoTime() + (long) (bytes * this.byteNanos);
        for (Joint joint : joints) {
            this.current = joint;
            if (first == null) {
                this.parser.expectStatus(joint.id());
            } else {
                this.parser.expect(joint.id(), first, count);
            }
            this.outcome = await(deadline);
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

    private Outcome await(long deadline) {
        Outcome found = this.parser.next();
        while (found == Outcome.INCOMPLETE) {
            int count = this.port.read(this.chunk);
            if (count > 0) {
                this.parser.accept(this.chunk, count);
                found = this.parser.next();
            } else {
                long now = System.nanoTime();
                if (now - deadline >= 0) {
                    return Outcome.INCOMPLETE;
                }
                pause(now);
            }
        }
        return found;
    }

    /**
     * Sleeps while nothing can have come yet, spins when it is about to, then looks now and then.
     */
    private void pause(long now) {
        long early = this.due - OVERSLEEP_NANOS - now;
        if (early > 0) {
            LockSupport.parkNanos(this, early);
        } else if (now - this.due < SPIN_NANOS) {
            Thread.onSpinWait();
        } else {
            LockSupport.parkNanos(this, PAUSE_NANOS);
        }
    }

    /** The servos after one that did not answer may still be talking. */
    private void awaitQuiet(long deadline) {
        long now = System.nanoTime();
        long lastByte = now;
        while (now - lastByte < QUIET_NANOS && now - deadline < 0) {
            if (this.port.read(this.chunk) > 0) {
                lastByte = now;
            } else {
                LockSupport.parkNanos(this, PAUSE_NANOS);
            }
            now = System.nanoTime();
        }
    }

    private void discardInput() {
        while (this.port.read(this.chunk) > 0) {
            // of an earlier request, or noise
        }
    }

    private LinkException failure() {
        return this.outcome == Outcome.INCOMPLETE
                ? LinkException.noReply(this.current)
                : this.outcome == Outcome.REPLY
                        ? LinkException.tooManyBytes(this.current)
                        : LinkException.mismatch(this.current, this.outcome, this.parser.found());
    }

    /** With the temperature, if it can be had and matters. */
    private ServoFaultException fault(Joint joint, int error) {
        Integer temperature = null;
        if (ServoFault.in(error).contains(ServoFault.OVERHEAT)) {
            this.request.read(joint.id(), Register.PRESENT_TEMPERATURE, 1);
            if (attempt(
                    ONE[joint.ordinal()],
                    Register.PRESENT_TEMPERATURE,
                    1,
                    System.nanoTime() + this.orderNanos / ATTEMPTS,
                    NOBODY)) {
                temperature = this.parser.value(Register.PRESENT_TEMPERATURE);
            }
        }
        return new ServoFaultException(joint, error, temperature);
    }
}
