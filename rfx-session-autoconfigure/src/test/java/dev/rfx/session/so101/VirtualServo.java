package dev.rfx.session.so101;

import dev.rfx.session.so101.protocol.Register;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A servo: its registers, its shaft that follows the goal at a bounded speed and acceleration, and
 * what is wrong with it. Time is what the caller says. Guarded by the lock of {@link VirtualSo101}.
 *
 * <p><b>Turns.</b> The position is that of the encoder less the homing offset, within one turn: it
 * goes from 4095 to 0 and back. So a servo that has overshot 4095 goes all the way round to its
 * goal. With the multi-turn bit of the phase it counts turns until the power goes.
 *
 * <p><b>Overload.</b> A shaft that is held against its goal has a load. When that is more than the
 * Overload_Torque for the Protection_Time, the servo reports overload in each reply and pushes with
 * no more than the Protective_Torque, until its torque is turned off. That it needs no more than
 * that, and no less, is not known without an arm.
 */
final class VirtualServo {

    /**
     * What is not known without an arm, and what a test wants to be otherwise.
     *
     * @param stepsPerSecond how fast the shaft turns
     * @param goalAtPowerUp what Goal_Position holds when the power comes
     * @param goalTurnsTorqueOn whether writing a goal turns torque on
     * @param answersForUndefinedRegisters whether it answers for registers that its memory table
     *     does not have
     */
    record Behaviour(
            int stepsPerSecond,
            int goalAtPowerUp,
            boolean goalTurnsTorqueOn,
            boolean answersForUndefinedRegisters) {}

    private static final int EEPROM_END = 40;
    private static final int FACTORY_BEGIN = 80;
    private static final int RECENTRE = 128;
    private static final int VELOCITY_RESOLUTION = 50;
    private static final int TURN = 4096;

    // Registers that the driver has no use for.
    private static final int ID = 5;
    private static final int RESPONSE_STATUS_LEVEL = 8;
    private static final int MAX_TEMPERATURE_LIMIT = 13;
    private static final int PROTECTIVE_TORQUE = 34;
    private static final int PROTECTION_TIME = 35;
    private static final int STATUS = 65;
    private static final int MOVING = 66;

    /** First and last register of each range that the memory table defines. */
    private static final int[][] DEFINED = {{0, 49}, {55, 70}, {80, 86}};

    private static final int PROTECTION_TIME_NANOS = 10_000_000;
    private static final int ACCELERATION_STEPS = 100;
    private static final double SLICE_SECONDS = 1e-3;

    private static final int VELOCITY_MODE = 1;
    private static final int POSITION_MODE = 0;

    private static final int VOLTAGE_BIT = 0x01;
    private static final int OVERLOAD_BIT = 0x20;

    /** So far from its goal a shaft pushes with all its torque, where P is 16: 9°. */
    private static final double LOAD_PER_STEP_AND_P = 1000 / 100.0 / 16;

    /** What flows at all torque: 2.7 A. */
    private static final double CURRENT_PER_LOAD = 0.415;

    private final Joint joint;
    private final Behaviour behaviour;
    private final byte[] registers = new byte[96];
    private final byte[] eeprom = new byte[96];
    private final Set<Register> stubborn = EnumSet.noneOf(Register.class);
    private final Queue<ReplyFault> faults = new ArrayDeque<>();

    private double shaft; // where the encoder is, over several turns
    private double stepsPerSecond; // at present, signed
    private long overloadNanos; // for how long the load has been too high
    private boolean overloaded;
    private int pendingAddress;
    private byte[] pending = {}; // of a REG_WRITE
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
        this.registers[ID] = (byte) this.joint.id();
        this.registers[RESPONSE_STATUS_LEVEL] = 1;
        this.registers[MAX_TEMPERATURE_LIMIT] = 70;
        this.registers[PROTECTIVE_TORQUE] = 20;
        this.registers[PROTECTION_TIME] = (byte) 200;
        set(Register.MAX_VOLTAGE_LIMIT, 80);
        set(Register.MIN_VOLTAGE_LIMIT, 40);
        set(Register.PHASE, 12);
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
        turnTo((calibration.rangeMin() + calibration.rangeMax()) / 2);
        powerCycle(now);
    }

    /** The power goes and comes: what is not EEPROM is lost, the shaft stays where it is. */
    void powerCycle(long now) {
        advance(now);
        System.arraycopy(this.eeprom, 0, this.registers, 0, this.eeprom.length);
        Arrays.fill(this.registers, EEPROM_END, FACTORY_BEGIN, (byte) 0);
        this.shaft -= TURN * Math.floor(this.shaft / TURN); // turns are not remembered
        this.stepsPerSecond = 0;
        clearOverload();
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
        if (get(Register.TORQUE_ENABLE) == RECENTRE) {
            turnTo(2048);
            this.registers[Register.TORQUE_ENABLE.address()] = oldTorque;
        }
        if (!isTorqueOn()) {
            clearOverload();
        }
        if (address == Register.GOAL_POSITION.address() && this.behaviour.goalTurnsTorqueOn()) {
            set(Register.TORQUE_ENABLE, 1);
        }
    }

    private void clearOverload() {
        this.overloaded = false;
        this.overloadNanos = 0;
    }

    /** Keeps what a REG_WRITE says. */
    void prepare(int address, byte[] data) {
        this.pendingAddress = address;
        this.pending = data.clone();
    }

    /** The address of what was kept, or -1 if nothing was. */
    int preparedAddress() {
        return this.pending.length == 0 ? -1 : this.pendingAddress;
    }

    /** Does what was kept. */
    void carryOut(long now) {
        byte[] data = this.pending;
        this.pending = new byte[0];
        write(this.pendingAddress, data, now);
    }

    /** Moves the shaft on to a time. */
    private void advance(long now) {
        long nanos = now - this.updatedNanos;
        if (nanos <= 0) {
            return;
        }
        this.updatedNanos = now;
        countOverload(nanos);
        double acceleration = get(Register.ACCELERATION) * ACCELERATION_STEPS;
        if (acceleration == 0) {
            move(nanos / 1e9, speedLimit());
            return;
        }
        double left = nanos / 1e9;
        while (left > 0 && (this.stepsPerSecond != 0 || way() != 0)) {
            double seconds = Math.min(left, SLICE_SECONDS);
            move(seconds, acceleratedSpeed(acceleration, seconds));
            left -= seconds;
        }
    }

    /** Goes towards the goal at a speed, and not beyond it. */
    private void move(double seconds, double speed) {
        double way = way();
        double step = Math.copySign(Math.min(Math.abs(way), speed * seconds), way);
        this.shaft += step;
        this.stepsPerSecond = step / seconds;
    }

    /** So that the shaft can come to rest at the goal. It turns back at once, unlike a real one. */
    private double acceleratedSpeed(double acceleration, double seconds) {
        double way = way();
        double before = way * this.stepsPerSecond < 0 ? 0 : Math.abs(this.stepsPerSecond);
        double braking = Math.sqrt(2 * acceleration * Math.abs(way));
        return Math.min(Math.min(before + acceleration * seconds, braking), speedLimit());
    }

    /** How far the shaft is to go, in steps. */
    private double way() {
        if (!isTorqueOn() || this.blocked) {
            return 0;
        }
        return switch (get(Register.OPERATING_MODE)) {
            case POSITION_MODE -> limitedGoal() - present();
            case VELOCITY_MODE -> get(Register.GOAL_VELOCITY) * Double.MAX_VALUE;
            default -> 0;
        };
    }

    private int limitedGoal() {
        int goal = get(Register.GOAL_POSITION);
        int min = get(Register.MIN_POSITION_LIMIT);
        return Math.min(Math.max(goal, min), get(Register.MAX_POSITION_LIMIT));
    }

    private double speedLimit() {
        int limit = Math.abs(get(Register.GOAL_VELOCITY));
        int most =
                limit == 0
                        ? this.behaviour.stepsPerSecond()
                        : Math.min(limit, this.behaviour.stepsPerSecond());
        return this.overloaded ? most * this.registers[PROTECTIVE_TORQUE] / 100.0 : most;
    }

    /** The load, in 0.1 %, of a shaft that is held against its goal. */
    private int load() {
        if (!this.blocked || !isTorqueOn()) {
            return 0;
        }
        double away = limitedGoal() - present();
        double push = Math.abs(away) * get(Register.P_COEFFICIENT) * LOAD_PER_STEP_AND_P;
        int limit = get(Register.TORQUE_LIMIT);
        if (this.overloaded) {
            limit = Math.min(limit, this.registers[PROTECTIVE_TORQUE] * 10);
        }
        return (int) Math.copySign(Math.min(push, limit), away);
    }

    private void countOverload(long nanos) {
        if (Math.abs(load()) <= get(Register.OVERLOAD_TORQUE) * 10) {
            this.overloadNanos = 0;
            return;
        }
        this.overloadNanos += nanos;
        int protectionTime = this.registers[PROTECTION_TIME] & 0xFF;
        this.overloaded |= this.overloadNanos >= (long) protectionTime * PROTECTION_TIME_NANOS;
    }

    /** The position, as the servo has it. */
    private double present() {
        double place = place();
        return isMultiTurn() ? place : place - TURN * Math.floor(place / TURN);
    }

    /** The position with all turns. */
    private double place() {
        return this.shaft - get(Register.HOMING_OFFSET);
    }

    private void turnTo(int steps) {
        this.shaft = steps + get(Register.HOMING_OFFSET);
    }

    private boolean isMultiTurn() {
        return (get(Register.PHASE) & Register.MULTI_TURN) != 0;
    }

    /** Puts what is measured into its registers. */
    private void refresh(long now) {
        advance(now);
        int velocity = (int) Math.rint(this.stepsPerSecond / VELOCITY_RESOLUTION);
        int noise = ThreadLocalRandom.current().nextInt(-this.noise, this.noise + 1);
        int position = (int) Math.rint(place()) + noise;
        set(Register.PRESENT_POSITION, isMultiTurn() ? position : Math.floorMod(position, TURN));
        set(Register.PRESENT_VELOCITY, velocity * VELOCITY_RESOLUTION);
        if (this.blocked) {
            set(Register.PRESENT_LOAD, load());
            set(Register.PRESENT_CURRENT, (int) (Math.abs(load()) * CURRENT_PER_LOAD));
        }
        this.registers[STATUS] = (byte) errorByte();
        this.registers[MOVING] = (byte) (this.stepsPerSecond == 0 ? 0 : 1);
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
        reply[4] = (byte) errorByte();
        System.arraycopy(data, 0, reply, 5, data.length);
        ReplyFault.withChecksum(reply);
        byte[] previous = this.lastReply;
        this.lastReply = reply.clone();
        ReplyFault due = this.faults.isEmpty() ? fault : this.faults.remove();
        return due == null ? reply : due.damage(reply, previous);
    }

    private int errorByte() {
        int voltage = get(Register.PRESENT_VOLTAGE);
        boolean wrongVoltage =
                voltage < get(Register.MIN_VOLTAGE_LIMIT)
                        || voltage > get(Register.MAX_VOLTAGE_LIMIT);
        return this.errorByte
                | (wrongVoltage ? VOLTAGE_BIT : 0)
                | (this.overloaded ? OVERLOAD_BIT : 0);
    }

    /** Lets a fault happen to a reply, after those that are to happen before. */
    void add(ReplyFault fault) {
        this.faults.add(fault);
    }

    /** How long it waits before a reply. */
    long returnDelayNanos() {
        return get(Register.RETURN_DELAY_TIME) * 2_000L;
    }

    /** Whether it answers a request that reads or writes bytes. */
    boolean answersFor(int address, int count) {
        return count == 0
                || this.behaviour.answersForUndefinedRegisters()
                || areDefined(address, address + count - 1);
    }

    static boolean areDefined(int first, int last) {
        return Arrays.stream(DEFINED).anyMatch(range -> first >= range[0] && last <= range[1]);
    }

    /** Whether it confirms what is written. */
    boolean confirmsWrites() {
        return this.registers[RESPONSE_STATUS_LEVEL] != 0;
    }

    boolean isTorqueOn() {
        return get(Register.TORQUE_ENABLE) == 1;
    }

    /** Lets a register keep what it holds, whatever is written to it. */
    void setStubborn(Register register) {
        this.stubborn.add(register);
    }

    /** How long a load may be too high. */
    void setProtectionTime(int centiseconds) {
        this.registers[PROTECTION_TIME] = (byte) centiseconds;
    }

    void setErrorByte(int errorByte) {
        this.errorByte = errorByte;
    }

    /** Holds the shaft where it is, or lets it go. */
    void setBlocked(boolean blocked, long now) {
        advance(now);
        this.blocked = blocked;
        set(Register.PRESENT_LOAD, 0);
        set(Register.PRESENT_CURRENT, 0);
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
        turnTo(steps);
    }

    /** Where the shaft is, with all its turns. */
    int position(long now) {
        advance(now);
        return (int) Math.rint(place());
    }

    int get(Register register) {
        return register.get(this.registers, register.address());
    }

    void set(Register register, int value) {
        register.put(value, this.registers, register.address());
    }
}
