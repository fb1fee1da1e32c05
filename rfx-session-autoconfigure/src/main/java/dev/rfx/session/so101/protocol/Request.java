package dev.rfx.session.so101.protocol;

/**
 * A request to the servos, built in place: {@code FF FF | id | length | instruction | parameters |
 * checksum}.
 *
 * <p>An instance is reused: every method that builds a request replaces the previous one. The only
 * allocation is one array, which is small because jSerialComm copies the whole array at each write.
 * Not safe for use by several threads. Internal to {@code dev.rfx.session.so101}.
 *
 * @since 0.1
 */
public final class Request {

    /** The id to which all servos listen. */
    public static final int BROADCAST = 0xFE;

    private static final int READ = 0x02;
    private static final int WRITE = 0x03;
    private static final int SYNC_READ = 0x82;
    private static final int SYNC_WRITE = 0x83;

    private static final int ID = 2;
    private static final int LENGTH = 3;
    private static final int INSTRUCTION = 4;
    private static final int PARAMETERS = 5;

    private final byte[] bytes = new byte[256];
    private int length;

    /** Creates a request without content. */
    public Request() {
        this.bytes[0] = (byte) 0xFF;
        this.bytes[1] = (byte) 0xFF;
    }

    /**
     * Reads consecutive bytes of the registers of one servo.
     *
     * @param id the id of the servo
     * @param first the first register
     * @param count the number of bytes
     * @return this request
     */
    public Request read(int id, Register first, int count) {
        begin(id, READ);
        add(first.address());
        add(count);
        return end();
    }

    /**
     * Writes a register. The servo replies with a status, unless the request is a broadcast.
     *
     * @param id the id of the servo
     * @param register the register
     * @param value the value
     * @return this request
     * @throws IllegalArgumentException if the register cannot hold the value
     */
    public Request write(int id, Register register, int value) {
        begin(id, WRITE);
        add(register.address());
        add(register, value);
        return end();
    }

    /**
     * Reads the same bytes of several servos. They reply one after another, in the order of the
     * ids.
     *
     * @param ids the ids of the servos
     * @param first the first register
     * @param count the number of bytes
     * @return this request
     */
    public Request syncRead(int[] ids, Register first, int count) {
        begin(BROADCAST, SYNC_READ);
        add(first.address());
        add(count);
        for (int id : ids) {
            add(id);
        }
        return end();
    }

    /**
     * Writes the same register of several servos at once. None of them replies.
     *
     * @param ids the ids of the servos
     * @param register the register
     * @param values the values, in the order of the ids
     * @return this request
     * @throws IllegalArgumentException if the register cannot hold a value
     */
    public Request syncWrite(int[] ids, Register register, int[] values) {
        begin(BROADCAST, SYNC_WRITE);
        add(register.address());
        add(register.length());
        for (int i = 0; i < ids.length; i++) {
            add(ids[i]);
            add(register, values[i]);
        }
        return end();
    }

    /** {@return the array itself, of which the first {@link #length()} bytes are the request} */
    public byte[] bytes() {
        return this.bytes;
    }

    /** {@return the number of bytes} */
    public int length() {
        return this.length;
    }

    private void begin(int id, int instruction) {
        this.bytes[ID] = (byte) id;
        this.bytes[INSTRUCTION] = (byte) instruction;
        this.length = PARAMETERS;
    }

    private void add(int parameter) {
        this.bytes[this.length++] = (byte) parameter;
    }

    private void add(Register register, int value) {
        register.put(value, this.bytes, this.length);
        this.length += register.length();
    }

    private Request end() {
        this.bytes[LENGTH] = (byte) (this.length + 1 - INSTRUCTION);
        this.bytes[this.length] = Checksum.of(this.bytes, ID, this.length);
        this.length++;
        return this;
    }
}
