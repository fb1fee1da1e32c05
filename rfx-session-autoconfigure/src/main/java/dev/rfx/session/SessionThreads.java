package dev.rfx.session;

import dev.rfx.session.thread.ThreadTuning;
import java.security.AccessController;
import java.security.PrivilegedAction;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Creates the threads of one session. All have the same context class loader, whichever thread
 * creates them: a run that the watchdog starts finds the same classes as one that the application
 * starts. Any thread.
 */
class SessionThreads {

    private static final ThreadGroup ROOT_GROUP = rootGroup();

    /** How long the thread of an executor waits for the next task before it ends. */
    private static final long IDLE_MILLIS = 100;

    private final String prefix;
    private final ThreadTuning tuning;
    private final @Nullable ClassLoader contextClassLoader =
            Thread.currentThread().getContextClassLoader();

    SessionThreads(SessionOptions options) {
        this.prefix = "rfx-session-" + options.name();
        this.tuning = new ThreadTuning(options.thread());
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
    ThreadPoolExecutor executor(String suffix) {
        ThreadPoolExecutor executor =
                new ThreadPoolExecutor(
                        1,
                        1,
                        IDLE_MILLIS,
                        TimeUnit.MILLISECONDS,
                        new LinkedBlockingQueue<>(),
                        task -> createOrdinary(task, suffix));
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    /** Creates a daemon thread, named after the session with a suffix. */
    Thread create(Runnable task, String suffix) {
        Thread thread = new Thread(ROOT_GROUP, task, this.prefix + suffix);
        thread.setDaemon(true);
        thread.setContextClassLoader(this.contextClassLoader);
        return thread;
    }

    /**
     * Creates a daemon thread that serves all sessions of the JVM. It keeps no reference to the
     * application whose thread creates it: neither to its class loader, nor to its thread locals,
     * nor (until JDK 23) to the classes on its stack.
     */
    @SuppressWarnings("removal")
    static Thread createForJvm(Runnable task, String suffix) {
        return AccessController.doPrivileged(
                (PrivilegedAction<Thread>)
                        () -> {
                            Thread thread =
                                    new Thread(ROOT_GROUP, task, "rfx-session-" + suffix, 0, false);
                            thread.setDaemon(true);
                            thread.setContextClassLoader(null);
                            return thread;
                        });
    }

    /**
     * {@return the root group} A group of the application would never be freed, because it counts
     * threads that are created but never started.
     */
    private static ThreadGroup rootGroup() {
        ThreadGroup group = Thread.currentThread().getThreadGroup();
        while (group.getParent() != null) {
            group = group.getParent();
        }
        return group;
    }
}
