package dev.rfx.session;

import dev.rfx.session.support.Loggers;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Reports the events of one session to its listeners, in order, on a daemon thread that exists only
 * while there is something to report. A listener that throws does not affect the others; one that
 * does not return delays only those behind it. Any thread.
 */
final class Notifier {

    private static final Logger logger = Loggers.LIFECYCLE;

    private final List<SessionListener> listeners = new CopyOnWriteArrayList<>();
    private final Executor executor;
    private volatile @Nullable Thread thread;

    Notifier(SessionThreads threads) {
        this.executor = threads.executor("-events");
    }

    void add(SessionListener listener) {
        this.listeners.add(listener);
    }

    void remove(SessionListener listener) {
        this.listeners.remove(listener);
    }

    /** Reports an event to every listener. Returns at once. */
    void report(Consumer<SessionListener> event) {
        report(event, () -> {});
    }

    /**
     * Reports an event to every listener, then runs {@code afterwards}. Returns at once. Neither
     * may refer to a run: behind a listener that does not return, they would keep the records of
     * every later run in memory.
     */
    void report(Consumer<SessionListener> event, Runnable afterwards) {
        execute(
                () ->
                        this.listeners.forEach(
                                listener ->
                                        guard(
                                                () -> event.accept(listener),
                                                ex ->
                                                        logger.error(
                                                                "A session listener failed: {}",
                                                                listener,
                                                                ex))),
                afterwards);
    }

    /** Runs a task after the ones before it. Returns at once. */
    void execute(Runnable task) {
        execute(task, () -> {});
    }

    /**
     * Runs a task after the ones before it, then {@code afterwards}. Returns at once. If no thread
     * is available, the task is dropped without a log line, which might block a control thread.
     */
    void execute(Runnable task, Runnable afterwards) {
        try {
            this.executor.execute(
                    () -> {
                        this.thread = Thread.currentThread();
                        guard(task, ex -> logger.error("A report of a session failed", ex));
                        afterwards.run();
                    });
        } catch (OutOfMemoryError | LinkageError ex) {
            afterwards.run();
        }
    }

    /** Keeps a failure, also one of the log, from the listeners behind it. */
    private static void guard(Runnable task, Consumer<Throwable> log) {
        try {
            task.run();
        } catch (Throwable ex) {
            try {
                log.accept(ex);
            } catch (Throwable broken) {
                // The log itself fails; there is no other place to report it.
            }
        }
    }

    boolean isCurrentThread() {
        return Thread.currentThread() == this.thread;
    }
}
