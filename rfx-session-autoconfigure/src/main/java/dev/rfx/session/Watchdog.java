package dev.rfx.session;

import dev.rfx.session.timing.Scheduler;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that watches all sessions of this JVM, from outside their control threads. It
 * exists only while it has tasks. Its tasks never wait: they take no lock that is held for long,
 * and call neither the log nor a robot or listener. Any thread adds and ends tasks.
 *
 * <p>Not an executor of the JDK: it allocates when it waits, so that a heap that is full for a
 * moment would leave all sessions without a watchdog. This thread allocates nothing while its tasks
 * stay the same, and survives anything that a task throws.
 */
final class Watchdog implements Scheduler {

    static final Scheduler OF_THE_JVM = new Watchdog();

    /** How long the thread waits for another task before it ends. */
    private static final long IDLE_NANOS = 1_000_000_000;

    private static final Object LOCK = new Object();

    /** The array is replaced under the lock; its elements never change. */
    private static volatile Task[] tasks = {};

    private static @Nullable Thread thread; // guarded by LOCK

    private Watchdog() {}

    @Override
    public Runnable every(Duration interval, Runnable action) {
        return add(new Task(action, interval.toNanos(), true));
    }

    @Override
    public Runnable after(Duration delay, Runnable action) {
        return add(new Task(action, delay.toNanos(), false));
    }

    private static Runnable add(Task task) {
        synchronized (LOCK) {
            Task[] more = Arrays.copyOf(tasks, tasks.length + 1);
            more[tasks.length] = task;
            if (thread == null) {
                Thread created = JvmThreads.createForJvm(Watchdog::watch, "watchdog");
                created.start();
                thread = created;
            }
            tasks = more;
            LockSupport.unpark(thread);
        }
        return () -> end(task);
    }

    /** Allocates nothing: the caller may be stopping a robot while the heap is full. */
    private static void end(Task task) {
        task.end();
        synchronized (LOCK) {
            LockSupport.unpark(thread); // it removes the task
        }
    }

    private static void watch() {
        boolean idle = false;
        while (true) {
            Task[] now = tasks;
            if (now.length == 0 && idle && finish()) {
                return;
            }
            idle = now.length == 0;
            boolean ended = false;
            long next = System.nanoTime() + IDLE_NANOS;
            for (Task task : now) {
                task.runIfDue();
                if (task.hasEnded()) {
                    ended = true;
                } else if (task.due - next < 0) {
                    next = task.due;
                }
            }
            if (ended && removeEnded()) {
                continue;
            }
            LockSupport.parkNanos(next - System.nanoTime());
            // With the interrupt flag set, each park would return at once and burn a core.
            Thread.interrupted();
        }
    }

    /** {@return false if the heap is full} The next round tries again. */
    private static boolean removeEnded() {
        synchronized (LOCK) {
            int left = 0;
            for (Task task : tasks) {
                if (!task.hasEnded()) {
                    left++;
                }
            }
            try {
                Task[] rest = new Task[left];
                int i = 0;
                for (Task task : tasks) {
                    // A task may have ended since the count; the next round removes it.
                    if (i < left && !task.hasEnded()) {
                        rest[i++] = task;
                    }
                }
                tasks = i == left ? rest : Arrays.copyOf(rest, i);
                return true;
            } catch (OutOfMemoryError ex) {
                return false;
            }
        }
    }

    private static boolean finish() {
        synchronized (LOCK) {
            if (tasks.length > 0) {
                return false;
            }
            thread = null;
            return true;
        }
    }

    private static final class Task {

        private final long intervalNanos;
        private final boolean repeated;
        private long due; // confined to the watchdog's thread after publication

        /** Null when the task has ended, so that the objects it refers to are freed. */
        private volatile @Nullable Runnable action;

        Task(Runnable action, long intervalNanos, boolean repeated) {
            this.action = Objects.requireNonNull(action);
            this.intervalNanos = intervalNanos;
            this.repeated = repeated;
            this.due = System.nanoTime() + intervalNanos;
        }

        void end() {
            this.action = null;
        }

        boolean hasEnded() {
            return this.action == null;
        }

        void runIfDue() {
            Runnable current = this.action;
            if (current == null || this.due - System.nanoTime() > 0) {
                return;
            }
            if (!this.repeated) {
                end();
            }
            try {
                current.run();
            } catch (Throwable ex) {
                // A task reports its own failures. The other tasks and its next turn go on.
            }
            this.due = System.nanoTime() + this.intervalNanos;
        }
    }
}
