package dev.rfx.session.so101;

/**
 * The registers of an STS3215 servo that matter to us, under the names of its memory table.
 *
 * <p>Those below address 40 and from 80 on are EEPROM. Two bytes are little-endian.
 */
enum Register {
    FIRMWARE_MAJOR_VERSION(0, 1, 255),
    FIRMWARE_MINOR_VERSION(1, 1, 255),
    MODEL_NUMBER(3, 2, 65535),

    /** How long the servo waits before it replies, in 2 µs. */
    RETURN_DELAY_TIME(7, 1, 255),

    MIN_POSITION_LIMIT(9, 2, 4095),
    MAX_POSITION_LIMIT(11, 2, 4095),

    /** The highest supply voltage, in 0.1 V. */
    MAX_VOLTAGE_LIMIT(14, 1, 255),

    /** The lowest supply voltage, in 0.1 V. */
    MIN_VOLTAGE_LIMIT(15, 1, 255),

    MAX_TORQUE_LIMIT(16, 2, 1000),

    /**
     * Settings of the maker, one per bit. With {@link #MULTI_TURN} the position counts turns:
     * beyond 4095 it goes on at 4096, and below 0 at −1, instead of at the other end.
     */
    PHASE(18, 1, 255),

    P_COEFFICIENT(21, 1, 255),
    D_COEFFICIENT(22, 1, 255),
    I_COEFFICIENT(23, 1, 255),
    PROTECTION_CURRENT(28, 2, 511),

    /** What the servo subtracts from the position of its encoder. */
    HOMING_OFFSET(31, 11),

    /** 0 is position control. */
    OPERATING_MODE(33, 1, 3),

    OVERLOAD_TORQUE(36, 1, 100),

    /** 0 or 1. The servo also takes 128, which moves its zero: no value beyond 1 is ever sent. */
    TORQUE_ENABLE(40, 1, 1),

    ACCELERATION(41, 1, 254),
    GOAL_POSITION(42, 15),

    /** The speed limit on the way to the goal, in steps/s; 0 is none. */
    GOAL_VELOCITY(46, 15),

    TORQUE_LIMIT(48, 2, 1000),

    /** 0 keeps what is written to the EEPROM, 1 forgets it when the power goes. */
    LOCK(55, 1, 1),

    PRESENT_POSITION(56, 15),

    /** In steps/s, to the next 50. */
    PRESENT_VELOCITY(58, 15),

    /** In 0.1 % of the greatest torque. */
    PRESENT_LOAD(60, 10),

    /** In 0.1 V. */
    PRESENT_VOLTAGE(62, 1, 255),

    /** In °C. */
    PRESENT_TEMPERATURE(63, 1, 255),

    PRESENT_CURRENT(69, 2, 65535),

    /** What {@link #ACCELERATION} is cut to. */
    MAXIMUM_ACCELERATION(85, 1, 254);

    /** What {@link #MODEL_NUMBER} holds. */
    static final int STS3215_MODEL_NUMBER = 777;

    /** A bit of {@link #PHASE}. */
    static final int MULTI_TURN = 0x10;

    private static final int FIRST_RAM_ADDRESS = 40;
    private static final int FIRST_FACTORY_ADDRESS = 80;
    private static final int NO_SIGN = 0;

    private final int address;
    private final int length;
    private final int max;
    private final int signBit;

    /** An unsigned register. */
    Register(int address, int length, int max) {
        this.address = address;
        this.length = length;
        this.max = max;
        this.signBit = NO_SIGN;
    }

    /** A signed register of two bytes. */
    Register(int address, int signBit) {
        this.address = address;
        this.length = 2;
        this.max = (1 << signBit) - 1;
        this.signBit = signBit;
    }

    int address() {
        return this.address;
    }

    /** Tells whether it keeps its value when the power goes. */
    boolean isEeprom() {
        return this.address < FIRST_RAM_ADDRESS || this.address >= FIRST_FACTORY_ADDRESS;
    }

    /** Returns how many bytes it has, 1 or 2. */
    int length() {
        return this.length;
    }

    /**
     * Writes a value as the servo has it.
     *
     * @param value the value
     * @param target where the first byte goes
     * @param offset its index
     * @throws IllegalArgumentException if the register cannot hold the value
     */
    void put(int value, byte[] target, int offset) {
        int min = this.signBit == NO_SIGN ? 0 : -this.max;
        if (value < min || value > this.max) {
            throw new IllegalArgumentException(
                    "%s cannot be %d, only %d to %d".formatted(this, value, min, this.max));
        }
        int bits = this.signBit == NO_SIGN ? value : SignMagnitude.encode(value, this.signBit);
        target[offset] = (byte) bits;
        if (this.length == 2) {
            target[offset + 1] = (byte) (bits >> 8);
        }
    }

    /**
     * Reads a value as the servo has it.
     *
     * @param source where the first byte is
     * @param offset its index
     */
    int get(byte[] source, int offset) {
        int bits = source[offset] & 0xFF;
        if (this.length == 2) {
            bits |= (source[offset + 1] & 0xFF) << 8;
        }
        return this.signBit == NO_SIGN ? bits : SignMagnitude.decode(bits, this.signBit);
    }
}
