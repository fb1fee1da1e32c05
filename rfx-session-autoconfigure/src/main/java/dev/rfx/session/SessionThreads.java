package dev.rfx.session;

import dev.rfx.session.support.ThreadNames;
import dev.rfx.session.thread.ThreadTuning;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Creates the threads of one session. All have the same context class loader, whichever thread
 * creates them: a run that the watchdog starts finds the same classes as one that the application
 * starts. Any thread.
 */
final class SessionThreads {

    private final SessionPlatform platform;
    private final String session;
    private final ThreadTuning tuning;
    private final @Nullable ClassLoader contextClassLoader =
            Thread.currentThread().getContextClassLoader();

    SessionThreads(SessionPlatform platform, SessionOptions options) {
        this.platform = platform;
        this.session = options.name();
        this.tuning = platform.tuning(options.thread());
    }

    /** {@return what the control thread asks of the operating system} */
    ThreadTuning tuning() {
        return this.tuning;
    }

    /** Creates a daemon thread that does not inherit the thread options of the control thread. */
    Thread createOrdinary(Runnable task, String suffix) {
        return create(this.tuning.released(task), suffix);
    }

    /** Creates an executor with one daemon thread, which exists only while it has tasks. */
    Executor executor(String suffix) {
        return new SerialExecutor(task -> createOrdinary(task, suffix));
    }

    /** Creates a daemon thread, named after the session with a suffix. */
    Thread create(Runnable task, String suffix) {
        Thread thread = this.platform.newThread(task, ThreadNames.of(this.session, suffix));
        thread.setDaemon(true);
        thread.setContextClassLoader(this.contextClassLoader);
        return thread;
    }
}
