package dev.rfx.session;

import org.jspecify.annotations.Nullable;

/**
 * Makes the threads of one session, all alike whoever has them made: a run that the watchdog starts
 * finds the same class loader as one that the application starts.
 */
final class SessionThreads {

    private final String prefix;
    private final ThreadTuning tuning;
    private final @Nullable ClassLoader contextClassLoader =
            Thread.currentThread().getContextClassLoader();

    SessionThreads(SessionOptions options) {
        this.prefix = "rfx-session-" + options.name();
        this.tuning = new ThreadTuning(options.thread());
    }

    /** What the control thread gets from the operating system. */
    ThreadTuning tuning() {
        return this.tuning;
    }

    /** Creates a daemon thread that the control thread may start, but that is not to be like it. */
    Thread createOrdinary(Runnable task, String suffix) {
        return create(this.tuning.released(task), suffix);
    }

    /** Creates a daemon thread whose name is that of the session with a suffix. */
    Thread create(Runnable task, String suffix) {
        Thread thread = new Thread(task, this.prefix + suffix);
        thread.setDaemon(true);
        thread.setContextClassLoader(this.contextClassLoader);
        return thread;
    }
}
