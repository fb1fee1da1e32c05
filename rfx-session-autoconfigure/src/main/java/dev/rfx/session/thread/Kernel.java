package dev.rfx.session.thread;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The system calls for scheduling, processors and locked memory. The setters apply to the calling
 * thread, and return 0 or an error of errno(3).
 */
final class Kernel {

    static final int CALLING_THREAD = 0;

    /** The id of the main thread equals that of the process. */
    static final int MAIN_THREAD = (int) ProcessHandle.current().pid();

    static final int NOT_PERMITTED = 1;
    static final int INVALID = 22;

    /**
     * The scheduling of a thread, see sched(7).
     *
     * @param nice -20 (favorable) to 19; 0 by default
     * @param sliceNanos its time slice in ns; 0 for a real-time thread, and before Linux 6.12
     */
    record Scheduling(int policy, int nice, int priority, long sliceNanos) {

        /** {@return whether it has no precedence over other threads} */
        boolean isOrdinary() {
            return this.policy == SCHED_OTHER && this.nice >= 0;
        }

        @Override
        public String toString() {
            return switch (this.policy) {
                case SCHED_OTHER -> this.nice == 0 ? "OTHER" : "OTHER nice " + this.nice;
                case SCHED_FIFO -> "FIFO " + this.priority;
                default -> "policy " + this.policy;
            };
        }
    }

    /** The numbers of the system calls of a processor. */
    private record Numbers(
            int setAffinity,
            int getAffinity,
            int lockMemory,
            int setAttributes,
            int getAttributes) {}

    private static final Numbers GENERIC = new Numbers(122, 123, 230, 274, 275);

    /** By {@code os.arch}. All these processors have words of 64 bits. */
    private static final Map<String, Numbers> PROCESSORS =
            Map.of(
                    "amd64", new Numbers(203, 204, 151, 314, 315),
                    "aarch64", GENERIC,
                    "riscv64", GENERIC);

    private static final int SCHED_OTHER = 0;
    private static final int SCHED_FIFO = 1;

    /** Threads that the calling thread starts get the default scheduling. */
    private static final long SCHED_FLAG_RESET_ON_FORK = 1;

    // Offsets in struct sched_attr, sched_setattr(2).
    private static final int ATTR_SIZE = 48;
    private static final int ATTR_POLICY = 4;
    private static final int ATTR_FLAGS = 8;
    private static final int ATTR_NICE = 16;
    private static final int ATTR_PRIORITY = 20;
    private static final int ATTR_RUNTIME = 24;

    private static final int MASK_BYTES = 128;

    /** Locks present and future pages, each at its first use. */
    private static final int MCL_CURRENT_FUTURE_ONFAULT = 1 | 2 | 4;

    private final SystemCalls calls;
    private final Numbers numbers;

    /**
     * Creates a kernel.
     *
     * @throws ThreadTuningException if the numbers of the system calls are unknown
     */
    Kernel(SystemCalls calls) {
        String processor = System.getProperty("os.arch");
        Numbers known = PROCESSORS.get(processor);
        if (known == null) {
            throw new ThreadTuningException(
                    "Thread options are not supported on the processor " + processor,
                    "Remove the options of the thread, or use one of "
                            + new TreeSet<>(PROCESSORS.keySet())
                            + ".");
        }
        this.calls = calls;
        this.numbers = known;
    }

    static boolean isKnownProcessor() {
        return PROCESSORS.containsKey(System.getProperty("os.arch"));
    }

    /**
     * {@return the kernel under this JVM}
     *
     * @throws ThreadTuningException if the JVM cannot make system calls
     */
    static Kernel ofThisJvm() {
        boolean foreign = Runtime.version().feature() >= ForeignSystemCalls.SINCE_JDK;
        try {
            return new Kernel(foreign ? new ForeignSystemCalls() : new JnaSystemCalls());
        } catch (LinkageError ex) {
            throw foreign
                    ? new ThreadTuningException(
                            "This JVM cannot make system calls: " + rootCause(ex),
                            "Start it with --enable-native-access=ALL-UNNAMED, or remove the"
                                    + " options of the thread.")
                    : new ThreadTuningException(
                            "The library JNA is missing or cannot be loaded: " + rootCause(ex),
                            "Add the dependency net.java.dev.jna:jna, use JDK "
                                    + ForeignSystemCalls.SINCE_JDK
                                    + " or newer, or remove the options of the thread.");
        }
    }

    private static Throwable rootCause(Throwable ex) {
        Throwable cause = ex.getCause();
        return cause == null ? ex : rootCause(cause);
    }

    /** {@return by what means the system calls are made, for display} */
    String means() {
        return this.calls.means();
    }

    int setFifo(int priority) {
        ByteBuffer attributes = memory(ATTR_SIZE);
        attributes.putInt(ATTR_POLICY, SCHED_FIFO);
        attributes.putInt(ATTR_PRIORITY, priority);
        return setAttributes(attributes);
    }

    int setSlice(long nanos) {
        ByteBuffer attributes = readAttributes(CALLING_THREAD);
        attributes.putInt(ATTR_POLICY, SCHED_OTHER);
        attributes.putInt(ATTR_PRIORITY, 0);
        attributes.putLong(ATTR_RUNTIME, nanos);
        return setAttributes(attributes);
    }

    private int setAttributes(ByteBuffer attributes) {
        attributes.putInt(0, ATTR_SIZE);
        attributes.putLong(ATTR_FLAGS, SCHED_FLAG_RESET_ON_FORK);
        long address = this.calls.address(attributes);
        long result = this.calls.call(this.numbers.setAttributes(), CALLING_THREAD, address, 0, 0);
        Reference.reachabilityFence(attributes);
        return error(result);
    }

    Scheduling getScheduling(int thread) {
        ByteBuffer attributes = readAttributes(thread);
        return new Scheduling(
                attributes.getInt(ATTR_POLICY),
                attributes.getInt(ATTR_NICE),
                attributes.getInt(ATTR_PRIORITY),
                attributes.getLong(ATTR_RUNTIME));
    }

    private ByteBuffer readAttributes(int thread) {
        ByteBuffer attributes = memory(ATTR_SIZE);
        long address = this.calls.address(attributes);
        requireNoError(
                this.calls.call(this.numbers.getAttributes(), thread, address, ATTR_SIZE, 0),
                "The scheduling");
        return attributes;
    }

    int setAffinity(Set<Integer> cpus) {
        ByteBuffer mask = memory(MASK_BYTES);
        for (int cpu : cpus) {
            int bits = mask.get(cpu / Byte.SIZE) | 1 << cpu % Byte.SIZE;
            mask.put(cpu / Byte.SIZE, (byte) bits);
        }
        long address = this.calls.address(mask);
        long result =
                this.calls.call(this.numbers.setAffinity(), CALLING_THREAD, MASK_BYTES, address, 0);
        Reference.reachabilityFence(mask);
        return error(result);
    }

    SortedSet<Integer> getAffinity(int thread) {
        ByteBuffer mask = memory(MASK_BYTES);
        long address = this.calls.address(mask);
        requireNoError(
                this.calls.call(this.numbers.getAffinity(), thread, MASK_BYTES, address, 0),
                "The set of processors");
        SortedSet<Integer> cpus = new TreeSet<>();
        for (int cpu = 0; cpu < MASK_BYTES * Byte.SIZE; cpu++) {
            if ((mask.get(cpu / Byte.SIZE) >> cpu % Byte.SIZE & 1) == 1) {
                cpus.add(cpu);
            }
        }
        return cpus;
    }

    int lockMemory() {
        return error(
                this.calls.call(this.numbers.lockMemory(), MCL_CURRENT_FUTURE_ONFAULT, 0, 0, 0));
    }

    private static ByteBuffer memory(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    private static int error(long result) {
        return result < 0 ? (int) -result : 0;
    }

    private static void requireNoError(long result, String what) {
        if (result < 0) {
            throw new ThreadTuningException(
                    what + " of a thread cannot be read: the kernel reports error " + -result,
                    "Look the error up in errno(3).");
        }
    }
}
