package dev.rfx.session;

import dev.rfx.session.thread.ThreadOptions;
import dev.rfx.session.thread.ThreadTuning;
import dev.rfx.session.timing.Clock;
import dev.rfx.session.timing.Scheduler;

/**
 * What a session takes from its surroundings: time, timers and threads. Sessions run on the JVM;
 * those of a {@link dev.rfx.session.test.VirtualClock} run on virtual time.
 *
 * <p>Internal to {@code dev.rfx.session}.
 *
 * @since 0.1
 */
public interface SessionPlatform {

    /** {@return the clock} */
    Clock clock();

    /** {@return the timers} */
    Scheduler scheduler();

    /**
     * {@return a new thread, not started}
     *
     * @param task what it runs
     * @param name its name
     */
    Thread newThread(Runnable task, String name);

    /**
     * {@return what a session asks of the operating system for its control thread}
     *
     * @param options the options of the session
     */
    ThreadTuning tuning(ThreadOptions options);

    /**
     * {@return whether time passes only in waits} Then nothing of the JVM interferes: no shutdown
     * hook, no warm-up of the compiler, no garbage collector, no other loop.
     */
    boolean isVirtual();
}
