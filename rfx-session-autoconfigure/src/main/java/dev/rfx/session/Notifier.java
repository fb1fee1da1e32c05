package dev.rfx.session;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
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
    private final ThreadPoolExecutor executor;
    private volatile @Nullable Thread thread;

    Notifier(SessionThreads threads) {
        this.executor =
                new ThreadPoolExecutor(
                        1,
                        1,
                        100,
                        TimeUnit.MILLISECONDS,
                        new LinkedBlockingQueue<>(),
                        task -> threads.createOrdinary(task, "-events"));
        this.executor.allowCoreThreadTimeOut(true);
    }

    void add(SessionListener listener) {
        this.listeners.add(listener);
    }

    void remove(SessionListener listener) {
        this.listeners.remove(listener);
    }

    /** Tells every listener, then runs {@code afterwards}. Returns at once. */
    void tell(Consumer<SessionListener> event, Runnable afterwards) {
        execute(() -> this.listeners.forEach(listener -> tell(listener, event)), afterwards);
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
                        try {
                            task.run();
                        } finally {
                            afterwards.run();
                        }
                    });
        } catch (OutOfMemoryError | LinkageError ex) {
            afterwards.run();
        }
    }

    private static void tell(SessionListener listener, Consumer<SessionListener> event) {
        try {
            event.accept(listener);
        } catch (Throwable ex) {
            logger.error("A session listener failed: {}", listener, ex);
        }
    }

    boolean isCurrentThread() {
        return Thread.currentThread() == this.thread;
    }
}
