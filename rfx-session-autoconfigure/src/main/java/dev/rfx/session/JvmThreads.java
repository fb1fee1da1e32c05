package dev.rfx.session;

import java.security.AccessController;
import java.security.PrivilegedAction;

/** Creates threads that outlive the application whose thread creates them. Any thread. */
final class JvmThreads {

    private static final ThreadGroup ROOT_GROUP = rootGroup();

    private JvmThreads() {}

    /** {@return a new thread in the root group} */
    static Thread create(Runnable task, String name) {
        return new Thread(ROOT_GROUP, task, name);
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
