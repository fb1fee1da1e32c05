package dev.rfx.session;

import dev.rfx.session.thread.ThreadOptions;
import dev.rfx.session.thread.ThreadTuning;
import dev.rfx.session.timing.Clock;
import dev.rfx.session.timing.Scheduler;

/** Time and threads of this JVM. Any thread. */
class JvmPlatform implements SessionPlatform {

    static final SessionPlatform INSTANCE = new JvmPlatform();

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
        return JvmThreads.create(task, name);
    }

    @Override
    public ThreadTuning tuning(ThreadOptions options) {
        return new ThreadTuning(options);
    }

    @Override
    public boolean isVirtual() {
        return false;
    }
}
