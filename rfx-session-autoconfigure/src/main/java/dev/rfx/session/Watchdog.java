package dev.rfx.session;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that looks after all sessions of this JVM, from outside their control threads. It
 * exists only while there is something to look after. Its tasks never wait: no lock that is held
 * for long, no log, no robot, no listener.
 *
 * <p>No executor of the JDK: those allocate when they wait, so that a heap that is full for a
 * moment would leave all sessions without a watchdog. This thread allocates nothing while its tasks
 * stay the same, and survives whatever a task throws.
 */
final class Watchdog {

    /** How long the thread waits for another task before it ends. */
    private static final long IDLE_NANOS = 1_000_000_000;

    private static final Object LOCK = new Object();

    /** Replaced under the lock, never changed. */
    private static volatile Task[] tasks = {};

    private static @Nullable Thread thread; // guarded by LOCK

    private Watchdog() {}

    /** Runs a task again and again, until the returned one is run. */
    static Runnable every(Duration interval, Runnable action) {
        return add(new Task(action, interval.toNanos(), true));
    }

    /** Runs a task once, unless the returned one is run before. */
    static Runnable after(Duration delay, Runnable action) {
        return add(new Task(action, delay.toNanos(), false));
    }

    private static Runnable add(Task task) {
        Runnable end = () -> remove(task);
        synchronized (LOCK) {
            Task[] more = Arrays.copyOf(tasks, tasks.length + 1);
            more[tasks.length] = task;
            if (thread == null) {
                Thread created = new Thread(Watchdog::watch, "rfx-session-watchdog");
                created.setDaemon(true);
                // Not the class loader of the application that happened to be first.
                created.setContextClassLoader(null);
                created.start();
                thread = created;
            }
            tasks = more;
            LockSupport.unpark(thread);
        }
        return end;
    }

    private static void remove(Task task) {
        task.done = true; // first: the rest needs memory
        synchronized (LOCK) {
            tasks = Arrays.stream(tasks).filter(other -> other != task).toArray(Task[]::new);
        }
    }

    private static void watch() {
        boolean idle = false;
        while (true) {
            Task[] now = tasks;
            if (now.length == 0 && idle && end()) {
                return;
            }
            idle = now.length == 0;
            long next = System.nanoTime() + IDLE_NANOS;
            for (Task task : now) {
                task.runIfDue();
                if (!task.done && task.due - next < 0) {
                    next = task.due;
                }
            }
            LockSupport.parkNanos(next - System.nanoTime());
        }
    }

    private static boolean end() {
        synchronized (LOCK) {
            if (tasks.length > 0) {
                return false;
            }
            thread = null;
            return true;
        }
    }

    private static final class Task {

        private final Runnable action;
        private final long intervalNanos;
        private final boolean repeated;
        private long due; // the watchdog's, once it is published
        private volatile boolean done;

        Task(Runnable action, long intervalNanos, boolean repeated) {
            this.action = action;
            this.intervalNanos = intervalNanos;
            this.repeated = repeated;
            this.due = System.nanoTime() + intervalNanos;
        }

        void runIfDue() {
            if (this.done || this.due - System.nanoTime() > 0) {
                return;
            }
            try {
                this.action.run();
            } catch (Throwable ex) {
                // The task's own business. The others, and its next turn, are not affected.
            }
            if (!this.repeated) {
                this.done = true;
                try {
                    remove(this);
                } catch (OutOfMemoryError ex) {
                    // It stays where it is, and is not run again.
                }
            }
            this.due = System.nanoTime() + this.intervalNanos;
        }
    }
}
