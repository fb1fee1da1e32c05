package dev.rfx.session;

import dev.rfx.session.thread.ThreadTuning;
import java.security.AccessController;
import java.security.PrivilegedAction;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Makes the threads of one session, all alike whoever has them made: a run that the watchdog starts
 * finds the same class loader as one that the application starts.
 */
class SessionThreads {

    private static final ThreadGroup ROOT_GROUP = rootGroup();

    /** How long a thread of an executor waits for the next task before it ends. */
    private static final long IDLE_MILLIS = 100;

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

    /** Creates an executor of one daemon thread, which exists only while there is a task. */
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

    /** Creates a daemon thread whose name is that of the session with a suffix. */
    Thread create(Runnable task, String suffix) {
        Thread thread = new Thread(ROOT_GROUP, task, this.prefix + suffix);
        thread.setDaemon(true);
        thread.setContextClassLoader(this.contextClassLoader);
        return thread;
    }

    /**
     * Creates a daemon thread that serves all sessions of the JVM. It keeps nothing of the
     * application whose thread happens to create it: neither its class loader, nor its thread
     * locals, nor (until JDK 23) the classes on its stack.
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

    /** A group of the application would wait for its threads that are created and never started. */
    private static ThreadGroup rootGroup() {
        ThreadGroup group = Thread.currentThread().getThreadGroup();
        while (group.getParent() != null) {
            group = group.getParent();
        }
        return group;
    }
}
