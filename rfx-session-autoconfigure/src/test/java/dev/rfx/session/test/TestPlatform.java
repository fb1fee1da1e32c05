package dev.rfx.session.test;

import dev.rfx.session.SessionPlatform;
import dev.rfx.session.thread.ThreadOptions;
import dev.rfx.session.thread.ThreadTuning;
import dev.rfx.session.timing.Clock;
import dev.rfx.session.timing.Scheduler;

/** The platform of a virtual clock. A test overrides the part that it disturbs. */
public class TestPlatform implements SessionPlatform {

    private final VirtualPlatform platform;

    public TestPlatform(VirtualClock clock) {
        this.platform = clock.platform();
    }

    @Override
    public Clock clock() {
        return this.platform.clock();
    }

    @Override
    public Scheduler scheduler() {
        return this.platform.scheduler();
    }

    @Override
    public Thread newThread(Runnable task, String name) {
        return this.platform.newThread(task, name);
    }

    @Override
    public ThreadTuning tuning(ThreadOptions options) {
        return this.platform.tuning(options);
    }

    @Override
    public boolean isVirtual() {
        return this.platform.isVirtual();
    }
}
