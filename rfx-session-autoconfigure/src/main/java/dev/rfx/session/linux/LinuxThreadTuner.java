package dev.rfx.session.linux;

import com.sun.jna.LastErrorException;
import dev.rfx.session.ThreadOptions;
import dev.rfx.session.ThreadStatus;
import dev.rfx.session.ThreadTuner;
import dev.rfx.session.ThreadTuningException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tunes a thread by the system calls of Linux, through JNA. Without that library it says so; it is
 * optional.
 */
public final class LinuxThreadTuner implements ThreadTuner {

    private static final String WITHOUT_JNA =
            "The library JNA, which asks the kernel, is missing or cannot be loaded";

    private static final String LIMITS =
            " In a service of systemd that is %s, in a container --ulimit %s, for a login a line in"
                    + " /etc/security/limits.conf.";

    /** Creates a tuner, which nothing is loaded for yet. */
    public LinuxThreadTuner() {}

    @Override
    public boolean isSupported() {
        return System.getProperty("os.name").equals("Linux");
    }

    @Override
    public ThreadStatus tune(ThreadOptions options) {
        try {
            return new Tuning(options).run();
        } catch (LinkageError ex) {
            if (options.required()) {
                throw new ThreadTuningException(
                        WITHOUT_JNA + ": " + ex,
                        "Add the dependency net.java.dev.jna:jna, or leave the options of the"
                                + " thread out.");
            }
            return new ThreadStatus(null, null, null, false, WITHOUT_JNA);
        }
    }

    @Override
    public void release() {
        Kernel.setAffinity(Kernel.getAffinity(Kernel.MAIN_THREAD));
    }

    /** One thread that is being tuned. */
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
                attempt(this::lockMemory); // at last: it is not the thread's, and stays
            }
            return status();
        }

        private void attempt(Runnable step) {
            try {
                try {
                    step.run();
                } catch (LastErrorException ex) {
                    requireNoError(ex.getErrorCode(), "What is asked for the control thread");
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
                        "The control thread may not run with SCHED_FIFO at priority " + priority,
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
                        "Use Linux 6.12 or newer, or leave the slice out.");
            }
        }

        private static void setCpus(Set<Integer> cpus) {
            int error = Kernel.setAffinity(cpus);
            if (error == Kernel.INVALID) {
                throw new ThreadTuningException(
                        "None of the processors " + cpus + " is there for this process",
                        "Choose some of " + Kernel.getAffinity(Kernel.MAIN_THREAD) + ".");
            }
            requireNoError(error, "The processors " + cpus);
        }

        private void lockMemory() {
            if (!MemoryLimits.isUnlimited()) {
                throw new ThreadTuningException(
                        "The memory of this process may not be locked: what is beyond the limit"
                                + " could not be allocated any more",
                        "Give the process CAP_IPC_LOCK, or set the limit memlock to unlimited."
                                + LIMITS.formatted("LimitMEMLOCK=infinity", "memlock=-1"));
            }
            requireNoError(Kernel.lockMemory(), "Locked memory");
            this.memoryLocked = true;
        }

        private static void requireNoError(int error, String what) {
            if (error != 0) {
                throw new ThreadTuningException(
                        what + " cannot be had: the kernel says error " + error,
                        "Leave this option out, or look the error up in errno(3).");
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

        /** What the kernel does not tell is not known: that alone keeps nobody from running. */
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
