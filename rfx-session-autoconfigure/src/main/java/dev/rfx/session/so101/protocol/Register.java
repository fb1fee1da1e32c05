package dev.rfx.session.so101.protocol;

/**
 * The registers of an STS3215 servo that this driver uses, under the names of its memory table.
 *
 * <p>Registers below address 40 and from address 80 on are EEPROM. A register has one or two bytes,
 * and two bytes are little-endian. Internal to {@code dev.rfx.session.so101}.
 *
 * @since 0.1
 */
public enum Register {

    /** Major version of the firmware. */
    FIRMWARE_MAJOR_VERSION(0, 1, 255),

    /** Minor version of the firmware. */
    FIRMWARE_MINOR_VERSION(1, 1, 255),

    /** Model of the servo; see {@link #STS3215_MODEL_NUMBER}. */
    MODEL_NUMBER(3, 2, 65535),

    /** Delay before each reply, in 2 µs. */
    RETURN_DELAY_TIME(7, 1, 255),

    /** Lowest position, in steps. */
    MIN_POSITION_LIMIT(9, 2, 4095),

    /** Highest position, in steps. */
    MAX_POSITION_LIMIT(11, 2, 4095),

    /** Highest supply voltage, in 0.1 V. */
    MAX_VOLTAGE_LIMIT(14, 1, 255),

    /** Lowest supply voltage, in 0.1 V. */
    MIN_VOLTAGE_LIMIT(15, 1, 255),

    /** Torque limit at power-up, in 0.1 %. */
    MAX_TORQUE_LIMIT(16, 2, 1000),

    /**
     * Factory settings, one per bit. With {@link #MULTI_TURN} the position counts turns: it
     * continues with 4096 after 4095 and with −1 below 0, instead of at the other end.
     */
    PHASE(18, 1, 255),

    /** Proportional gain of the position control. */
    P_COEFFICIENT(21, 1, 255),

    /** Derivative gain of the position control. */
    D_COEFFICIENT(22, 1, 255),

    /** Integral gain of the position control. */
    I_COEFFICIENT(23, 1, 255),

    /** Current above which the servo protects itself. */
    PROTECTION_CURRENT(28, 2, 511),

    /** Number of steps that the servo subtracts from the position of its encoder. */
    HOMING_OFFSET(31, 11),

    /** Kind of control; 0 is position control. */
    OPERATING_MODE(33, 1, 3),

    /** Load above which the servo reports overload, in percent. */
    OVERLOAD_TORQUE(36, 1, 100),

    /**
     * Whether the servo has torque, 0 or 1. The servo also accepts 128, which moves its zero;
     * {@link #put} rejects every value above 1.
     */
    TORQUE_ENABLE(40, 1, 1),

    /** Acceleration on the way to the goal, in 100 steps/s². */
    ACCELERATION(41, 1, 254),

    /** Position to which the servo moves, in steps. */
    GOAL_POSITION(42, 15),

    /** Speed limit on the way to the goal, in steps/s; 0 is no limit. */
    GOAL_VELOCITY(46, 15),

    /** Torque limit in force, in 0.1 %. */
    TORQUE_LIMIT(48, 2, 1000),

    /** 0 makes writes to the EEPROM permanent, 1 discards them at power-off. */
    LOCK(55, 1, 1),

    /** Measured position, in steps. */
    PRESENT_POSITION(56, 15),

    /** Measured velocity, in steps/s, with a resolution of 50 steps/s. */
    PRESENT_VELOCITY(58, 15),

    /** Measured load, in 0.1 % of the maximum torque. */
    PRESENT_LOAD(60, 10),

    /** Measured supply voltage, in 0.1 V. */
    PRESENT_VOLTAGE(62, 1, 255),

    /** Measured temperature, in °C. */
    PRESENT_TEMPERATURE(63, 1, 255),

    /** Measured current, in 6.5 mA. */
    PRESENT_CURRENT(69, 2, 65535),

    /** Upper bound of {@link #ACCELERATION}. */
    MAXIMUM_ACCELERATION(85, 1, 254);

    /** Value of {@link #MODEL_NUMBER} in an STS3215. */
    public static final int STS3215_MODEL_NUMBER = 777;

    /** Bit of {@link #PHASE} with which the position counts turns. */
    public static final int MULTI_TURN = 0x10;

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

    /** {@return the address of the first byte} */
    public int address() {
        return this.address;
    }

    /** {@return whether the register keeps its value at power-off} */
    public boolean isEeprom() {
        return this.address < FIRST_RAM_ADDRESS || this.address >= FIRST_FACTORY_ADDRESS;
    }

    /** {@return the number of bytes, 1 or 2} */
    public int length() {
        return this.length;
    }

    /**
     * {@return the number of bytes of the block from this register to the end of another one}
     *
     * @param last the last register of the block
     */
    public int bytesTo(Register last) {
        return last.address + last.length - this.address;
    }

    /**
     * Encodes a value as the servo stores it.
     *
     * @param value the value
     * @param target the array that receives the bytes
     * @param offset the index of the first byte
     * @throws IllegalArgumentException if the register cannot hold the value
     */
    public void put(int value, byte[] target, int offset) {
        int min = this.signBit == NO_SIGN ? 0 : -this.max;
        if (value < min || value > this.max) {
            throw new IllegalArgumentException(
                    "%s is %d, but must be %d to %d".formatted(this, value, min, this.max));
        }
        int bits = this.signBit == NO_SIGN ? value : SignMagnitude.encode(value, this.signBit);
        target[offset] = (byte) bits;
        if (this.length == 2) {
            target[offset + 1] = (byte) (bits >> 8);
        }
    }

    /**
     * {@return the value that the servo has stored}
     *
     * @param source the array with the bytes
     * @param offset the index of the first byte
     */
    public int get(byte[] source, int offset) {
        int bits = source[offset] & 0xFF;
        if (this.length == 2) {
            bits |= (source[offset + 1] & 0xFF) << 8;
        }
        return this.signBit == NO_SIGN ? bits : SignMagnitude.decode(bits, this.signBit);
    }
}
