package dev.rfx.session.thread;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The system calls for scheduling, processors and locked memory. All but {@link #getAffinity} apply
 * to the calling thread. The setters return 0, or an error of errno(3).
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
     * @param sliceNanos its time slice in ns; 0 for a real-time thread, or if unknown
     */
    record Scheduling(int policy, int priority, long sliceNanos) {

        @Override
        public String toString() {
            return switch (this.policy) {
                case SCHED_OTHER -> "OTHER";
                case SCHED_FIFO -> "FIFO " + this.priority;
                default -> "policy " + this.policy;
            };
        }
    }

    private interface LibC extends Library {

        NativeLong syscall(NativeLong number, Object... arguments) throws LastErrorException;

        int sched_setaffinity(int thread, NativeLong size, Pointer mask) throws LastErrorException;

        int sched_getaffinity(int thread, NativeLong size, Pointer mask) throws LastErrorException;

        int mlockall(int flags) throws LastErrorException;
    }

    private static final LibC C = Native.load("c", LibC.class);

    /** The numbers of sched_setattr and sched_getattr: C libraries have no function for them. */
    private static final Map<String, int[]> SCHED_ATTR_CALLS =
            Map.of(
                    "amd64", new int[] {314, 315},
                    "aarch64", new int[] {274, 275},
                    "riscv64", new int[] {274, 275});

    private static final int SCHED_OTHER = 0;
    private static final int SCHED_FIFO = 1;

    /** Threads that the calling thread starts get the default scheduling. */
    private static final long SCHED_FLAG_RESET_ON_FORK = 1;

    // Offsets in struct sched_attr, sched_setattr(2).
    private static final int ATTR_SIZE = 48;
    private static final int ATTR_POLICY = 4;
    private static final int ATTR_FLAGS = 8;
    private static final int ATTR_PRIORITY = 20;
    private static final int ATTR_RUNTIME = 24;

    private static final int MASK_BYTES = 128;

    /** Locks present and future pages, each at its first use. */
    private static final int MCL_CURRENT_FUTURE_ONFAULT = 1 | 2 | 4;

    private Kernel() {}

    /**
     * Checks that the numbers of the system calls are known.
     *
     * @throws ThreadTuningException if they are unknown
     */
    private static void requireKnownProcessor() {
        String processor = System.getProperty("os.arch");
        if (!SCHED_ATTR_CALLS.containsKey(processor)) {
            throw new ThreadTuningException(
                    "Thread options are not supported on the processor " + processor,
                    "Remove the options of the thread, or use one of "
                            + new TreeSet<>(SCHED_ATTR_CALLS.keySet())
                            + ".");
        }
    }

    private static NativeLong call(int which) {
        requireKnownProcessor();
        return new NativeLong(SCHED_ATTR_CALLS.get(System.getProperty("os.arch"))[which]);
    }

    static int setFifo(int priority) {
        try (Memory attributes = emptyAttributes()) {
            attributes.setInt(ATTR_POLICY, SCHED_FIFO);
            attributes.setInt(ATTR_PRIORITY, priority);
            return setAttributes(attributes);
        }
    }

    static int setSlice(long nanos) {
        try (Memory attributes = readAttributes()) {
            attributes.setInt(ATTR_POLICY, SCHED_OTHER);
            attributes.setInt(ATTR_PRIORITY, 0);
            attributes.setLong(ATTR_RUNTIME, nanos);
            return setAttributes(attributes);
        }
    }

    private static int setAttributes(Memory attributes) {
        attributes.setInt(0, ATTR_SIZE);
        attributes.setLong(ATTR_FLAGS, SCHED_FLAG_RESET_ON_FORK);
        try {
            C.syscall(call(0), CALLING_THREAD, attributes, 0);
            return 0;
        } catch (LastErrorException ex) {
            return ex.getErrorCode();
        }
    }

    static Scheduling getScheduling() {
        try (Memory attributes = readAttributes()) {
            return new Scheduling(
                    attributes.getInt(ATTR_POLICY),
                    attributes.getInt(ATTR_PRIORITY),
                    attributes.getLong(ATTR_RUNTIME));
        }
    }

    private static Memory emptyAttributes() {
        Memory attributes = new Memory(ATTR_SIZE);
        attributes.clear();
        return attributes;
    }

    private static Memory readAttributes() {
        Memory attributes = emptyAttributes();
        C.syscall(call(1), CALLING_THREAD, attributes, ATTR_SIZE, 0);
        return attributes;
    }

    static int setAffinity(Set<Integer> cpus) {
        try (Memory mask = new Memory(MASK_BYTES)) {
            mask.clear();
            for (int cpu : cpus) {
                int bits = mask.getByte(cpu / Byte.SIZE) | 1 << cpu % Byte.SIZE;
                mask.setByte(cpu / Byte.SIZE, (byte) bits);
            }
            C.sched_setaffinity(CALLING_THREAD, new NativeLong(MASK_BYTES), mask);
            return 0;
        } catch (LastErrorException ex) {
            return ex.getErrorCode();
        }
    }

    static SortedSet<Integer> getAffinity(int thread) {
        try (Memory mask = new Memory(MASK_BYTES)) {
            mask.clear();
            C.sched_getaffinity(thread, new NativeLong(MASK_BYTES), mask);
            SortedSet<Integer> cpus = new TreeSet<>();
            for (int cpu = 0; cpu < MASK_BYTES * Byte.SIZE; cpu++) {
                if ((mask.getByte(cpu / Byte.SIZE) >> cpu % Byte.SIZE & 1) == 1) {
                    cpus.add(cpu);
                }
            }
            return cpus;
        }
    }

    static int lockMemory() {
        try {
            C.mlockall(MCL_CURRENT_FUTURE_ONFAULT);
            return 0;
        } catch (LastErrorException ex) {
            return ex.getErrorCode();
        }
    }
}
