package dev.rfx.session;

import java.util.ServiceLoader;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Gives the control thread of one session what its options ask for. */
final class ThreadTuning {

    private final ThreadOptions options;
    private final @Nullable ThreadTuner tuner;
    private final AtomicBoolean warned = new AtomicBoolean();

    ThreadTuning(ThreadOptions options) {
        this(options, options.areDefault() ? null : find());
    }

    ThreadTuning(ThreadOptions options, @Nullable ThreadTuner tuner) {
        this.options = options;
        this.tuner = tuner;
    }

    private static @Nullable ThreadTuner find() {
        for (ThreadTuner tuner :
                ServiceLoader.load(ThreadTuner.class, ThreadTuning.class.getClassLoader())) {
            if (tuner.isSupported()) {
                return tuner;
            }
        }
        return null;
    }

    /**
     * Tunes the calling thread. Its timer slack costs nothing and needs no right, and so nobody has
     * to ask for it.
     *
     * @return what is in force, or null if nothing is asked for
     * @throws ThreadTuningException if it is required and cannot be had
     */
    @Nullable ThreadStatus tune() {
        TimerSlack.minimize();
        if (this.options.areDefault()) {
            return null;
        }
        if (this.tuner == null) {
            return ThreadStatus.unknown(
                    "the options of the thread are for Linux, and this is "
                            + System.getProperty("os.name"));
        }
        return this.tuner.tune(this.options);
    }

    /**
     * Tells whether this is the first time that something is not in force: later runs are alike.
     */
    boolean isToBeWarnedOf(ThreadStatus status) {
        return status.problem() != null && this.warned.compareAndSet(false, true);
    }

    /** Lets a thread that a tuned one starts not be kept on the processors of that one. */
    Runnable released(Runnable task) {
        ThreadTuner inForce = this.tuner;
        if (inForce == null || this.options.cpus().isEmpty()) {
            return task;
        }
        return () -> {
            try {
                inForce.release();
            } catch (RuntimeException | LinkageError ex) {
                // It stays where it is, which is worse for it only.
            }
            task.run();
        };
    }
}
