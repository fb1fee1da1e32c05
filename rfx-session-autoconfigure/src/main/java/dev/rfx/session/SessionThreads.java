package dev.rfx.session;

import org.jspecify.annotations.Nullable;

/**
 * Makes the threads of one session, all alike whoever has them made: a run that the watchdog starts
 * finds the same class loader as one that the application starts.
 */
final class SessionThreads {

    private final String prefix;
    private final @Nullable ClassLoader contextClassLoader =
            Thread.currentThread().getContextClassLoader();

    SessionThreads(String sessionName) {
        this.prefix = "rfx-session-" + sessionName;
    }

    /** Creates a daemon thread whose name is that of the session with a suffix. */
    Thread create(Runnable task, String suffix) {
        Thread thread = new Thread(task, this.prefix + suffix);
        thread.setDaemon(true);
        thread.setContextClassLoader(this.contextClassLoader);
        return thread;
    }
}
