package dev.rfx.session.thread;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Applies the {@link ThreadOptions} of one session to its control threads. Internal to {@code
 * dev.rfx.session}.
 */
public final class ThreadTuning {

    private final ThreadOptions options;
    private final @Nullable ThreadTuner tuner;
    private final AtomicBoolean warned = new AtomicBoolean();

    /**
     * Creates a tuning. Loads nothing of the operating system if the options ask for nothing.
     *
     * @param options what is asked for
     */
    public ThreadTuning(ThreadOptions options) {
        this(
                options,
                options.areDefault() || !ThreadTuner.isSupported() ? null : new ThreadTuner());
    }

    ThreadTuning(ThreadOptions options, @Nullable ThreadTuner tuner) {
        this.options = options;
        this.tuner = tuner;
    }

    /**
     * Tunes the calling thread. Always minimizes its timer slack, which costs nothing and needs no
     * right.
     *
     * @return what is in force, or null if the options ask for nothing
     * @throws ThreadTuningException if something is required and not available
     */
    public @Nullable ThreadStatus tune() {
        TimerSlack.minimize();
        if (this.options.areDefault()) {
            return null;
        }
        if (this.tuner == null) {
            return ThreadStatus.unknown(
                    "thread options need Linux, but this is " + System.getProperty("os.name"));
        }
        return this.tuner.tune(this.options);
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
            } catch (RuntimeException | LinkageError ex) {
                // The thread stays on these processors, which slows down only itself.
            }
            task.run();
        };
    }
}
