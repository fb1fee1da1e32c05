package dev.rfx.session;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the listeners of one session, in order, on a daemon thread that exists only while there is
 * something to tell. A listener that throws or hangs harms nobody but those behind it.
 */
final class Notifier {

    private static final Logger logger = LoggerFactory.getLogger(Session.class);

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

    /**
     * Tells every listener, then runs {@code afterwards}. Returns at once. Neither may refer to a
     * run: behind a listener that hangs they wait for ever, and would keep the records of every
     * later run.
     */
    void tell(Consumer<SessionListener> event, Runnable afterwards) {
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

    /**
     * Runs a task when the ones before it have run, then {@code afterwards}. Returns at once: where
     * no thread is to be had, the task is left out. To log that here might block a control thread.
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

    /** What fails here, the log included, keeps no other listener from being told. */
    private static void guard(Runnable task, Consumer<Throwable> log) {
        try {
            task.run();
        } catch (Throwable ex) {
            try {
                log.accept(ex);
            } catch (Throwable broken) {
                // The log is what fails, and there is no other place to say so.
            }
        }
    }

    boolean isCurrentThread() {
        return Thread.currentThread() == this.thread;
    }
}
