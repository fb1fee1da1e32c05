package dev.rfx.session;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of a session, from start to end, and the thread that drives the robot in it.
 *
 * <p>All that can end a run lives here and is never used again by the next run: a thread that comes
 * back late finds its own run over, and cannot touch a robot that another run drives.
 */
final class SessionRun {

    private static final Logger logger = LoggerFactory.getLogger(Session.class);

    /** How long a caller of stop() waits for a robot.stop() that runs beside a hung thread. */
    private static final Duration OUT_OF_BAND_STOP_TIMEOUT = Duration.ofMillis(500);

    /** A loop is stalled after five periods without an iteration, but not sooner than this. */
    private static final Duration MIN_STALL = Duration.ofMillis(500);

    private final Session session;
    private final Robot<Object, Object> robot;
    private final SessionOptions options;
    private final Notifier notifier;
    private final LoopClock clock;
    private final TimingRecorder recorder;
    private final ControlLoop<Object, Object> loop;
    private final Thread controlThread;

    private final AtomicReference<SessionState> state =
            new AtomicReference<>(SessionState.STARTING);
    private final AtomicReference<@Nullable SessionException> failure = new AtomicReference<>();

    /** Whoever sets it calls robot.stop(), nobody else does. */
    private final AtomicBoolean robotStopClaimed = new AtomicBoolean();

    /** Threads that may call the robot: the control thread, perhaps one that calls robot.stop(). */
    private final AtomicInteger robotThreads = new AtomicInteger(1);

    private final CountDownLatch startDecided = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final CountDownLatch listenersTold = new CountDownLatch(1);

    private final Object interruptLock = new Object();
    private boolean interruptible = true; // guarded by interruptLock
    private volatile boolean interrupted;
    private volatile boolean loopBegan;
    private volatile boolean failureReported;
    private volatile @Nullable Thread standIn;
    private final AtomicLong stoppingSince = new AtomicLong(); // odd once set

    SessionRun(
            Session session,
            Robot<Object, Object> robot,
            Policy<Object, Object> policy,
            Notifier notifier,
            LoopClock clock,
            @Nullable Duration duration) {
        this.session = session;
        this.robot = robot;
        this.options = session.options();
        this.notifier = notifier;
        this.clock = clock;
        this.recorder = new TimingRecorder(this.options.maxTimingSamples());
        this.loop = new ControlLoop<>(robot, policy, this.options, clock, this.recorder);
        if (duration != null) {
            this.loop.limit(duration);
        }
        this.controlThread = new Thread(this::drive, "rfx-session-" + name());
        this.controlThread.setDaemon(true);
    }

    /** Starts the control thread. Called once. */
    void begin() {
        try {
            this.controlThread.start();
        } catch (Throwable ex) {
            // There is no thread to be had, and the robot was not touched.
            this.state.set(stopping());
            caught(ex);
            leave();
        }
    }

    // ---- on the control thread

    private void drive() {
        try {
            this.loop.prepare(this.options.warmup());
            if (this.state.compareAndSet(SessionState.STARTING, SessionState.RUNNING)) {
                this.loopBegan = true;
                this.startDecided.countDown();
                this.notifier.tell(listener -> listener.started(this.session), () -> {});
                this.loop.run();
            }
        } catch (Throwable ex) {
            caught(ex);
        } finally {
            finish();
        }
    }

    private void caught(Throwable ex) {
        if (this.interrupted && ex instanceof InterruptedException) {
            logger.debug("Session '{}': stop() interrupted the call in flight", name(), ex);
        } else if (this.interrupted && ex instanceof Exception) {
            logger.warn("Session '{}': the call that stop() interrupted failed", name(), ex);
        } else {
            fail(SessionException.failed(name(), this.loop.phase(), this.recorder.count(), ex), ex);
        }
    }

    /** Brings the robot to safety. Every run ends here. */
    private void finish() {
        this.loop.requestStop();
        this.state.updateAndGet(s -> s == SessionState.STUCK ? s : stopping());
        synchronized (this.interruptLock) {
            // From here on nobody interrupts, and no interrupt is left over to disturb the robot.
            this.interruptible = false;
            Thread.interrupted();
        }
        try {
            if (this.robotStopClaimed.compareAndSet(false, true)) {
                this.loop.enter(SessionPhase.STOP);
                stopRobot();
            }
        } finally {
            leave();
        }
    }

    // ---- on the control thread, or on the one that steps in for a hung one

    private void stopRobot() {
        try {
            this.robot.stop();
        } catch (Throwable ex) {
            fail(SessionException.failed(name(), SessionPhase.STOP, this.recorder.count(), ex), ex);
        }
    }

    private void fail(SessionException wrapped, Throwable cause) {
        if (!this.failure.compareAndSet(null, wrapped)) {
            Objects.requireNonNull(this.failure.get()).addSuppressed(cause);
        }
    }

    /** The last thread that may call the robot ends the run. */
    private void leave() {
        if (this.robotThreads.decrementAndGet() > 0) {
            return;
        }
        SessionException failed = this.failure.get();
        this.state.set(failed == null ? SessionState.STOPPED : SessionState.FAILED);
        // Before the end is announced: no next run begins whose start is told first.
        this.notifier.tell(
                failed == null
                        ? listener -> listener.stopped(this.session)
                        : listener -> listener.failed(this.session, failed),
                this.listenersTold::countDown);
        this.ended.countDown();
        this.startDecided.countDown();
    }

    // ---- on any thread

    /** Asks the run to end and returns at once. */
    void requestStop() {
        boolean wasStarting = this.state.compareAndSet(SessionState.STARTING, stopping());
        if (!wasStarting) {
            this.state.compareAndSet(SessionState.RUNNING, SessionState.STOPPING);
        }
        this.loop.requestStop();
        if (wasStarting && !isRobotThread()) {
            // A reset may take its time, or for ever: it is not an iteration that is nearly done.
            interrupt();
        }
    }

    private SessionState stopping() {
        this.stoppingSince.compareAndSet(0, this.clock.nanoTime() | 1);
        return SessionState.STOPPING;
    }

    private void interrupt() {
        synchronized (this.interruptLock) {
            if (this.interruptible) {
                this.interrupted = true;
                this.controlThread.interrupt();
            }
        }
    }

    /**
     * Waits until no thread can call the robot any more: half of the stop timeout, then interrupts
     * the call in flight and waits for the other half.
     *
     * @throws SessionHungException if the control thread ignored all that
     */
    void awaitEnd() {
        if (isRobotThread()) {
            return;
        }
        long half = this.options.stopTimeout().toNanos() / 2;
        if (this.state.get() != SessionState.STUCK && !await(this.ended, half)) {
            interrupt();
            if (!await(this.ended, half)) {
                declareStuck();
            }
        }
        if (!hasEnded()) {
            throw stuck();
        }
        if (!this.notifier.isCurrentThread()) {
            await(this.listenersTold, 2 * half);
        }
    }

    private void declareStuck() {
        if (!this.state.compareAndSet(SessionState.STOPPING, SessionState.STUCK)) {
            return;
        }
        SessionHungException report = stuck();
        logger.error("{}", report.getMessage(), report.getCause());
        this.startDecided.countDown();
        if (this.robotThreads.updateAndGet(n -> n == 0 ? 0 : n + 1) == 0) {
            return; // it came back just now
        }
        if (!this.robotStopClaimed.compareAndSet(false, true)) {
            leave(); // it hangs in robot.stop()
            return;
        }
        CountDownLatch done = new CountDownLatch(1);
        Thread standIn =
                new Thread(
                        () -> {
                            try {
                                stopRobot();
                            } finally {
                                leave();
                                done.countDown();
                            }
                        },
                        "rfx-session-" + name() + "-stop");
        standIn.setDaemon(true);
        this.standIn = standIn;
        standIn.start();
        await(done, OUT_OF_BAND_STOP_TIMEOUT.toNanos());
    }

    private SessionHungException stuck() {
        return SessionHungException.stuck(
                name(),
                this.loop.phase(),
                this.recorder.count(),
                this.options.stopTimeout(),
                this.controlThread);
    }

    /** Waits without heeding an interrupt: a robot that is being stopped comes first. */
    private static boolean await(CountDownLatch latch, long nanos) {
        boolean wasInterrupted = false;
        long deadline = System.nanoTime() + nanos;
        try {
            while (true) {
                try {
                    return latch.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException ex) {
                    wasInterrupted = true;
                }
            }
        } finally {
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Waits until the loop has begun or never will. */
    void awaitStart() throws InterruptedException {
        if (!isRobotThread()) {
            this.startDecided.await();
        }
    }

    void awaitEnded() throws InterruptedException {
        this.ended.await();
    }

    boolean awaitEnded(Duration timeout) throws InterruptedException {
        return this.ended.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    void limitFromNow(Duration duration) {
        this.loop.limitFromNow(duration);
    }

    /** Tells whether the calling thread cannot wait for the end of this run: it has to bring it. */
    boolean isRobotThread() {
        Thread current = Thread.currentThread();
        return current == this.controlThread || current == this.standIn;
    }

    SessionState state() {
        return this.state.get();
    }

    boolean hasEnded() {
        return this.ended.getCount() == 0;
    }

    boolean loopBegan() {
        return this.loopBegan;
    }

    long iterations() {
        return this.recorder.count();
    }

    SessionTotals totals() {
        return this.recorder.totals();
    }

    SessionSnapshot snapshot() {
        SessionState now = state();
        TimingRecorder.Sample sample = this.recorder.sample();
        SessionStats stats =
                SessionStats.of(
                        sample.iterations(),
                        sample.overruns(),
                        this.options.periodNanos(),
                        sample.periodNanos());
        return new SessionSnapshot(
                now,
                stats,
                sample.periodNanos().length,
                sample.windowOverruns(),
                now.isActive() && this.loopBegan ? sinceLastIteration() : null,
                isStalled(),
                this.failure.get());
    }

    private Duration sinceLastIteration() {
        long last = this.recorder.count() == 0 ? this.loop.begin() : this.recorder.lastEnd();
        return Duration.ofNanos(Math.max(this.clock.nanoTime() - last, 0));
    }

    private boolean isStalled() {
        return switch (state()) {
            case RUNNING ->
                    sinceLastIteration().toNanos()
                            > Math.max(5 * this.options.periodNanos(), MIN_STALL.toNanos());
            case STOPPING ->
                    this.clock.nanoTime() - this.stoppingSince.get()
                            > this.options.stopTimeout().toNanos();
            case STUCK -> true;
            default -> false;
        };
    }

    /** Describes the hang of the control thread, or returns null where it does not hang. */
    @Nullable SessionHungException hang() {
        if (state() == SessionState.STUCK) {
            return stuck();
        }
        return isStalled()
                ? SessionHungException.stalled(
                        name(),
                        this.loop.phase(),
                        this.recorder.count(),
                        sinceLastIteration(),
                        this.controlThread)
                : null;
    }

    @Nullable SessionException failure() {
        return this.failure.get();
    }

    /** Returns the failure and remembers that somebody was told of it. */
    @Nullable SessionException reportFailure() {
        SessionException failed = this.failure.get();
        if (failed != null) {
            this.failureReported = true;
        }
        return failed;
    }

    boolean isFailureReported() {
        return this.failureReported;
    }

    private String name() {
        return this.options.name();
    }
}
