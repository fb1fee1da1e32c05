package dev.rfx.session.so101;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A servo: its registers, its shaft that follows the goal at a bounded speed, and what is wrong
 * with it. Time is what the caller says. Guarded by the lock of {@link VirtualSo101}.
 */
final class VirtualServo {

    /**
     * What is not known without an arm, and what a test wants to be otherwise.
     *
     * @param stepsPerSecond how fast the shaft turns
     * @param goalAtPowerUp what Goal_Position holds when the power comes
     * @param goalTurnsTorqueOn whether writing a goal turns torque on
     */
    record Behaviour(int stepsPerSecond, int goalAtPowerUp, boolean goalTurnsTorqueOn) {}

    private static final int EEPROM_END = 40;
    private static final int FACTORY_BEGIN = 80;
    private static final int RECENTRE = 128;
    private static final int VELOCITY_RESOLUTION = 50;

    private final Joint joint;
    private final Behaviour behaviour;
    private final byte[] registers = new byte[96];
    private final byte[] eeprom = new byte[96];
    private final Set<Register> stubborn = EnumSet.noneOf(Register.class);
    private final Queue<ReplyFault> faults = new ArrayDeque<>();

    private double position;
    private double stepsPerSecond; // at present, signed
    private long updatedNanos;
    private int errorByte;
    private boolean dead;
    private boolean blocked;
    private int noise;
    private byte[] lastReply = {};

    VirtualServo(JointCalibration calibration, Behaviour behaviour, long now) {
        this.joint = calibration.joint();
        this.behaviour = behaviour;
        this.updatedNanos = now;
        set(Register.FIRMWARE_MAJOR_VERSION, 3);
        set(Register.FIRMWARE_MINOR_VERSION, 10);
        set(Register.MODEL_NUMBER, 777);
        this.registers[5] = (byte) this.joint.id();
        set(Register.RETURN_DELAY_TIME, 250);
        set(Register.MIN_POSITION_LIMIT, calibration.rangeMin());
        set(Register.MAX_POSITION_LIMIT, calibration.rangeMax());
        set(Register.MAX_TORQUE_LIMIT, 1000);
        set(Register.P_COEFFICIENT, 32);
        set(Register.D_COEFFICIENT, 32);
        set(Register.PROTECTION_CURRENT, 500);
        set(Register.HOMING_OFFSET, calibration.homingOffset());
        set(Register.OVERLOAD_TORQUE, 80);
        set(Register.MAXIMUM_ACCELERATION, 50);
        System.arraycopy(this.registers, 0, this.eeprom, 0, this.eeprom.length);
        this.position = (calibration.rangeMin() + calibration.rangeMax()) / 2;
        powerCycle(now);
    }

    /** The power goes and comes: what is not EEPROM is lost, the shaft stays where it is. */
    void powerCycle(long now) {
        advance(now);
        int oldOffset = get(Register.HOMING_OFFSET);
        System.arraycopy(this.eeprom, 0, this.registers, 0, this.eeprom.length);
        Arrays.fill(this.registers, EEPROM_END, FACTORY_BEGIN, (byte) 0);
        this.position += oldOffset - get(Register.HOMING_OFFSET);
        this.stepsPerSecond = 0;
        set(Register.GOAL_POSITION, this.behaviour.goalAtPowerUp());
        set(Register.TORQUE_LIMIT, get(Register.MAX_TORQUE_LIMIT));
        set(Register.LOCK, 1);
        set(Register.PRESENT_VOLTAGE, 75);
        set(Register.PRESENT_TEMPERATURE, 30);
    }

    Joint joint() {
        return this.joint;
    }

    /** Reads bytes of the registers. */
    byte[] read(int address, int count, long now) {
        refresh(now);
        return Arrays.copyOfRange(this.registers, address, address + count);
    }

    /** Writes bytes to the registers, as a request does. */
    void write(int address, byte[] data, long now) {
        advance(now);
        int oldOffset = get(Register.HOMING_OFFSET);
        byte oldTorque = this.registers[Register.TORQUE_ENABLE.address()];
        if (this.stubborn.stream().anyMatch(register -> register.address() == address)) {
            return;
        }
        System.arraycopy(data, 0, this.registers, address, data.length);
        if ((address < EEPROM_END || address >= FACTORY_BEGIN) && get(Register.LOCK) == 0) {
            System.arraycopy(data, 0, this.eeprom, address, data.length);
        }
        set(
                Register.ACCELERATION,
                Math.min(get(Register.ACCELERATION), get(Register.MAXIMUM_ACCELERATION)));
        this.position += oldOffset - get(Register.HOMING_OFFSET);
        if (get(Register.TORQUE_ENABLE) == RECENTRE) {
            this.position = 2048;
            this.registers[Register.TORQUE_ENABLE.address()] = oldTorque;
        }
        if (address == Register.GOAL_POSITION.address() && this.behaviour.goalTurnsTorqueOn()) {
            set(Register.TORQUE_ENABLE, 1);
        }
    }

    /** Moves the shaft on to a time. */
    private void advance(long now) {
        double seconds = (now - this.updatedNanos) / 1e9;
        if (seconds <= 0) {
            return;
        }
        double distance = isTorqueOn() && !this.blocked ? limitedGoal() - this.position : 0;
        double step = Math.min(Math.abs(distance), speedLimit() * seconds);
        this.position += Math.copySign(step, distance);
        this.stepsPerSecond = Math.copySign(step / seconds, distance);
        this.updatedNanos = now;
    }

    private int limitedGoal() {
        int goal = get(Register.GOAL_POSITION);
        int min = get(Register.MIN_POSITION_LIMIT);
        return Math.min(Math.max(goal, min), get(Register.MAX_POSITION_LIMIT));
    }

    private int speedLimit() {
        int limit = Math.abs(get(Register.GOAL_VELOCITY));
        return limit == 0
                ? this.behaviour.stepsPerSecond()
                : Math.min(limit, this.behaviour.stepsPerSecond());
    }

    /** Puts what is measured into its registers. */
    private void refresh(long now) {
        advance(now);
        int velocity = (int) Math.rint(this.stepsPerSecond / VELOCITY_RESOLUTION);
        int noise = ThreadLocalRandom.current().nextInt(-this.noise, this.noise + 1);
        set(Register.PRESENT_POSITION, (int) Math.rint(this.position) + noise);
        set(Register.PRESENT_VELOCITY, velocity * VELOCITY_RESOLUTION);
        this.registers[65] = (byte) this.errorByte;
        this.registers[66] = (byte) (this.stepsPerSecond == 0 ? 0 : 1);
    }

    /**
     * Makes the reply to a request.
     *
     * @param data what was read
     * @param fault what happens to it if none of its own faults is due, or null
     */
    byte[] reply(byte[] data, @Nullable ReplyFault fault) {
        byte[] reply = new byte[data.length + 6];
        reply[0] = (byte) 0xFF;
        reply[1] = (byte) 0xFF;
        reply[2] = (byte) this.joint.id();
        reply[3] = (byte) (data.length + 2);
        reply[4] = (byte) this.errorByte;
        System.arraycopy(data, 0, reply, 5, data.length);
        ReplyFault.withChecksum(reply);
        byte[] previous = this.lastReply;
        this.lastReply = reply.clone();
        ReplyFault due = this.faults.isEmpty() ? fault : this.faults.remove();
        return due == null ? reply : due.damage(reply, previous);
    }

    /** Lets a fault happen to a reply, after those that are to happen before. */
    void add(ReplyFault fault) {
        this.faults.add(fault);
    }

    /** How long it waits before a reply. */
    long returnDelayNanos() {
        return get(Register.RETURN_DELAY_TIME) * 2_000L;
    }

    boolean isTorqueOn() {
        return get(Register.TORQUE_ENABLE) == 1;
    }

    /** Lets a register keep what it holds, whatever is written to it. */
    void setStubborn(Register register) {
        this.stubborn.add(register);
    }

    void setErrorByte(int errorByte) {
        this.errorByte = errorByte;
    }

    /** Holds the shaft where it is, or lets it go. */
    void setBlocked(boolean blocked, long now) {
        advance(now);
        this.blocked = blocked;
    }

    /** Lets the encoder be wrong by so many steps at most. */
    void setNoise(int noise) {
        this.noise = noise;
    }

    boolean isDead() {
        return this.dead;
    }

    void setDead(boolean dead) {
        this.dead = dead;
    }

    /** Turns the shaft by hand. */
    void setPosition(int steps, long now) {
        advance(now);
        this.position = steps;
    }

    int position(long now) {
        advance(now);
        return (int) Math.rint(this.position);
    }

    int get(Register register) {
        return register.get(this.registers, register.address());
    }

    void set(Register register, int value) {
        register.put(value, this.registers, register.address());
    }
}
