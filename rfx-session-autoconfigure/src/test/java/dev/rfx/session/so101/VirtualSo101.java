package dev.rfx.session.so101;

import dev.rfx.session.so101.protocol.Register;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * An SO-101 without an arm: six servos on a bus behind a pseudo-terminal, so that the real driver
 * with the real serial library can be its peer. {@link #port()} is the path to open.
 *
 * <p>By default nothing takes time but the servos' Return_Delay_Time, which is 500 µs until a
 * request changes it; {@link Builder#paced()} makes every byte take the 10 µs of 1 Mbaud. Only
 * Linux has the pseudo-terminal. Safe for use by several threads.
 */
public final class VirtualSo101 implements AutoCloseable {

    private static final long BYTE_NANOS = 10_000;

    private final VirtualUsbPort port;
    private final RequestReader reader = new RequestReader(); // the port's thread's
    private final BusTime bus; // the port's thread's
    private final long replyDelayNanos;
    private final boolean silentAfterMissing;

    // All below is guarded by this.
    private final Map<Joint, VirtualServo> servos = new EnumMap<>(Joint.class);
    private final List<WireRequest> requests = new ArrayList<>();
    private final List<GoalWrite> goals = new ArrayList<>();
    private Random random = new Random();
    private double randomProbability;
    private ReplyFault randomFault = ReplyFault.lost();
    private boolean silent;
    private boolean echoing;
    private long maxLatencyNanos;
    private int goalsUntilEvent;
    private Runnable event = () -> {};

    private VirtualSo101(Builder builder) throws IOException {
        this.bus = new BusTime(builder.paced ? BYTE_NANOS : 0);
        this.replyDelayNanos = builder.replyDelay.toNanos();
        this.silentAfterMissing = builder.silentAfterMissing;
        VirtualServo.Behaviour behaviour =
                new VirtualServo.Behaviour(
                        builder.stepsPerSecond,
                        builder.goalAtPowerUp,
                        builder.goalTurnsTorqueOn,
                        builder.answersForUndefinedRegisters);
        builder.calibrations.forEach(
                (joint, calibration) ->
                        this.servos.put(
                                joint,
                                new VirtualServo(calibration, behaviour, System.nanoTime())));
        this.port = new VirtualUsbPort(this::receive);
        this.port.start();
    }

    /** Plugs in an arm that has nothing wrong. */
    public static VirtualSo101 start() {
        return builder().start();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** The path of the serial port: a symbolic link that is there while the arm is plugged in. */
    public Path port() {
        return this.port.path();
    }

    /** The USB plug is pulled. The servos have their own supply: they keep torque and goals. */
    public void unplug() {
        this.port.unplug();
    }

    /** The USB plug will be pulled when the arm has sent so many bytes more. */
    public void unplugAfter(int bytes) {
        this.port.unplugAfter(bytes);
    }

    /** Plugs the arm in: another device under the same link. */
    public void plugIn() {
        this.port.plugIn();
    }

    /** Stops taking bytes, so that whoever writes is blocked at last, or goes on taking them. */
    public void setStalled(boolean stalled) {
        this.port.setStalled(stalled);
    }

    /** The power of all servos goes and comes. */
    public synchronized void powerCycle() {
        this.servos.values().forEach(servo -> servo.powerCycle(System.nanoTime()));
    }

    /** Cuts the bus, so that nothing reaches a servo or comes back, or mends it. */
    public synchronized void setSilent(boolean silent) {
        this.silent = silent;
    }

    /** Lets the adapter send back what it gets, or not. */
    public synchronized void setEchoing(boolean echoing) {
        this.echoing = echoing;
    }

    private synchronized boolean isEchoing() {
        return this.echoing;
    }

    /** Takes a servo off the bus, or puts it back. */
    public synchronized void setDead(Joint joint, boolean dead) {
        servo(joint).setDead(dead);
    }

    /** Holds a joint where it is, whatever its goal, or lets it go. */
    public synchronized void setBlocked(Joint joint, boolean blocked) {
        servo(joint).setBlocked(blocked, System.nanoTime());
    }

    /** Lets all encoders be wrong by so many steps at most. */
    public synchronized void setNoise(int steps) {
        this.servos.values().forEach(servo -> servo.setNoise(steps));
    }

    /** Sets how long a servo lets a load be too high, in 10 ms; when the power comes, 2 s. */
    synchronized void setProtectionTime(Joint joint, int centiseconds) {
        servo(joint).setProtectionTime(centiseconds);
    }

    /** Sets the error byte of all replies of a servo, beside what it finds itself. */
    public synchronized void setErrorByte(Joint joint, int errorByte) {
        servo(joint).setErrorByte(errorByte);
    }

    /** Turns a joint by hand. */
    public synchronized void setPosition(Joint joint, int steps) {
        servo(joint).setPosition(steps, System.nanoTime());
    }

    /** Replaces a servo by one of another model. */
    public synchronized void setModelNumber(Joint joint, int modelNumber) {
        servo(joint).set(Register.MODEL_NUMBER, modelNumber);
    }

    /** Sets a register without a request. */
    synchronized void set(Joint joint, Register register, int value) {
        servo(joint).set(register, value);
    }

    /** Lets a register of a servo keep what it holds, whatever is written to it. */
    synchronized void setStubborn(Joint joint, Register register) {
        servo(joint).setStubborn(register);
    }

    /** Lets something happen when so many goals more were given, before that is confirmed. */
    synchronized void afterGoals(int count, Runnable event) {
        this.goalsUntilEvent = count;
        this.event = event;
    }

    /** Lets faults happen to the next replies of a servo, one each. */
    public synchronized void damageNext(Joint joint, ReplyFault... faults) {
        for (ReplyFault fault : faults) {
            servo(joint).add(fault);
        }
    }

    /** Lets a fault happen to each reply with a probability; with 0, to none any more. */
    public synchronized void damageRandomly(double probability, long seed, ReplyFault fault) {
        this.random = new Random(seed);
        this.randomProbability = probability;
        this.randomFault = fault;
    }

    /** Lets the replies to each request wait in the adapter for a random time up to one. */
    public synchronized void setMaxLatency(Duration latency, long seed) {
        this.random = new Random(seed);
        this.maxLatencyNanos = latency.toNanos();
    }

    private synchronized long latencyNanos() {
        return (long) (this.random.nextDouble() * this.maxLatencyNanos);
    }

    /** All requests so far, also those that reached no servo. */
    public synchronized List<WireRequest> requests() {
        return List.copyOf(this.requests);
    }

    /** All goals so far, in the order in which the servos were given them. */
    public synchronized List<GoalWrite> goals() {
        return List.copyOf(this.goals);
    }

    /** Forgets the requests and goals so far. */
    public synchronized void forget() {
        this.requests.clear();
        this.goals.clear();
    }

    public synchronized boolean isTorqueOn(Joint joint) {
        return servo(joint).isTorqueOn();
    }

    /** Where a joint is now, in steps, with all its turns: 4096 is one turn from 0. */
    public synchronized int position(Joint joint) {
        return servo(joint).position(System.nanoTime());
    }

    /** What a register holds that is not measured. */
    synchronized int get(Joint joint, Register register) {
        return servo(joint).get(register);
    }

    private VirtualServo servo(Joint joint) {
        return this.servos.get(joint);
    }

    /**
     * Removes the port and stops its thread.
     *
     * @throws IllegalStateException if a request was none that a servo can carry out
     */
    @Override
    public void close() {
        this.port.close();
    }

    private void receive(byte[] bytes, int count) throws IOException {
        this.reader.accept(bytes, count);
        for (byte[] frame = this.reader.next(); frame != null; frame = this.reader.next()) {
            this.bus.awaitRequest(frame.length);
            if (isEchoing()) {
                this.port.send(frame);
            }
            WireRequest request = new WireRequest(System.nanoTime(), frame);
            if (reachesServos(request)) {
                handle(request);
            }
        }
    }

    private synchronized boolean reachesServos(WireRequest request) {
        this.requests.add(request);
        return !this.silent;
    }

    private void handle(WireRequest request) throws IOException {
        switch (request.instruction()) {
            case PING -> reply(addressees(request), 0, 0);
            case READ -> reply(addressees(request), request.parameter(0), request.parameter(1));
            case WRITE -> {
                byte[] data = request.parameters(1, request.parameters());
                addressees(request).forEach(id -> write(id, request.parameter(0), data));
                confirm(request, data.length);
            }
            case REG_WRITE -> {
                byte[] data = request.parameters(1, request.parameters());
                addressees(request).forEach(id -> prepare(id, request.parameter(0), data));
                confirm(request, data.length);
            }
            case ACTION -> addressees(request).forEach(this::carryOut);
            case SYNC_READ -> {
                List<Integer> ids = new ArrayList<>();
                for (int i = 2; i < request.parameters(); i++) {
                    ids.add(request.parameter(i));
                }
                reply(ids, request.parameter(0), request.parameter(1));
            }
            case SYNC_WRITE -> {
                int count = request.parameter(1);
                for (int i = 2; i < request.parameters(); i += 1 + count) {
                    byte[] data = request.parameters(i + 1, i + 1 + count);
                    write(request.parameter(i), request.parameter(0), data);
                }
            }
            case UNKNOWN -> throw new IllegalStateException("Unknown: " + request);
        }
    }

    private void confirm(WireRequest request, int count) throws IOException {
        if (request.id() != WireRequest.BROADCAST && confirms(request, count)) {
            reply(addressees(request), 0, 0);
        }
    }

    private synchronized boolean confirms(WireRequest request, int count) {
        VirtualServo servo = listening(request.id());
        return servo != null
                && servo.confirmsWrites()
                && servo.answersFor(request.parameter(0), count);
    }

    private static List<Integer> addressees(WireRequest request) {
        return request.id() == WireRequest.BROADCAST
                ? Arrays.stream(Joint.values()).map(Joint::id).toList()
                : List.of(request.id());
    }

    private synchronized void write(int id, int address, byte[] data) {
        VirtualServo servo = listening(id);
        if (servo == null || !servo.answersFor(address, data.length)) {
            return;
        }
        long now = System.nanoTime();
        servo.write(address, data, now);
        written(servo, address, now);
    }

    private synchronized void prepare(int id, int address, byte[] data) {
        VirtualServo servo = listening(id);
        if (servo != null && servo.answersFor(address, data.length)) {
            servo.prepare(address, data);
        }
    }

    private synchronized void carryOut(int id) {
        VirtualServo servo = listening(id);
        int address = servo == null ? -1 : servo.preparedAddress();
        if (servo != null && address >= 0) {
            long now = System.nanoTime();
            servo.carryOut(now);
            written(servo, address, now);
        }
    }

    private void written(VirtualServo servo, int address, long now) {
        if (address == Register.GOAL_POSITION.address()) {
            this.goals.add(new GoalWrite(now, servo.joint(), servo.get(Register.GOAL_POSITION)));
            this.goalsUntilEvent--;
            if (this.goalsUntilEvent == 0) {
                this.event.run();
            }
        }
    }

    private synchronized @Nullable VirtualServo listening(int id) {
        for (VirtualServo servo : this.servos.values()) {
            if (servo.joint().id() == id && !servo.isDead()) {
                return servo;
            }
        }
        return null;
    }

    private void reply(List<Integer> ids, int address, int count) throws IOException {
        long latencyNanos = latencyNanos();
        for (int id : ids) {
            VirtualServo servo = listening(id);
            if (servo != null && servo.answersFor(address, count)) {
                byte[] reply = replyOf(servo, address, count);
                this.bus.awaitReply(latencyNanos + delayNanos(servo), reply.length);
                latencyNanos = 0;
                this.port.send(reply);
            } else if (this.silentAfterMissing) {
                return;
            }
        }
    }

    private synchronized byte[] replyOf(VirtualServo servo, int address, int count) {
        byte[] data = servo.read(address, count, System.nanoTime());
        boolean hit = this.random.nextDouble() < this.randomProbability;
        return servo.reply(data, hit ? this.randomFault : null);
    }

    private synchronized long delayNanos(VirtualServo servo) {
        return this.replyDelayNanos + servo.returnDelayNanos();
    }

    /** How an arm is, from its start on. */
    public static final class Builder {

        private final Map<Joint, JointCalibration> calibrations = new EnumMap<>(Joint.class);
        private boolean paced;
        private Duration replyDelay = Duration.ZERO;
        private boolean silentAfterMissing;
        private int stepsPerSecond = 3_000;
        private int goalAtPowerUp;
        private boolean goalTurnsTorqueOn;
        private boolean answersForUndefinedRegisters;

        private Builder() {
            for (Joint joint : Joint.values()) {
                this.calibrations.put(joint, new JointCalibration(joint, false, 0, 700, 3400));
            }
        }

        /** The servos are calibrated as a file says. Else all have the range 700 to 3400. */
        public Builder calibration(Calibration calibration) {
            for (Joint joint : Joint.values()) {
                this.calibrations.put(joint, calibration.joint(joint));
            }
            return this;
        }

        /** Every byte takes 10 µs. */
        public Builder paced() {
            this.paced = true;
            return this;
        }

        /** A servo needs so long for a reply, beside its Return_Delay_Time. */
        public Builder replyDelay(Duration replyDelay) {
            this.replyDelay = replyDelay;
            return this;
        }

        /** The servos after a missing one do not answer a SYNC_READ either. */
        public Builder silentAfterMissing() {
            this.silentAfterMissing = true;
            return this;
        }

        /** The joints turn so fast, at most 32767 steps/s. Else it is 3000, like a real one. */
        public Builder stepsPerSecond(int stepsPerSecond) {
            this.stepsPerSecond = stepsPerSecond;
            return this;
        }

        /**
         * What Goal_Position holds when the power comes. Else it is 0, the worst case: torque on
         * without a goal runs the joint to its end.
         */
        public Builder goalAtPowerUp(int steps) {
            this.goalAtPowerUp = steps;
            return this;
        }

        /** Writing a goal turns torque on. */
        public Builder goalTurnsTorqueOn() {
            this.goalTurnsTorqueOn = true;
            return this;
        }

        /**
         * The servos answer requests that touch registers which their memory table does not have,
         * 50 to 54, 71 to 79 and beyond 86. Else they are silent.
         */
        public Builder answersForUndefinedRegisters() {
            this.answersForUndefinedRegisters = true;
            return this;
        }

        /** Plugs the arm in. */
        public VirtualSo101 start() {
            try {
                return new VirtualSo101(this);
            } catch (IOException ex) {
                throw new UncheckedIOException(ex);
            }
        }
    }
}
