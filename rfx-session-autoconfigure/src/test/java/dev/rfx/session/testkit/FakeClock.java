package dev.rfx.session.testkit;

import dev.rfx.session.SessionPlatform;
import dev.rfx.session.thread.ThreadOptions;
import dev.rfx.session.thread.ThreadTuning;
import dev.rfx.session.timing.Clock;
import dev.rfx.session.timing.Scheduler;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * A clock that only advances when a thread sleeps or spins by it, or when the test advances it. Its
 * scheduler runs tasks when the test calls {@link #inspect()}. Any thread.
 */
public final class FakeClock implements Clock {

    /** Not zero, and so close to the largest value that a test of a minute overflows it. */
    public static final long ORIGIN = Long.MAX_VALUE - 30_000_000_000L;

    /** A wait for a longer time counts as unlimited. */
    private static final long MAX_LIMIT_NANOS = Duration.ofDays(1).toNanos();

    private static final LongSupplier ON_TIME = () -> 0;

    private final AtomicLong now = new AtomicLong(ORIGIN);
    private final List<Task> tasks = new CopyOnWriteArrayList<>();
    private volatile LongSupplier oversleep = ON_TIME;
    private volatile long spinNanos = 1_000;
    private volatile Runnable onReadDuringInspection = () -> {};
    private volatile boolean parksForEver;
    private volatile boolean parked;
    private volatile boolean waitsTimeOut;

    /** Lets every sleep end late, by the supplied time. */
    public FakeClock oversleeping(LongSupplier nanos) {
        this.oversleep = nanos;
        return this;
    }

    /** Sets the duration of one turn of a spin. */
    public FakeClock spinning(long nanos) {
        this.spinNanos = nanos;
        return this;
    }

    /** Lets a sleep take no time: only a wake-up ends it. */
    public FakeClock standingStill() {
        this.parksForEver = true;
        return this;
    }

    /** Waits until a thread sleeps by this clock. Needs {@link #standingStill()}. */
    public void awaitSleeper() {
        while (!this.parked) {
            Thread.onSpinWait();
        }
    }

    public void advance(long nanos) {
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
    public void unpark(Thread thread) {
        LockSupport.unpark(thread);
    }

    /** Sets whether every limited wait for a latch times out at once. */
    public void lettingWaitsTimeOut(boolean timeOut) {
        this.waitsTimeOut = timeOut;
    }

    /** Returns when the latch is open, or when this clock has advanced far enough. */
    @Override
    public boolean await(CountDownLatch latch, long nanos) throws InterruptedException {
        long begin = this.now.get();
        while (!latch.await(1, TimeUnit.MILLISECONDS)) {
            if (this.waitsTimeOut && nanos <= MAX_LIMIT_NANOS) {
                this.now.accumulateAndGet(begin + nanos, (now, end) -> end - now > 0 ? end : now);
            }
            if (this.now.get() - begin >= nanos) {
                return latch.getCount() == 0;
            }
        }
        return true;
    }

    @Override
    public void onSpinWait(long nanosLeft) {
        advance(this.spinNanos);
    }

    /** Runs an action once, when the calling thread next reads the clock. */
    public FakeClock whenReadDuringInspection(Runnable action) {
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

    /** Runs the repeated tasks, and the others that are due. */
    public void inspect() {
        for (Task task : this.tasks) {
            if (task.due - nanoTime() <= 0 && (task.repeated || this.tasks.remove(task))) {
                task.action.run();
            }
        }
    }

    /** {@return the number of scheduled tasks} */
    public int tasks() {
        return this.tasks.size();
    }

    /** {@return a platform with the threads of the JVM and the time of this clock} */
    public SessionPlatform platform() {
        return new SessionPlatform() {

            @Override
            public Clock clock() {
                return FakeClock.this;
            }

            @Override
            public Scheduler scheduler() {
                return FakeClock.this.scheduler();
            }

            @Override
            public Thread newThread(Runnable task, String name) {
                return new Thread(task, name);
            }

            @Override
            public ThreadTuning tuning(ThreadOptions options) {
                return new ThreadTuning(options);
            }

            @Override
            public boolean isVirtual() {
                return false;
            }
        };
    }

    /** {@return a scheduler that uses this clock} */
    public Scheduler scheduler() {
        return new Scheduler() {

            @Override
            public Runnable every(Duration interval, Runnable task) {
                return add(new Task(nanoTime(), true, task));
            }

            @Override
            public Runnable after(Duration delay, Runnable task) {
                return add(new Task(nanoTime() + delay.toNanos(), false, task));
            }
        };
    }

    private Runnable add(Task task) {
        this.tasks.add(task);
        return () -> this.tasks.remove(task);
    }

    /** Not a record: tasks are compared by identity. */
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
