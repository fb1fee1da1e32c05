package dev.rfx.session.thread;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Applies the {@link ThreadOptions} of one session to its control threads. Internal to {@code
 * dev.rfx.session}.
 */
public final class ThreadTuning {

    private static final TunedThread UNTUNED = new TunedThread(null, null);

    private final ThreadOptions options;
    private final @Nullable ThreadTuner tuner;
    private final AtomicBoolean warned = new AtomicBoolean();

    /**
     * Creates a tuning. Loads nothing of the operating system.
     *
     * @param options what is asked for
     */
    public ThreadTuning(ThreadOptions options) {
        this(options, ThreadTuner.isSupported() ? new ThreadTuner() : null);
    }

    /**
     * Creates a tuning with another tuner.
     *
     * @param tuner null on a system that is not supported
     */
    ThreadTuning(ThreadOptions options, @Nullable ThreadTuner tuner) {
        this.options = options;
        this.tuner = tuner;
    }

    /** {@return a tuning that asks for nothing} */
    public static ThreadTuning none() {
        return new ThreadTuning(ThreadOptions.defaults(), null);
    }

    /**
     * Tunes the calling thread. Always minimizes its timer slack, which costs nothing and needs no
     * right.
     *
     * @return the thread with what is in force; the caller releases it
     * @throws ThreadTuningException if something is required and not available
     */
    public TunedThread tune() {
        TimerSlack.minimize();
        if (this.tuner != null) {
            return this.options.askForSomething() || this.options.takesDefaultSlice()
                    ? this.tuner.tune(this.options)
                    : UNTUNED;
        }
        return this.options.askForSomething()
                ? new TunedThread(
                        ThreadStatus.unknown(
                                "thread options need Linux, but this is "
                                        + System.getProperty("os.name")),
                        null)
                : UNTUNED;
    }

    /**
     * {@return whether to warn of this status: something is not in force, for the first time}
     *
     * @param status what is in force
     */
    public boolean isToBeWarnedOf(ThreadStatus status) {
        return status.problem() != null && this.warned.compareAndSet(false, true);
    }

    /**
     * Wraps the task of a thread that a tuned thread starts, so that it runs on all processors.
     *
     * @param task the task
     * @return the task to start the thread with
     */
    public Runnable released(Runnable task) {
        ThreadTuner inForce = this.tuner;
        if (inForce == null || this.options.cpus().isEmpty()) {
            return task;
        }
        return () -> {
            try {
                inForce.release();
            } catch (RuntimeException ex) {
                // The thread stays on these processors, which slows down only itself.
            }
            task.run();
        };
    }
}
