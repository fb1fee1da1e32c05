package dev.rfx.session.so101;

/**
 * A request to the servos, built in place: {@code FF FF | id | length | instruction | parameters |
 * checksum}.
 *
 * <p>An instance is reused; every method that builds a request replaces the one before. No more is
 * allocated than the one array, which is small because jSerialComm copies it whole at each write.
 * Not safe for use by several threads.
 */
final class Request {

    /** The id that all servos listen to. */
    static final int BROADCAST = 0xFE;

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

    Request() {
        this.bytes[0] = (byte) 0xFF;
        this.bytes[1] = (byte) 0xFF;
    }

    /** Asks a servo for consecutive bytes of its registers. */
    Request read(int id, Register first, int count) {
        begin(id, READ);
        add(first.address());
        add(count);
        return end();
    }

    /** Sets a register. The servo replies with a status, unless the request is a broadcast. */
    Request write(int id, Register register, int value) {
        begin(id, WRITE);
        add(register.address());
        add(register, value);
        return end();
    }

    /** Asks servos for the same bytes; they reply one after another, in the order of the ids. */
    Request syncRead(int[] ids, Register first, int count) {
        begin(BROADCAST, SYNC_READ);
        add(first.address());
        add(count);
        for (int id : ids) {
            add(id);
        }
        return end();
    }

    /** Sets the same register of several servos at once. None of them replies. */
    Request syncWrite(int[] ids, Register register, int[] values) {
        begin(BROADCAST, SYNC_WRITE);
        add(register.address());
        add(register.length());
        for (int i = 0; i < ids.length; i++) {
            add(ids[i]);
            add(register, values[i]);
        }
        return end();
    }

    /** Returns the bytes: the array itself, of which the first {@link #length()} count. */
    byte[] bytes() {
        return this.bytes;
    }

    int length() {
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
