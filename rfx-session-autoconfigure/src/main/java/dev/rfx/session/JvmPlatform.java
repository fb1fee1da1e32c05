package dev.rfx.session;

import dev.rfx.session.thread.ThreadOptions;
import dev.rfx.session.thread.ThreadTuning;
import dev.rfx.session.timing.Clock;
import dev.rfx.session.timing.Scheduler;

/** Time and threads of this JVM. Any thread. */
class JvmPlatform implements SessionPlatform {

    static final SessionPlatform INSTANCE = new JvmPlatform();

    private static final ThreadGroup ROOT_GROUP = rootGroup();

    @Override
    public Clock clock() {
        return Clock.SYSTEM;
    }

    @Override
    public Scheduler scheduler() {
        return Watchdog.OF_THE_JVM;
    }

    @Override
    public Thread newThread(Runnable task, String name) {
        return new Thread(ROOT_GROUP, task, name);
    }

    @Override
    public ThreadTuning tuning(ThreadOptions options) {
        return new ThreadTuning(options);
    }

    @Override
    public boolean isVirtual() {
        return false;
    }

    /** {@return a new thread that inherits no thread locals} */
    static Thread newThreadWithoutLocals(Runnable task, String name) {
        return new Thread(ROOT_GROUP, task, name, 0, false);
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
