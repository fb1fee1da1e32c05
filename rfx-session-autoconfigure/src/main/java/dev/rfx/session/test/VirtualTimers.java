package dev.rfx.session.test;

import dev.rfx.session.timing.Scheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The watchdog's thread on virtual time. It exists only while it has tasks. A task that is due but
 * not needed is skipped without a change of threads: an hour has tens of thousands of inspections.
 */
final class VirtualTimers implements Scheduler {

    private final VirtualPlatform platform;
    private final List<Task> tasks = new ArrayList<>();
    private boolean running;

    VirtualTimers(VirtualPlatform platform) {
        this.platform = platform;
    }

    @Override
    public Runnable every(Duration interval, Runnable task) {
        return every(interval, () -> true, task);
    }

    @Override
    public Runnable every(Duration interval, BooleanSupplier needed, Runnable task) {
        return add(new Task(task, needed, this.platform.nanoTime(), interval, true));
    }

    @Override
    public Runnable after(Duration delay, Runnable task) {
        return add(new Task(task, () -> true, this.platform.nanoTime(), delay, false));
    }

    private Runnable add(Task task) {
        this.tasks.add(task);
        if (!this.running) {
            this.running = true;
            this.platform.newThread(this::runTasks, "rfx-session-watchdog").start();
        }
        return () -> this.tasks.remove(task);
    }

    private void runTasks() {
        while (!this.tasks.isEmpty()) {
            this.platform.await(this::nanosLeft, this.tasks::isEmpty);
            Task due = firstNeeded();
            if (due != null) {
                run(due);
            }
        }
        this.running = false;
    }

    /** {@return the time until the first task that is due then, in ns} Skips tasks. */
    private long nanosLeft() {
        long left = VirtualPlatform.UNLIMITED;
        for (int i = 0; i < this.tasks.size(); i++) { // no iterator: this is called very often
            Task task = this.tasks.get(i);
            long now = this.platform.nanoTime();
            if (task.due - now <= 0 && task.repeated && !task.needed.getAsBoolean()) {
                task.due = now + task.interval;
            }
            left = Math.min(left, task.due - now);
        }
        return left;
    }

    private @Nullable Task firstNeeded() {
        Task first = null;
        for (Task task : this.tasks) {
            if (task.due - this.platform.nanoTime() <= 0
                    && (first == null || task.due - first.due < 0)) {
                first = task;
            }
        }
        return first;
    }

    private void run(Task task) {
        if (task.repeated) {
            task.due = this.platform.nanoTime() + task.interval;
        } else {
            this.tasks.remove(task);
        }
        try {
            task.action.run();
        } catch (Throwable ex) {
            // As on the JVM: a task that fails affects no other.
        }
    }

    /** Compared by identity. */
    private static final class Task {

        private final Runnable action;
        private final BooleanSupplier needed;
        private final long interval;
        private final boolean repeated;
        private long due;

        Task(
                Runnable action,
                BooleanSupplier needed,
                long now,
                Duration interval,
                boolean repeated) {
            this.action = action;
            this.needed = needed;
            this.interval = interval.toNanos();
            this.repeated = repeated;
            this.due = now + this.interval;
        }
    }
}
