package dev.rfx.session;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks one after the other on a thread that exists only while there are tasks. Any thread.
 *
 * <p>Not an executor of the JDK: from JDK 21 on it starts its threads itself, so that they could
 * not run on virtual time.
 */
final class SerialExecutor implements Executor {

    private final Function<Runnable, Thread> threads;
    private final Queue<Runnable> tasks = new ArrayDeque<>(); // guarded by this
    private boolean running; // guarded by this

    SerialExecutor(Function<Runnable, Thread> threads) {
        this.threads = threads;
    }

    /** Runs a task after the ones before it. Returns at once. If no thread is available, throws. */
    @Override
    public void execute(Runnable task) {
        synchronized (this) {
            this.tasks.add(task);
            if (this.running) {
                return;
            }
            this.running = true;
        }
        boolean started = false;
        try {
            this.threads.apply(this::runTasks).start();
            started = true;
        } finally {
            if (!started) {
                withdraw(task);
            }
        }
    }

    private synchronized void withdraw(Runnable task) {
        this.running = false;
        this.tasks.remove(task);
    }

    private void runTasks() {
        Runnable task = next();
        while (task != null) {
            try {
                task.run();
            } catch (Throwable ex) {
                Thread current = Thread.currentThread();
                current.getUncaughtExceptionHandler().uncaughtException(current, ex);
            }
            task = next();
        }
    }

    private synchronized @Nullable Runnable next() {
        Runnable task = this.tasks.poll();
        this.running = task != null;
        return task;
    }
}
