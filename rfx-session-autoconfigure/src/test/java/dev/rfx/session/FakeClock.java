package dev.rfx.session;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * A clock that stands still but for the sleeping and spinning of who uses it. What it is to run
 * later it runs when it is told to {@link #inspect()}.
 */
final class FakeClock implements LoopClock {

    /** Not zero, and so near to the end that it overflows within a test of a minute. */
    static final long ORIGIN = Long.MAX_VALUE - 30_000_000_000L;

    private static final LongSupplier ON_TIME = () -> 0;

    private final AtomicLong now = new AtomicLong(ORIGIN);
    private final List<Task> tasks = new CopyOnWriteArrayList<>();
    private volatile LongSupplier oversleep = ON_TIME;
    private volatile long spinNanos = 1_000;
    private volatile Runnable onReadDuringInspection = () -> {};
    private volatile boolean parksForEver;
    private volatile boolean parked;

    /** Lets every sleep end later by what the supplier says. */
    FakeClock oversleeping(LongSupplier nanos) {
        this.oversleep = nanos;
        return this;
    }

    /** Sets how long one turn of a spin takes. */
    FakeClock spinning(long nanos) {
        this.spinNanos = nanos;
        return this;
    }

    /** Lets time stand still in a sleep: only a wake-up ends it. */
    FakeClock standingStill() {
        this.parksForEver = true;
        return this;
    }

    /** Waits until somebody sleeps by this clock, which stands still. */
    void awaitSleeper() {
        while (!this.parked) {
            Thread.onSpinWait();
        }
    }

    void advance(long nanos) {
        this.now.addAndGet(nanos);
    }

    @Override
    public long nanoTime() {
        this.onReadDuringInspection.run();
        return this.now.get();
    }

    @Override
    public void parkNanos(long nanos) {
        if (this.parksForEver) {
            this.parked = true;
            LockSupport.park(this);
        } else {
            advance(nanos + this.oversleep.getAsLong());
        }
    }

    @Override
    public void onSpinWait() {
        advance(this.spinNanos);
    }

    /** Does something when the one who inspects reads the clock. */
    FakeClock whenReadDuringInspection(Runnable action) {
        Thread inspector = Thread.currentThread();
        this.onReadDuringInspection =
                () -> {
                    if (Thread.currentThread() == inspector) {
                        this.onReadDuringInspection = () -> {};
                        action.run();
                    }
                };
        return this;
    }

    /** Runs what is to run every now and then, and what is due. */
    void inspect() {
        for (Task task : this.tasks) {
            if (task.due - nanoTime() <= 0 && (task.repeated || this.tasks.remove(task))) {
                task.action.run();
            }
        }
    }

    /** How much there is that would run. */
    int tasks() {
        return this.tasks.size();
    }

    @Override
    public Runnable every(Duration interval, Runnable action) {
        return add(new Task(nanoTime(), true, action));
    }

    @Override
    public Runnable after(Duration delay, Runnable action) {
        return add(new Task(nanoTime() + delay.toNanos(), false, action));
    }

    private Runnable add(Task task) {
        this.tasks.add(task);
        return () -> this.tasks.remove(task);
    }

    /** Not a record: two with the same values are two. */
    private static final class Task {

        private final long due;
        private final boolean repeated;
        private final Runnable action;

        Task(long due, boolean repeated, Runnable action) {
            this.due = due;
            this.repeated = repeated;
            this.action = action;
        }
    }
}
