package dev.rfx.session;

import dev.rfx.session.timing.Scheduler;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
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
final class Watchdog implements Scheduler {

    static final Scheduler OF_THE_JVM = new Watchdog();

    /** How long the thread waits for another task before it ends. */
    private static final long IDLE_NANOS = 1_000_000_000;

    private static final Object LOCK = new Object();

    /** Replaced under the lock, never changed. */
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
                Thread created = SessionThreads.createForJvm(Watchdog::watch, "watchdog");
                created.start();
                thread = created;
            }
            tasks = more;
            LockSupport.unpark(thread);
        }
        return () -> end(task);
    }

    /** Allocates nothing: a robot is being stopped, and the heap may be full. */
    private static void end(Task task) {
        task.end();
        synchronized (LOCK) {
            LockSupport.unpark(thread); // it forgets the task
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
            if (ended && forgetEnded()) {
                continue;
            }
            LockSupport.parkNanos(next - System.nanoTime());
            // With the interrupt flag up, each park would return at once and burn a core.
            Thread.interrupted();
        }
    }

    /** Returns false where the heap is full: the next round tries again. */
    private static boolean forgetEnded() {
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
                    // Another one may have ended since they were counted, and waits its turn then.
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
        private long due; // the watchdog's, once it is published

        /** Null once the task has ended: what it refers to is free then. */
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
                // The task's own business. The others, and its next turn, are not affected.
            }
            this.due = System.nanoTime() + this.intervalNanos;
        }
    }
}
