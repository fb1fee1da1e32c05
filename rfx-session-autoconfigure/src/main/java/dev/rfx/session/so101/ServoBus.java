package dev.rfx.session.so101;

import dev.rfx.session.so101.protocol.Register;
import dev.rfx.session.so101.protocol.ReplyParser;
import dev.rfx.session.so101.protocol.ReplyParser.Outcome;
import dev.rfx.session.so101.protocol.Request;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests to the servos and receives their replies. After missing or damaged replies it
 * repeats a request, twice, within the time-out of the request. {@link LateReplies} keeps it from
 * taking a reply to another request. The requests of a control loop allocate nothing while nothing
 * fails. Used by one thread at a time.
 */
final class ServoBus {

    private static final int ATTEMPTS = 3;

    /** Time-out of a request to a single servo while nothing moves. */
    private static final long PATIENT_NANOS = 600_000_000;

    /** Time-out of a request to a single servo while the arm comes to rest. */
    private static final long HASTY_NANOS = 150_000_000;

    /** First register of the block with the torque and the goal of a single servo. */
    static final Register STATE_BEGIN = LateReplies.PROBE_BEGIN;

    /**
     * Length of that block, longer than any probe. It ends before the registers 50 to 54, which an
     * STS3215 does not define, and so does not reach the present position.
     */
    static final int STATE_BYTES = STATE_BEGIN.bytesTo(Register.TORQUE_LIMIT);

    private static final Joint[] ALL = Joint.values();
    private static final Joint[][] ONE = new Joint[ALL.length][];
    private static final int[] IDS = new int[ALL.length];

    static {
        for (Joint joint : ALL) {
            ONE[joint.ordinal()] = new Joint[] {joint};
            IDS[joint.ordinal()] = joint.id();
        }
    }

    private final Wire wire;
    private final ReplyParser parser;
    private final ReportedFaults faults = new ReportedFaults();
    private final TorqueCheck torque = new TorqueCheck();
    private final LateReplies late;
    private final long readTimeoutNanos;
    private final LinkStatistics statistics;
    private final Request request = new Request();

    private long singleTimeoutNanos = PATIENT_NANOS;
    private long begunAt;
    private long askedAt;

    // The last request, for the message of its failure. A probe does not change these.
    private boolean toAll;
    private Joint current = Joint.SHOULDER_PAN;
    private Outcome failed = Outcome.INCOMPLETE;
    private int found;

    private boolean faultsDeferred;
    private @Nullable ServoFaultException deferredFault;

    // Register and result of read(Joint, Register). The explanation of a fault reads another one.
    private Register asked = Register.MODEL_NUMBER;
    private int answer;
    private final Replies answers = (joint, reply) -> this.answer = reply.value(this.asked);

    ServoBus(BusLine line, int baudRate, Duration readTimeout, LinkStatistics statistics) {
        this.wire = new Wire(line, baudRate);
        this.parser = this.wire.parser();
        this.late = new LateReplies(this.wire, this.faults, this.torque);
        this.readTimeoutNanos = readTimeout.toNanos();
        this.statistics = statistics;
    }

    /**
     * {@return the shortest time-out in which all servos can reply with a number of bytes, again
     * after a probe, and with their torque}
     */
    static Duration minReadTimeout(int baudRate, int count) {
        int measurement = bytesOnWire(count);
        int probed = LateReplies.MIN_PROBE_BYTES;
        int probe =
                new Request().read(Request.BROADCAST, LateReplies.PROBE_BEGIN, probed).length()
                        + ReplyParser.OVERHEAD
                        + probed;
        int all =
                Math.max(
                        4 * (probe + measurement),
                        measurement + 2 * bytesOnWire(TorqueCheck.BYTES));
        return Duration.ofNanos((long) Wire.nanosOf(all, baudRate));
    }

    private static int bytesOnWire(int count) {
        return new Request().syncRead(IDS, Register.PRESENT_POSITION, count).length()
                + IDS.length * (ReplyParser.OVERHEAD + count);
    }

    /** Sets the faults that are no failures, see {@link ReportedFaults#tolerate}. */
    void tolerate(Set<ServoFault> tolerated) {
        this.faults.tolerate(tolerated);
    }

    /** {@return whether the last reply of a servo reported a fault} */
    boolean hasReported(Joint joint, ServoFault fault) {
        return this.faults.contains(joint, fault);
    }

    /**
     * Shortens the time-out of requests to a single servo, because the others have to be reached.
     */
    void hurry() {
        this.singleTimeoutNanos = HASTY_NANOS;
    }

    /** Keeps faults for {@link #takeFault()} instead of throwing them. */
    void deferFaults() {
        this.faultsDeferred = true;
    }

    /** {@return the last deferred fault, or null} It is returned once. */
    @Nullable ServoFaultException takeFault() {
        ServoFaultException fault = this.deferredFault;
        this.deferredFault = null;
        return fault;
    }

    /**
     * {@return whether a servo answers} It reads a register instead of a PING, because the echo of
     * a PING is a valid reply that reports a fault of the voltage.
     *
     * @throws PortException if the adapter echoes
     */
    boolean answers(Joint joint) {
        try {
            read(joint, Register.FIRMWARE_MAJOR_VERSION);
            return true;
        } catch (LinkException ex) {
            return false;
        } catch (ServoFaultException ex) {
            return true; // the next read or write of this servo throws it again
        }
    }

    /**
     * {@return the joints whose servos answer}
     *
     * @throws PortException if the adapter echoes
     */
    List<Joint> answering() {
        return Arrays.stream(ALL).filter(this::answers).toList();
    }

    /**
     * {@return the value of a register of one servo}
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
        exchange(ONE[joint.ordinal()], first, count, this.singleTimeoutNanos, replies);
    }

    /**
     * Writes a register of one servo and waits for the confirmation.
     *
     * @throws LinkException if there is no intact reply
     * @throws ServoFaultException if the servo reports a fault
     */
    void write(Joint joint, Register register, int value) {
        this.request.write(joint.id(), register, value);
        exchange(ONE[joint.ordinal()], null, 0, this.singleTimeoutNanos, Replies.IGNORED);
    }

    /**
     * Reads consecutive registers of all servos.
     *
     * @return when the request was sent; the values are not older
     * @throws LinkException if a reply is missing or not intact
     * @throws ServoFaultException if a servo reports a fault
     */
    long readAll(Register first, int count, Replies replies) {
        exchange(ALL, first, count, this.readTimeoutNanos, replies);
        return this.askedAt;
    }

    /**
     * Checks, after a missing reply, that all servos have torque: a servo whose power was gone for
     * a moment has none. It asks once, in the time that is left of this cycle. The next cycle takes
     * late replies, with the time of their request.
     *
     * @throws LinkException if there are no intact replies
     * @throws LinkLostException if a servo has no torque
     */
    void requireTorque() {
        if (!this.torque.isDoubtful()) {
            return;
        }
        if (!this.torque.isKnown()) {
            long deadline = this.begunAt + this.readTimeoutNanos;
            if (this.wire.nanoTime() - deadline >= 0) {
                return;
            }
            if (!ask(ALL, TorqueCheck.FIRST, TorqueCheck.BYTES, deadline, this.torque)) {
                this.statistics.mismatch(this.wire.outcome());
                throw failure();
            }
        }
        this.torque.settle();
    }

    /** Sends the goals of all servos, in steps and in the order of the joints, without replies. */
    void writeGoals(int[] goals) {
        if (this.late.mayCome()) {
            this.wire.awaitQuiet();
        }
        this.wire.send(this.request.syncWrite(IDS, Register.GOAL_POSITION, goals));
    }

    private void exchange(
            Joint[] joints,
            @Nullable Register first,
            int count,
            long timeoutNanos,
            Replies replies) {
        this.begunAt = this.wire.nanoTime();
        this.late.beginExchange(this.begunAt);
        for (int attempt = 1; ; attempt++) {
            // The first attempt has half of the time, the others share the rest.
            long share = timeoutNanos / 4 * (attempt + 1);
            if (attempt(joints, first, count, this.begunAt + share, replies)) {
                break;
            }
            Outcome outcome = this.wire.outcome();
            this.statistics.mismatch(outcome);
            // After a missing reply of all servos, a probe decides.
            if (outcome == Outcome.WRONG_ID || (outcome == Outcome.INCOMPLETE && !this.toAll)) {
                this.torque.doubt(this.wire.nanoTime());
            }
            if (attempt == ATTEMPTS) {
                throw failure();
            }
            if (outcome != Outcome.INCOMPLETE || !this.parser.isEmpty()) {
                this.late.discardReceived();
                this.wire.awaitQuiet();
            } // else the next bytes may be the awaited ones
            this.statistics.retry();
        }
        Joint faulty = this.faults.faulty();
        if (faulty != null) {
            ServoFaultException fault = fault(faulty, this.faults.errorByte());
            if (!this.faultsDeferred) {
                throw fault;
            }
            this.deferredFault = fault;
        }
    }

    private boolean attempt(
            Joint[] joints, @Nullable Register first, int count, long deadline, Replies replies) {
        if (joints != ALL) {
            if (this.late.needProbe() && !isAnswering(joints[0], deadline)) {
                return false;
            }
        } else if (first != null && this.late.isOutstanding()) {
            if (this.late.take(first, count, deadline, replies)) {
                this.askedAt = this.late.outstandingSince();
                return true;
            }
            if (this.late.isOutstanding()) {
                return false;
            }
        }
        return ask(joints, first, count, deadline, replies);
    }

    private boolean isAnswering(Joint joint, long deadline) {
        this.toAll = false;
        this.current = joint;
        this.failed = Outcome.INCOMPLETE;
        return this.late.probe(joint, deadline);
    }

    private boolean ask(
            Joint[] joints, @Nullable Register first, int count, long deadline, Replies replies) {
        this.wire.discardInput();
        this.wire.clear();
        this.faults.clear();
        this.askedAt = this.wire.nanoTime();
        this.toAll = joints == ALL && first != null;
        if (this.toAll) {
            this.request.syncRead(IDS, first, count);
        }
        int replyBytes = ReplyParser.OVERHEAD + count;
        if (replyBytes != this.request.length()) {
            this.wire.detectEcho(this.request);
        } // else a reply can have the same bytes as its request
        this.wire.send(this.request, joints.length * replyBytes);
        boolean complete = receive(joints, first, count, deadline, replies);
        this.failed = this.wire.outcome();
        this.found = this.parser.found();
        if (this.toAll) {
            this.late.askedAll(first, count, this.askedAt, complete);
        } else {
            this.late.askedOne(complete);
        }
        return complete;
    }

    private boolean receive(
            Joint[] joints, @Nullable Register first, int count, long deadline, Replies replies) {
        for (Joint joint : joints) {
            this.current = joint;
            this.late.expecting(joint);
            if (first == null) {
                this.parser.expectStatus(joint.id());
            } else {
                this.parser.expect(joint.id(), first, count);
            }
            Outcome outcome = this.wire.await(deadline);
            if (this.late.mayCome() && joint == joints[0]) {
                while (outcome != Outcome.REPLY && outcome != Outcome.INCOMPLETE) {
                    outcome = this.wire.await(deadline);
                }
                this.parser.forgive();
            }
            if (outcome != Outcome.REPLY) {
                return false;
            }
            this.faults.add(joint, this.parser.errorByte());
            replies.replied(joint, this.parser);
        }
        return this.parser.isClean();
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
            // Servos reply in turn: the reply of a later one shows that this one is silent.
            boolean later = joint.id() == this.found && joint.compareTo(this.current) > 0;
            if (this.toAll && this.failed == Outcome.WRONG_ID && later) {
                return LinkException.noReplyButOf(this.current, joint);
            }
        }
        return LinkException.mismatch(this.current, this.failed, this.found);
    }

    /** Adds the temperature to an overheat fault, if the servo reports it at once. */
    private ServoFaultException fault(Joint joint, int errorByte) {
        Integer temperature = null;
        if (ServoFault.in(errorByte).contains(ServoFault.OVERHEAT)) {
            this.request.read(joint.id(), Register.PRESENT_TEMPERATURE, 1);
            long deadline = this.wire.nanoTime() + this.readTimeoutNanos / 4;
            Joint[] one = ONE[joint.ordinal()];
            if (ask(one, Register.PRESENT_TEMPERATURE, 1, deadline, Replies.IGNORED)) {
                temperature = this.parser.value(Register.PRESENT_TEMPERATURE);
            }
        }
        return new ServoFaultException(joint, errorByte, temperature);
    }
}
