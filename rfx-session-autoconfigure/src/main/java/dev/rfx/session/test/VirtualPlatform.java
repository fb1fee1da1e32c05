package dev.rfx.session.test;

import dev.rfx.session.SessionPlatform;
import dev.rfx.session.thread.ThreadOptions;
import dev.rfx.session.thread.ThreadTuning;
import dev.rfx.session.timing.Clock;
import dev.rfx.session.timing.Scheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Threads on virtual time. Exactly one of them runs. It runs until it waits by the clock or ends;
 * then a thread runs that need not wait any more. While every thread waits, the time jumps to the
 * earliest end of a wait. The order depends on nothing else, so it is the same each time.
 *
 * <p>All fields but the volatile ones are confined to the thread that runs. {@code running} hands
 * them over: each thread sees what the ones before it have done.
 */
final class VirtualPlatform implements SessionPlatform, Clock {

    /** Not zero, and so close to the largest value that half a minute overflows it. */
    static final long ORIGIN = Long.MAX_VALUE - 30_000_000_000L;

    /** A wait of a century has no end. */
    static final long UNLIMITED = Duration.ofDays(36_500).toNanos();

    /** How long, in virtual time, no thread runs before it is clear that none ever will. */
    private static final long IDLE = Duration.ofDays(1).toNanos();

    /** How long, in virtual time, the threads of stopped sessions may take at most to end. */
    private static final Duration TIME_TO_END = Duration.ofMinutes(1);

    /** The thread outside the sessions, which is the one that was last seen to wait. */
    private final Participant owner = new Participant(Thread.currentThread());

    /** All threads that have begun and not ended; the owner is the first. */
    private final List<Participant> participants = new ArrayList<>(List.of(this.owner));

    private final VirtualTimers timers = new VirtualTimers(this);
    private LongSupplier oversleep = () -> 0;
    private volatile long now = ORIGIN;
    private volatile Participant running = this.owner;

    /** How often a thread has waited. A thread that really blocks keeps it as it is. */
    private volatile long waits;

    /** How long, in real time, another thread may be blocked while the owner waits. */
    private volatile Duration patience = Duration.ofSeconds(10);

    private boolean closed;

    // ---- the platform of a session

    @Override
    public Clock clock() {
        return this;
    }

    @Override
    public Scheduler scheduler() {
        return this.timers;
    }

    @Override
    public Thread newThread(Runnable task, String name) {
        return new VirtualThread(task, name);
    }

    @Override
    public ThreadTuning tuning(ThreadOptions options) {
        return ThreadTuning.none();
    }

    @Override
    public boolean isVirtual() {
        return true;
    }

    // ---- the clock

    @Override
    public long nanoTime() {
        return this.now;
    }

    @Override
    public void parkNanos(long nanos) {
        park(nanos + this.oversleep.getAsLong());
    }

    @Override
    public void onSpinWait(long nanosLeft) {
        park(nanosLeft);
    }

    private void park(long nanos) {
        Participant current = current();
        if (!current.thread.isInterrupted()) {
            current.waitFor(nanos, null, Wakeup.UNPARK);
        }
        current.unparked = false;
    }

    @Override
    public void unpark(Thread thread) {
        for (Participant participant : this.participants) {
            if (participant.thread == thread) {
                participant.unparked = true;
            }
        }
    }

    @Override
    public boolean await(CountDownLatch latch, long nanos) throws InterruptedException {
        awaitInterruptibly(nanos, () -> latch.getCount() == 0);
        return latch.getCount() == 0;
    }

    // ---- for tests

    void oversleep(LongSupplier nanos) {
        this.oversleep = nanos;
    }

    void patience(Duration patience) {
        this.patience = patience;
    }

    /** What the call throws, the owner throws where it waits. */
    void after(long nanos, Runnable call) {
        current();
        newThread(() -> callAfter(nanos, call), "rfx-session-test").start();
    }

    private void callAfter(long nanos, Runnable call) {
        current().waitFor(nanos, () -> this.closed, Wakeup.NONE);
        if (!this.closed) {
            try {
                call.run();
            } catch (RuntimeException | Error ex) {
                this.owner.thrown = ex;
            }
        }
    }

    void advance(long nanos) {
        current().waitFor(nanos, null, Wakeup.NONE);
    }

    void sleep(long nanos) throws InterruptedException {
        awaitInterruptibly(nanos, null);
    }

    boolean await(BooleanSupplier condition, long nanos) {
        current().waitFor(nanos, condition, Wakeup.NONE);
        return condition.getAsBoolean();
    }

    /** Waits until a time that may change is over, or a condition is met. */
    void await(LongSupplier nanosLeft, BooleanSupplier condition) {
        Participant current = current();
        current.changingNanosLeft = nanosLeft;
        current.waitFor(UNLIMITED, condition, Wakeup.NONE);
        current.changingNanosLeft = null;
    }

    private void awaitInterruptibly(long nanos, @Nullable BooleanSupplier condition)
            throws InterruptedException {
        Participant current = current();
        if (!current.thread.isInterrupted()) {
            current.waitFor(nanos, condition, Wakeup.INTERRUPT);
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    void stallForGood() throws InterruptedException {
        Participant current = current();
        if (current == this.owner) {
            throw new IllegalStateException("The thread of the test cannot stall for good");
        }
        current.stalled = true;
        current.waitFor(UNLIMITED, () -> !current.stalled, Wakeup.NONE);
        throw new InterruptedException("The virtual clock is closed");
    }

    /** Ends the calls that are stalled for good, then the sleeps that no session has ended. */
    void close() {
        this.closed = true;
        this.participants.forEach(one -> one.stalled = false);
        if (!awaitEndOfThreads()) {
            this.participants.forEach(one -> one.interrupted = one != this.owner);
            if (!awaitEndOfThreads()) {
                throw new IllegalStateException(
                        "Threads have not ended, perhaps because a session is not stopped:"
                                + stacks(this.participants.subList(1, this.participants.size())));
            }
        }
    }

    private boolean awaitEndOfThreads() {
        return await(() -> this.participants.size() == 1, TIME_TO_END.toNanos());
    }

    private static String stacks(List<Participant> threads) {
        return threads.stream().map(Participant::stack).collect(Collectors.joining());
    }

    // ---- who runs

    /** {@return the calling thread, which runs} */
    private Participant current() {
        Participant current = this.running;
        Thread thread = Thread.currentThread();
        if (current == this.owner && !(thread instanceof VirtualThread)) {
            current.thread = thread;
        }
        if (current.thread != thread) {
            throw new IllegalStateException(
                    "Thread '%s' cannot wait by the virtual clock while '%s' runs: the clock serves the threads of its sessions, and one other thread at a time"
                            .formatted(thread.getName(), current));
        }
        return current;
    }

    /** {@return the thread that runs next} The owner comes first, then the one after the last. */
    private Participant next(int last) {
        long begin = this.now;
        while (true) {
            if (this.owner.isReady()) {
                return this.owner;
            }
            int count = this.participants.size();
            long earliest = UNLIMITED;
            for (int i = 1; i <= count; i++) {
                Participant candidate = this.participants.get((last + i) % count);
                if (candidate.isReady()) {
                    return candidate;
                }
                earliest = Math.min(earliest, candidate.nanosLeft());
            }
            boolean onlyTimersAreLeft = !this.owner.limited && this.now - begin > IDLE;
            if (earliest == UNLIMITED || onlyTimersAreLeft) {
                this.owner.deadlock = true;
                return this.owner;
            }
            this.now += earliest;
        }
    }

    /** Compares by identity: a test framework may give equals() a body that allocates. */
    private int indexOf(Participant participant) {
        int index = 0;
        while (this.participants.get(index) != participant) {
            index++;
        }
        return index;
    }

    private void run(Participant next) {
        this.running = next;
        LockSupport.unpark(next.thread);
    }

    /** What ends a wait before its time. */
    private enum Wakeup {
        NONE,
        INTERRUPT,
        /** Also an interrupt. */
        UNPARK
    }

    /** One thread, and what it waits for. */
    private final class Participant {

        private volatile Thread thread;
        private long end;
        private boolean limited;
        private @Nullable LongSupplier changingNanosLeft;
        private @Nullable BooleanSupplier condition;
        private Wakeup wakeup = Wakeup.NONE;
        private boolean unparked;
        private boolean interrupted;
        private boolean stalled;
        private boolean deadlock;
        private @Nullable Throwable thrown;

        Participant(Thread thread) {
            this.thread = thread;
        }

        /** Lets other threads run until a time has passed or something else ends the wait. */
        void waitFor(long nanos, @Nullable BooleanSupplier condition, Wakeup wakeup) {
            this.limited = nanos < UNLIMITED;
            this.end = VirtualPlatform.this.now + Math.max(nanos, 0);
            this.condition = condition;
            this.wakeup = wakeup;
            VirtualPlatform.this.waits = VirtualPlatform.this.waits + 1;
            Participant next = next(indexOf(this));
            if (next != this) {
                VirtualPlatform.this.run(next);
                awaitTurn();
            }
            Throwable thrown = this.thrown;
            this.thrown = null;
            if (thrown instanceof RuntimeException ex) {
                throw ex;
            }
            if (thrown instanceof Error ex) {
                throw ex;
            }
            if (this.deadlock) {
                this.deadlock = false;
                throw new IllegalStateException(
                        "Every thread waits for ever:" + stacks(VirtualPlatform.this.participants));
            }
            receiveInterrupt();
        }

        /** Receives an interrupt that came while this thread did not run. */
        void receiveInterrupt() {
            if (this.interrupted) {
                this.interrupted = false;
                this.thread.interrupt();
            }
        }

        boolean isReady() {
            return this.thrown != null
                    || nanosLeft() <= 0
                    || isConditionMet()
                    || (this.wakeup == Wakeup.UNPARK && this.unparked)
                    || (this.wakeup != Wakeup.NONE && this.interrupted);
        }

        /** A condition is checked on any thread; what it throws belongs to the one that waits. */
        private boolean isConditionMet() {
            if (this.condition == null) {
                return false;
            }
            try {
                return this.condition.getAsBoolean();
            } catch (RuntimeException | Error ex) {
                this.thrown = ex;
                return true;
            }
        }

        long nanosLeft() {
            if (this.changingNanosLeft != null) {
                return this.changingNanosLeft.getAsLong();
            }
            return this.limited ? this.end - VirtualPlatform.this.now : UNLIMITED;
        }

        /** Waits in real time. An interrupt that arrives in the wait is kept. */
        void awaitTurn() {
            boolean wasInterrupted = false;
            long waits = -1;
            long begin = 0;
            while (VirtualPlatform.this.running != this) {
                if (waits != VirtualPlatform.this.waits) {
                    waits = VirtualPlatform.this.waits;
                    begin = System.nanoTime();
                } else if (this == VirtualPlatform.this.owner) {
                    requireProgress(System.nanoTime() - begin, wasInterrupted);
                }
                LockSupport.parkNanos(
                        VirtualPlatform.this, VirtualPlatform.this.patience.toNanos());
                wasInterrupted |= Thread.interrupted();
            }
            if (wasInterrupted) {
                this.thread.interrupt();
            }
        }

        /**
         * A call that is really blocked would let the owner wait for ever, without a word. A call
         * that computes may take long, unless a test framework interrupts the owner.
         */
        private void requireProgress(long realNanos, boolean wasInterrupted) {
            Participant other = VirtualPlatform.this.running;
            Thread.State state = other.thread.getState();
            boolean blocked = state == Thread.State.BLOCKED || state == Thread.State.WAITING;
            if (other != this
                    && (blocked || wasInterrupted)
                    && realNanos >= VirtualPlatform.this.patience.toNanos()) {
                throw new IllegalStateException(
                        "A call does not return for %.3g s, so that no virtual time can pass:%s"
                                .formatted(realNanos / 1e9, other.stack()));
            }
        }

        String stack() {
            return Arrays.stream(this.thread.getStackTrace())
                    .map(frame -> "%n\tat ".formatted() + frame)
                    .collect(Collectors.joining("", "%n'%s':".formatted(this), ""));
        }

        @Override
        public String toString() {
            return this.thread.getName();
        }
    }

    /** A thread that runs when it is its turn. */
    private final class VirtualThread extends Thread {

        private final Runnable task;
        private final Participant participant = new Participant(this);

        VirtualThread(Runnable task, String name) {
            super(null, null, name);
            setDaemon(true); // a test that does not close its clock ends nevertheless
            this.task = task;
        }

        @Override
        public synchronized void start() {
            super.start();
            this.participant.limited = true; // its turn comes at once
            this.participant.end = VirtualPlatform.this.now;
            VirtualPlatform.this.participants.add(this.participant);
        }

        @Override
        public void run() {
            this.participant.awaitTurn();
            this.participant.receiveInterrupt();
            try {
                this.task.run();
            } finally {
                int index = indexOf(this.participant);
                VirtualPlatform.this.participants.remove(index);
                VirtualPlatform.this.run(next(index - 1));
            }
        }

        /** Arrives when this thread runs next, and ends its wait, if that can be interrupted. */
        @Override
        public void interrupt() {
            if (Thread.currentThread() == this) {
                super.interrupt();
            } else {
                this.participant.interrupted = true;
            }
        }
    }
}
