package dev.rfx.session;

import dev.rfx.session.timing.Clock;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The state of one run, and what was thrown in it. Any thread reads; each transition is a
 * compare-and-set, and what was thrown has one writer. Allocates nothing.
 */
final class RunState {

    private final AtomicReference<SessionState> state =
            new AtomicReference<>(SessionState.STARTING);
    private final Clock clock;
    private volatile boolean loopBegan;
    private volatile long stoppingSince;
    private volatile boolean failedByStall;
    private volatile long stalls; // changed under the lock of the InterruptGate

    private SessionPhase thrownIn = SessionPhase.RESET; // published by thrown
    private long thrownAt; // published by thrown
    private volatile @Nullable Throwable thrown;
    private volatile @Nullable Throwable thrownByRobotStop;
    private volatile @Nullable Exception thrownByInterrupt;

    RunState(Clock clock) {
        this.clock = clock;
    }

    SessionState get() {
        return this.state.get();
    }

    /** STARTING becomes RUNNING. Returns false if a stop came first. */
    boolean beginLoop() {
        if (!this.state.compareAndSet(SessionState.STARTING, SessionState.RUNNING)) {
            return false;
        }
        this.loopBegan = true;
        return true;
    }

    /** {@return whether the loop has begun, also after its end} */
    boolean loopBegan() {
        return this.loopBegan;
    }

    /** STARTING or RUNNING becomes STOPPING. Does nothing in any other state. */
    void beginStop() {
        SessionState before = this.state.get();
        if (before == SessionState.STARTING || before == SessionState.RUNNING) {
            // First, so that a thread that sees STOPPING sees since when.
            this.stoppingSince = this.clock.nanoTime();
            if (!this.state.compareAndSet(SessionState.STARTING, SessionState.STOPPING)) {
                this.state.compareAndSet(SessionState.RUNNING, SessionState.STOPPING);
            }
        }
    }

    /**
     * RUNNING becomes STOPPING, because the loop is stalled. Called under the lock of the {@link
     * InterruptGate}. Returns false if the run was stopped by something else.
     */
    boolean failByStall() {
        this.stoppingSince = this.clock.nanoTime();
        if (!this.state.compareAndSet(SessionState.RUNNING, SessionState.STOPPING)) {
            return false;
        }
        this.failedByStall = true;
        this.stalls++;
        return true;
    }

    /** Counts a stall that does not end the run. Called under the lock of the InterruptGate. */
    void countStall() {
        this.stalls++;
    }

    /** STOPPING becomes STUCK. Returns false if another thread was first, or the run has ended. */
    boolean declareStuck() {
        return this.state.compareAndSet(SessionState.STOPPING, SessionState.STUCK);
    }

    /** Becomes FAILED or STOPPED: no thread can call the robot any more. */
    void end() {
        this.state.set(hasFailed() ? SessionState.FAILED : SessionState.STOPPED);
    }

    /** Becomes STOPPED: the run never began. */
    void discard() {
        this.state.set(SessionState.STOPPED);
    }

    /** {@return the time since the stop request, in ns; undefined before it} */
    long stoppingNanos() {
        return this.clock.nanoTime() - this.stoppingSince;
    }

    long stalls() {
        return this.stalls;
    }

    boolean hasFailed() {
        return this.failedByStall || this.thrown != null || this.thrownByRobotStop != null;
    }

    boolean failedByStall() {
        return this.failedByStall;
    }

    /** Records what ended the run. Called by the thread that drives it. */
    void thrown(Throwable thrown, SessionPhase phase, long iteration) {
        this.thrownIn = phase;
        this.thrownAt = iteration;
        this.thrown = thrown;
    }

    /** Records what an interrupted call has thrown, which is no failure. */
    void thrownByInterrupt(Exception thrown) {
        this.thrownByInterrupt = thrown;
    }

    /** Records what {@link Robot#stop()} has thrown. Called by the thread that called it. */
    void thrownByRobotStop(Throwable thrown) {
        this.thrownByRobotStop = thrown;
    }

    @Nullable Throwable thrown() {
        return this.thrown;
    }

    /** {@return the phase of {@link #thrown()}; defined after it} */
    SessionPhase thrownIn() {
        return this.thrownIn;
    }

    /** {@return the iteration of {@link #thrown()}; defined after it} */
    long thrownAt() {
        return this.thrownAt;
    }

    @Nullable Throwable thrownByRobotStop() {
        return this.thrownByRobotStop;
    }

    @Nullable Exception thrownByInterrupt() {
        return this.thrownByInterrupt;
    }
}
