package dev.rfx.session;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The one thread that looks after all sessions of this JVM, from outside their control threads. It
 * exists only while there is something to look after. Its tasks never wait: no lock that is held
 * for long, no log, no robot, no listener.
 */
final class Watchdog {

    private static final ScheduledThreadPoolExecutor EXECUTOR = executor();

    private Watchdog() {}

    private static ScheduledThreadPoolExecutor executor() {
        ScheduledThreadPoolExecutor executor =
                new ScheduledThreadPoolExecutor(
                        1,
                        task -> {
                            Thread thread = new Thread(task, "rfx-session-watchdog");
                            thread.setDaemon(true);
                            // Not the class loader of the application that happened to be first.
                            thread.setContextClassLoader(null);
                            return thread;
                        });
        executor.setRemoveOnCancelPolicy(true);
        executor.setKeepAliveTime(1, TimeUnit.SECONDS);
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    static Runnable every(Duration interval, Runnable task) {
        long nanos = interval.toNanos();
        return ender(EXECUTOR.scheduleWithFixedDelay(task, nanos, nanos, TimeUnit.NANOSECONDS));
    }

    static Runnable after(Duration delay, Runnable task) {
        return ender(EXECUTOR.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS));
    }

    private static Runnable ender(Future<?> scheduled) {
        return () -> scheduled.cancel(false);
    }
}
