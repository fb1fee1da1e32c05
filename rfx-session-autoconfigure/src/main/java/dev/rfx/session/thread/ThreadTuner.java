package dev.rfx.session.thread;

import com.sun.jna.LastErrorException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tunes the calling thread with system calls of Linux, through the optional library JNA. Not final,
 * so that a test can replace it.
 */
class ThreadTuner {

    private static final String WITHOUT_JNA = "The library JNA is missing or cannot be loaded";

    private static final String LIMITS =
            " Use %s in a systemd service, --ulimit %s for a container, or a line in"
                    + " /etc/security/limits.conf for a login.";

    static boolean isSupported() {
        return System.getProperty("os.name").equals("Linux");
    }

    /**
     * Gives the calling thread what the options ask for. Threads that it starts do not inherit a
     * priority.
     *
     * @return what is in force
     * @throws ThreadTuningException if something is required and not available
     */
    ThreadStatus tune(ThreadOptions options) {
        try {
            return new Tuning(options).run();
        } catch (LinkageError ex) {
            if (options.required()) {
                throw new ThreadTuningException(
                        WITHOUT_JNA + ": " + ex,
                        "Add the dependency net.java.dev.jna:jna, or remove the options of the"
                                + " thread.");
            }
            return ThreadStatus.unknown(WITHOUT_JNA);
        }
    }

    /** Lets the calling thread, which a tuned thread has started, run on all processors again. */
    void release() {
        Kernel.setAffinity(Kernel.getAffinity(Kernel.MAIN_THREAD));
    }

    /** Tunes one thread. */
    private static final class Tuning {

        private final ThreadOptions options;
        private final List<String> problems = new ArrayList<>();
        private boolean memoryLocked;

        Tuning(ThreadOptions options) {
            this.options = options;
        }

        ThreadStatus run() {
            Integer priority = this.options.fifoPriority();
            Duration slice = this.options.slice();
            if (priority != null) {
                attempt(() -> setFifo(priority));
            }
            if (slice != null) {
                attempt(() -> setSlice(slice));
            }
            if (!this.options.cpus().isEmpty()) {
                attempt(() -> setCpus(this.options.cpus()));
            }
            if (this.options.lockMemory()) {
                attempt(this::lockMemory); // last: it concerns the whole process and is never
                // undone
            }
            return status();
        }

        private void attempt(Runnable step) {
            try {
                try {
                    step.run();
                } catch (LastErrorException ex) {
                    requireNoError(ex.getErrorCode(), "An option of the control thread");
                }
            } catch (ThreadTuningException ex) {
                if (this.options.required()) {
                    throw ex;
                }
                this.problems.add(ex.description());
            }
        }

        private static void setFifo(int priority) {
            int error = Kernel.setFifo(priority);
            if (error == Kernel.NOT_PERMITTED) {
                throw new ThreadTuningException(
                        "The control thread is not permitted to use SCHED_FIFO at priority "
                                + priority,
                        "Give the process CAP_SYS_NICE, or raise the limit rtprio to %d."
                                        .formatted(priority)
                                + LIMITS.formatted(
                                        "LimitRTPRIO=" + priority, "rtprio=" + priority));
            }
            requireNoError(error, "SCHED_FIFO at priority " + priority);
        }

        private static void setSlice(Duration slice) {
            requireNoError(Kernel.setSlice(slice.toNanos()), "A slice of " + slice);
            Kernel.Scheduling present = Kernel.getScheduling();
            if (present.sliceNanos() != slice.toNanos()) {
                throw new ThreadTuningException(
                        "This kernel does not let a thread choose its slice",
                        "Use Linux 6.12 or newer, or remove the slice.");
            }
        }

        private static void setCpus(Set<Integer> cpus) {
            int error = Kernel.setAffinity(cpus);
            if (error == Kernel.INVALID) {
                throw new ThreadTuningException(
                        "None of the processors " + cpus + " is available to this process",
                        "Choose some of " + Kernel.getAffinity(Kernel.MAIN_THREAD) + ".");
            }
            requireNoError(error, "The processors " + cpus);
        }

        private void lockMemory() {
            if (!MemoryLimits.isUnlimited()) {
                throw new ThreadTuningException(
                        "The memory of this process cannot be locked: beyond the limit memlock,"
                                + " allocations would fail",
                        "Give the process CAP_IPC_LOCK, or set the limit memlock to unlimited."
                                + LIMITS.formatted("LimitMEMLOCK=infinity", "memlock=-1"));
            }
            requireNoError(Kernel.lockMemory(), "Locked memory");
            this.memoryLocked = true;
        }

        private static void requireNoError(int error, String what) {
            if (error != 0) {
                throw new ThreadTuningException(
                        what + " is not available: the kernel reports error " + error,
                        "Remove this option, or look the error up in errno(3).");
            }
        }

        private ThreadStatus status() {
            Kernel.Scheduling present = known(Kernel::getScheduling);
            return new ThreadStatus(
                    present == null ? null : present.toString(),
                    present == null || present.sliceNanos() == 0
                            ? null
                            : Duration.ofNanos(present.sliceNanos()),
                    known(() -> Kernel.getAffinity(Kernel.CALLING_THREAD)),
                    this.memoryLocked,
                    problem());
        }

        /** Returns null if the kernel does not answer: the status is for display only. */
        private static <T> @Nullable T known(Supplier<T> question) {
            try {
                return question.get();
            } catch (LastErrorException | ThreadTuningException ex) {
                return null;
            }
        }

        private @Nullable String problem() {
            return this.problems.isEmpty() ? null : String.join("; ", this.problems);
        }
    }
}
