package dev.rfx.session.thread;

import static dev.rfx.session.support.Checks.require;
import static dev.rfx.session.support.Checks.requireBetween;

import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a session asks of the operating system for its control thread, so that other threads disturb
 * it less. Only Linux is supported; on other systems the session logs a warning and runs without.
 * All but {@code cpuLatency} needs JDK 22 or newer, or the library JNA. JDK 24 and newer warn of
 * the first system call unless native access is enabled; the default slice waits for that.
 * Immutable; begin with {@link #defaults()}. A value outside its range is refused with an {@link
 * IllegalArgumentException}.
 *
 * @param fifoPriority the priority of a SCHED_FIFO thread, 1 to 99. Such a thread runs before every
 *     thread that is not real-time. Needs CAP_SYS_NICE or an RLIMIT_RTPRIO of at least this value.
 *     The thread spins at most for the session's spin window; a robot or a policy that never waits
 *     would occupy its processor (except for the kernel's throttling, 5 % of the time). Null, the
 *     default, for an ordinary thread
 * @param slice scheduler time slice of the thread (EEVDF, Linux 6.12 or newer), 100 µs to 100 ms. A
 *     thread with a shorter slice is scheduled sooner after a wake-up. Needs no right. Zero for the
 *     kernel's slice. Null, the default, for 100 µs where that is available, and the kernel's slice
 *     elsewhere, without a warning. Not together with a FIFO priority
 * @param cpus the processors on which the thread may run, numbered from 0; empty, the default, for
 *     all
 * @param cpuLatency the longest time in which an idle processor wakes up (PM QoS), 0 to 10 ms in
 *     whole microseconds. Keeps all processors of the machine out of deeper idle states during a
 *     run, which costs power; with 0 they may poll. Needs the right to write {@code
 *     /dev/cpu_dma_latency}. Null, the default, for no limit
 * @param lockMemory whether the pages in use of the whole process are never swapped out. Needs
 *     CAP_IPC_LOCK or an unlimited RLIMIT_MEMLOCK. Default false
 * @param required whether the start fails if one of these is not available; else the session logs a
 *     warning and runs without. Does not apply to the slice that is taken by default. Default true
 * @since 0.1
 */
public record ThreadOptions(
        @Nullable Integer fifoPriority,
        @Nullable Duration slice,
        Set<Integer> cpus,
        @Nullable Duration cpuLatency,
        boolean lockMemory,
        boolean required) {

    private static final int MAX_PRIORITY = 99;
    private static final Duration MIN_SLICE = Duration.ofNanos(100_000);
    private static final Duration MAX_SLICE = Duration.ofMillis(100);
    private static final int MAX_CPU = 1023;
    private static final Duration MAX_CPU_LATENCY = Duration.ofMillis(10);
    private static final ThreadOptions DEFAULTS =
            new ThreadOptions(null, null, Set.of(), null, false, true);

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException if a value is outside its range
     */
    public ThreadOptions {
        require(
                fifoPriority == null || (fifoPriority >= 1 && fifoPriority <= MAX_PRIORITY),
                "fifoPriority",
                fifoPriority,
                "1 to " + MAX_PRIORITY);
        boolean choosesSlice = slice != null && !slice.isZero();
        if (choosesSlice) {
            requireBetween("slice", slice, MIN_SLICE, MAX_SLICE);
        }
        require(
                !choosesSlice || fifoPriority == null,
                "slice",
                slice,
                "left out with a FIFO priority: such a thread has no slice");
        cpus = Set.copyOf(cpus);
        require(
                cpus.stream().allMatch(cpu -> cpu >= 0 && cpu <= MAX_CPU),
                "cpus",
                new TreeSet<>(cpus),
                "numbers from 0 to " + MAX_CPU);
        if (cpuLatency != null) {
            requireBetween("cpuLatency", cpuLatency, Duration.ZERO, MAX_CPU_LATENCY);
            require(
                    cpuLatency.toNanos() % 1000 == 0,
                    "cpuLatency",
                    cpuLatency,
                    "a whole number of microseconds");
        }
    }

    /** {@return options that ask for nothing but a short slice where it is available} */
    public static ThreadOptions defaults() {
        return DEFAULTS;
    }

    /**
     * {@return options with another FIFO priority}
     *
     * @param fifoPriority 1 to 99, or null for an ordinary thread
     */
    public ThreadOptions withFifoPriority(@Nullable Integer fifoPriority) {
        return new ThreadOptions(
                fifoPriority,
                this.slice,
                this.cpus,
                this.cpuLatency,
                this.lockMemory,
                this.required);
    }

    /**
     * {@return options with another time slice}
     *
     * @param slice 100 µs to 100 ms, zero for the kernel's, or null for a short one where it is
     *     available
     */
    public ThreadOptions withSlice(@Nullable Duration slice) {
        return new ThreadOptions(
                this.fifoPriority,
                slice,
                this.cpus,
                this.cpuLatency,
                this.lockMemory,
                this.required);
    }

    /**
     * {@return options with other processors}
     *
     * @param cpus their numbers, empty for all
     */
    public ThreadOptions withCpus(Set<Integer> cpus) {
        return new ThreadOptions(
                this.fifoPriority,
                this.slice,
                cpus,
                this.cpuLatency,
                this.lockMemory,
                this.required);
    }

    /**
     * {@return options with another limit to the latency of the processors}
     *
     * @param cpuLatency 0 to 10 ms in whole microseconds, or null for no limit
     */
    public ThreadOptions withCpuLatency(@Nullable Duration cpuLatency) {
        return new ThreadOptions(
                this.fifoPriority,
                this.slice,
                this.cpus,
                cpuLatency,
                this.lockMemory,
                this.required);
    }

    /**
     * {@return options with locked memory or without}
     *
     * @param lockMemory whether pages in use are never swapped out
     */
    public ThreadOptions withLockMemory(boolean lockMemory) {
        return new ThreadOptions(
                this.fifoPriority,
                this.slice,
                this.cpus,
                this.cpuLatency,
                lockMemory,
                this.required);
    }

    /**
     * {@return options that are required or optional}
     *
     * @param required whether the start fails if one of them is not available
     */
    public ThreadOptions withRequired(boolean required) {
        return new ThreadOptions(
                this.fifoPriority,
                this.slice,
                this.cpus,
                this.cpuLatency,
                this.lockMemory,
                required);
    }

    /** {@return whether the thread takes a short slice if it can} */
    boolean takesDefaultSlice() {
        return this.slice == null && this.fifoPriority == null;
    }

    /** {@return whether the options ask for something, apart from the default slice} */
    boolean askForSomething() {
        return this.fifoPriority != null
                || (this.slice != null && !this.slice.isZero())
                || !this.cpus.isEmpty()
                || this.cpuLatency != null
                || this.lockMemory;
    }
}
