package dev.rfx.session.so101;

import dev.rfx.session.so101.protocol.Register;
import dev.rfx.session.so101.protocol.Request;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;

/**
 * Six servos on a line with a time of its own: nothing waits, and a seed gives the same run each
 * time. What a servo measures tells what it answers: the position is when it was measured, in 0.1
 * ms, and the velocity is the number of the request. Replies come in the order of the requests.
 * Used by one thread.
 */
final class SimulatedLine implements BusLine {

    static final long TICK_NANOS = 100_000;
    static final int TICKS = 32_768;

    private static final long MILLI = 1_000_000;
    private static final long BYTE_NANOS = 10_000;

    /** What a look at the clock or the line takes, so that who spins gets on. */
    private static final long LOOK_NANOS = 1_000;

    /** Bytes that arrive at a time. */
    private record Arrival(long nanos, byte[] bytes) {}

    private final Random random;
    private final RequestReader reader = new RequestReader();
    private final Deque<Arrival> arrivals = new ArrayDeque<>();
    private long now = MILLI;
    private long freeNanos;
    private long lastArrival;
    private int requests;
    private int reads;
    private int torque = 1;

    private long silentFrom;
    private long silentUntil;
    private final long[] writtenAt = new long[TICKS];
    private long stalledFrom;
    private long stalledUntil;
    private long minLatencyNanos;
    private long maxLatencyNanos;
    private double lossProbability;
    private double damageProbability;

    SimulatedLine(long seed) {
        this.random = new Random(seed);
    }

    long now() {
        return this.now;
    }

    void advanceTo(long nanos) {
        this.now = Math.max(this.now, nanos);
    }

    /** Requests within a time reach no servo. */
    void beSilent(long from, long until) {
        this.silentFrom = from;
        this.silentUntil = until;
    }

    /** The servos have lost their power for a moment. */
    void loseTorque() {
        this.torque = 0;
    }

    /** The number of looks for bytes, also those without any. */
    int reads() {
        return this.reads;
    }

    /** When the latest request of a number was sent. */
    long writtenAt(int number) {
        return this.writtenAt[number];
    }

    /** The adapter keeps what it gets within a time, and sends it at the end. */
    void stall(long from, long until) {
        this.stalledFrom = from;
        this.stalledUntil = until;
    }

    /** The replies to each request wait in the adapter. */
    void setLatencyMillis(double min, double max) {
        this.minLatencyNanos = (long) (min * MILLI);
        this.maxLatencyNanos = (long) (max * MILLI);
    }

    /** Each reply is lost, or has a wrong byte, with a probability. */
    void setFaults(double lossProbability, double damageProbability) {
        this.lossProbability = lossProbability;
        this.damageProbability = damageProbability;
    }

    @Override
    public String path() {
        return "simulated";
    }

    @Override
    public long nanoTime() {
        this.now += LOOK_NANOS;
        return this.now;
    }

    @Override
    public void parkNanos(long nanos) {
        this.now += nanos;
    }

    @Override
    public void write(Request request) {
        this.reader.accept(request.bytes(), request.length());
        for (byte[] frame = this.reader.next(); frame != null; frame = this.reader.next()) {
            this.requests++;
            this.writtenAt[this.requests % TICKS] = this.now;
            if (this.now < this.silentFrom || this.now >= this.silentUntil) {
                carry(new WireRequest(this.now, frame));
            }
        }
    }

    private boolean isStalled(long nanos) {
        return nanos >= this.stalledFrom && nanos < this.stalledUntil;
    }

    private void carry(WireRequest request) {
        long begin = isStalled(this.now) ? this.stalledUntil : this.now;
        this.freeNanos = Math.max(this.freeNanos, begin) + request.frame().length * BYTE_NANOS;
        long spread = this.maxLatencyNanos - this.minLatencyNanos;
        long latency = this.minLatencyNanos + (long) (this.random.nextDouble() * spread);
        switch (request.instruction()) {
            case READ -> reply(request.id(), request.parameter(0), request.parameter(1), latency);
            case SYNC_READ -> {
                for (int i = 2; i < request.parameters(); i++) {
                    int id = request.parameter(i);
                    reply(id, request.parameter(0), request.parameter(1), latency);
                }
            }
            default -> {
                // Nobody replies.
            }
        }
    }

    private void reply(int id, int address, int count, long latency) {
        byte[] registers = new byte[96];
        put(registers, Register.TORQUE_ENABLE, this.torque);
        put(registers, Register.PRESENT_POSITION, (int) (this.freeNanos / TICK_NANOS % TICKS));
        put(registers, Register.PRESENT_VELOCITY, this.requests % TICKS);
        byte[] frame = new byte[count + 6];
        frame[0] = -1;
        frame[1] = -1;
        frame[2] = (byte) id;
        frame[3] = (byte) (count + 2);
        System.arraycopy(registers, address, frame, 5, count);
        ReplyFault.withChecksum(frame);
        if (this.random.nextDouble() < this.damageProbability) {
            frame[this.random.nextInt(frame.length)] ^= (byte) (1 << this.random.nextInt(8));
        }
        this.freeNanos += frame.length * BYTE_NANOS;
        if (this.random.nextDouble() >= this.lossProbability) {
            this.lastArrival = Math.max(this.lastArrival, this.freeNanos + latency);
            this.arrivals.add(new Arrival(this.lastArrival, frame));
        }
    }

    private static void put(byte[] registers, Register register, int value) {
        register.put(value, registers, register.address());
    }

    @Override
    public int read(byte[] chunk) {
        this.now += LOOK_NANOS;
        this.reads++;
        int count = 0;
        for (Arrival next = this.arrivals.peek();
                next != null
                        && next.nanos() <= this.now
                        && count + next.bytes().length <= chunk.length;
                next = this.arrivals.peek()) {
            System.arraycopy(next.bytes(), 0, chunk, count, next.bytes().length);
            count += next.bytes().length;
            this.arrivals.remove();
        }
        return count;
    }
}
