package dev.rfx.session.thread;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tunes the calling thread with system calls of Linux. Not final, so that a test can replace it.
 */
class ThreadTuner {

    private static final String LIMITS =
            " Use %s in a systemd service, --ulimit %s for a container, or a line in"
                    + " /etc/security/limits.conf for a login.";

    private final Supplier<Kernel> kernel;
    private final Supplier<@Nullable String> obstacleToDefaultSlice;
    private final Path latencyDevice;

    ThreadTuner() {
        this(Kernel::ofThisJvm, DefaultSlice::obstacle, CpuLatency.DEVICE);
    }

    /**
     * Creates a tuner.
     *
     * @param kernel asked when a system call is needed, not before
     * @param obstacleToDefaultSlice why no system call may be tried that no option asks for
     */
    ThreadTuner(
            Supplier<Kernel> kernel,
            Supplier<@Nullable String> obstacleToDefaultSlice,
            Path latencyDevice) {
        this.kernel = kernel;
        this.obstacleToDefaultSlice = obstacleToDefaultSlice;
        this.latencyDevice = latencyDevice;
    }

    static boolean isSupported() {
        return System.getProperty("os.name").equals("Linux");
    }

    /**
     * Gives the calling thread what the options ask for. Threads that it starts inherit neither its
     * priority nor its slice.
     *
     * @return the thread with what is in force
     * @throws ThreadTuningException if something is required and not available
     */
    TunedThread tune(ThreadOptions options) {
        Tuning tuning = new Tuning(options);
        try {
            return tuning.run();
        } catch (Throwable ex) {
            TunedThread.release(tuning.latency);
            throw ex;
        }
    }

    /** Lets the calling thread, which a tuned thread has started, run on all processors again. */
    void release() {
        Kernel kernel = this.kernel.get();
        kernel.setAffinity(kernel.getAffinity(Kernel.MAIN_THREAD));
    }

    /** Tunes one thread. */
    private final class Tuning {

        private final ThreadOptions options;
        private final Set<String> problems = new LinkedHashSet<>();

        /** Null until a system call is needed. */
        private @Nullable Kernel kernel;

        private @Nullable CpuLatency latency;
        private boolean memoryLocked;
        private @Nullable String note;

        Tuning(ThreadOptions options) {
            this.options = options;
        }

        TunedThread run() {
            Integer priority = this.options.fifoPriority();
            Duration slice = this.options.slice();
            Duration cpuLatency = this.options.cpuLatency();
            if (priority != null) {
                attempt(() -> setFifo(priority));
            }
            if (this.options.takesDefaultSlice()) {
                takeDefaultSlice();
            } else if (slice != null && !slice.isZero()) {
                attempt(() -> setSlice(slice));
            }
            if (cpuLatency != null) {
                attempt(() -> limitLatency(cpuLatency));
            }
            if (!this.options.cpus().isEmpty()) {
                attempt(() -> setCpus(this.options.cpus()));
            }
            if (this.options.lockMemory()) {
                // Last: it concerns the whole process and is never undone.
                attempt(this::lockMemory);
            }
            return new TunedThread(status(), this.latency);
        }

        private void attempt(Runnable step) {
            try {
                step.run();
            } catch (ThreadTuningException ex) {
                if (this.options.required()) {
                    throw ex;
                }
                this.problems.add(ex.description());
            }
        }

        private Kernel kernel() {
            Kernel present = this.kernel;
            if (present == null) {
                present = ThreadTuner.this.kernel.get();
                this.kernel = present;
            }
            return present;
        }

        private void setFifo(int priority) {
            int error = kernel().setFifo(priority);
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

        /** Never fails, because no option asks for it. */
        private void takeDefaultSlice() {
            try {
                this.note = ThreadTuner.this.obstacleToDefaultSlice.get();
                if (this.note == null) {
                    this.note = obstacleOfThread(kernel().getScheduling(Kernel.CALLING_THREAD));
                }
                if (this.note == null) {
                    setSlice(DefaultSlice.LENGTH);
                }
            } catch (ThreadTuningException ex) {
                this.note = ex.description();
            } catch (Throwable ex) {
                this.note = ex.toString();
            }
        }

        private static @Nullable String obstacleOfThread(Kernel.Scheduling present) {
            if (!present.isOrdinary()) {
                return "The scheduling of the process is kept: " + present;
            }
            return present.sliceNanos() == 0 ? DefaultSlice.missingInKernel() : null;
        }

        private void setSlice(Duration slice) {
            requireNoError(kernel().setSlice(slice.toNanos()), "A slice of " + slice);
            Kernel.Scheduling present = kernel().getScheduling(Kernel.CALLING_THREAD);
            if (present.sliceNanos() != slice.toNanos()) {
                throw new ThreadTuningException(
                        DefaultSlice.missingInKernel(),
                        "Use Linux 6.12 or newer, or remove the slice.");
            }
        }

        private void setCpus(Set<Integer> cpus) {
            int error = kernel().setAffinity(cpus);
            if (error == Kernel.INVALID) {
                throw new ThreadTuningException(
                        "None of the processors " + cpus + " is available to this process",
                        "Choose some of " + kernel().getAffinity(Kernel.MAIN_THREAD) + ".");
            }
            requireNoError(error, "The processors " + cpus);
        }

        private void limitLatency(Duration latency) {
            try {
                this.latency = new CpuLatency(ThreadTuner.this.latencyDevice, latency);
            } catch (IOException ex) {
                throw new ThreadTuningException(
                        "The latency of the processors cannot be limited: " + ex,
                        "Let the process write "
                                + ThreadTuner.this.latencyDevice
                                + ", by a udev rule or with --device for a container, or remove"
                                + " the option.");
            }
        }

        private void lockMemory() {
            if (!MemoryLimits.isUnlimited()) {
                throw new ThreadTuningException(
                        "The memory of this process cannot be locked: beyond the limit memlock,"
                                + " allocations would fail",
                        "Give the process CAP_IPC_LOCK, or set the limit memlock to unlimited."
                                + LIMITS.formatted("LimitMEMLOCK=infinity", "memlock=-1"));
            }
            requireNoError(kernel().lockMemory(), "Locked memory");
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
            Kernel.Scheduling present =
                    known(kernel -> kernel.getScheduling(Kernel.CALLING_THREAD));
            return new ThreadStatus(
                    present == null ? null : present.toString(),
                    present == null || present.sliceNanos() == 0
                            ? null
                            : Duration.ofNanos(present.sliceNanos()),
                    known(kernel -> kernel.getAffinity(Kernel.CALLING_THREAD)),
                    this.latency == null ? null : this.options.cpuLatency(),
                    this.memoryLocked,
                    this.kernel == null ? null : this.kernel.means(),
                    this.problems.isEmpty() ? null : String.join("; ", this.problems),
                    this.note);
        }

        /** Returns null if the kernel was not needed or does not answer. Never fails. */
        private <T> @Nullable T known(Function<Kernel, T> question) {
            try {
                return this.kernel == null ? null : question.apply(this.kernel);
            } catch (Throwable ex) {
                return null; // it is for display only
            }
        }
    }
}
