package dev.rfx.session;

import static dev.rfx.session.OptionChecks.require;
import static dev.rfx.session.OptionChecks.requireBetween;

import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of the operating system for the control thread, so that other threads disturb it
 * less. Only Linux has it; elsewhere there is a warning and the session runs without. Needs the
 * library JNA. Immutable; begin with {@link #defaults()}, which asks for nothing. A value outside
 * its range is refused with an {@link IllegalArgumentException}.
 *
 * @param fifoPriority the priority of a SCHED_FIFO thread, 1 to 99, which runs before all that are
 *     not real-time. Needs CAP_SYS_NICE or an RLIMIT_RTPRIO that high. The thread spins for the
 *     session's spin window at most; a robot or a policy that never waits would keep its processor
 *     to itself (but for the kernel's throttling, 5 % of the time). Null, the default, for none
 * @param slice how long the thread runs before others of its kind have their turn, 100 µs to 100
 *     ms: with a short one the kernel (EEVDF, from 6.12 on) lets it run sooner when it wakes. Needs
 *     no right. Null, the default, for the kernel's; not together with a FIFO priority
 * @param cpus the processors on which the thread may run, by their numbers from 0; empty, the
 *     default, for all
 * @param lockMemory whether the memory of the whole process is kept from being paged out, as far as
 *     it is in use. Needs CAP_IPC_LOCK or an unlimited RLIMIT_MEMLOCK. Default false
 * @param required whether the session does not start where one of these cannot be had; else it logs
 *     a warning and runs without. Default true
 */
public record ThreadOptions(
        @Nullable Integer fifoPriority,
        @Nullable Duration slice,
        Set<Integer> cpus,
        boolean lockMemory,
        boolean required) {

    private static final int MAX_PRIORITY = 99;
    private static final Duration MIN_SLICE = Duration.ofNanos(100_000);
    private static final Duration MAX_SLICE = Duration.ofMillis(100);
    private static final int MAX_CPU = 1023;
    private static final ThreadOptions DEFAULTS =
            new ThreadOptions(null, null, Set.of(), false, true);

    /**
     * Checks every value.
     *
     * @param fifoPriority the priority of a real-time thread, or null
     * @param slice how long it runs before others have their turn, or null
     * @param cpus the processors on which it may run
     * @param lockMemory whether memory is kept from being paged out
     * @param required whether a session does not start without
     * @throws IllegalArgumentException if a value is outside its range
     */
    public ThreadOptions {
        require(
                fifoPriority == null || (fifoPriority >= 1 && fifoPriority <= MAX_PRIORITY),
                "fifoPriority",
                fifoPriority,
                "1 to " + MAX_PRIORITY);
        if (slice != null) {
            requireBetween("slice", slice, MIN_SLICE, MAX_SLICE);
        }
        require(
                slice == null || fifoPriority == null,
                "slice",
                slice,
                "left out where there is a FIFO priority: such a thread has none");
        cpus = Set.copyOf(cpus);
        require(
                cpus.stream().allMatch(cpu -> cpu >= 0 && cpu <= MAX_CPU),
                "cpus",
                new TreeSet<>(cpus),
                "numbers from 0 to " + MAX_CPU);
    }

    /**
     * Returns the defaults.
     *
     * @return options that ask for nothing
     */
    public static ThreadOptions defaults() {
        return DEFAULTS;
    }

    /**
     * Returns options with another FIFO priority.
     *
     * @param fifoPriority 1 to 99, or null for an ordinary thread
     * @return new options
     */
    public ThreadOptions withFifoPriority(@Nullable Integer fifoPriority) {
        return new ThreadOptions(
                fifoPriority, this.slice, this.cpus, this.lockMemory, this.required);
    }

    /**
     * Returns options with another slice.
     *
     * @param slice 100 µs to 100 ms, or null for the kernel's
     * @return new options
     */
    public ThreadOptions withSlice(@Nullable Duration slice) {
        return new ThreadOptions(
                this.fifoPriority, slice, this.cpus, this.lockMemory, this.required);
    }

    /**
     * Returns options with other processors.
     *
     * @param cpus their numbers, empty for all
     * @return new options
     */
    public ThreadOptions withCpus(Set<Integer> cpus) {
        return new ThreadOptions(
                this.fifoPriority, this.slice, cpus, this.lockMemory, this.required);
    }

    /**
     * Returns options with memory locked or not.
     *
     * @param lockMemory whether it is kept from being paged out
     * @return new options
     */
    public ThreadOptions withLockMemory(boolean lockMemory) {
        return new ThreadOptions(
                this.fifoPriority, this.slice, this.cpus, lockMemory, this.required);
    }

    /**
     * Returns options that are required or not.
     *
     * @param required whether a session does not start without
     * @return new options
     */
    public ThreadOptions withRequired(boolean required) {
        return new ThreadOptions(
                this.fifoPriority, this.slice, this.cpus, this.lockMemory, required);
    }

    /** Tells whether nothing is asked for. */
    boolean areDefault() {
        return this.fifoPriority == null
                && this.slice == null
                && this.cpus.isEmpty()
                && !this.lockMemory;
    }
}
