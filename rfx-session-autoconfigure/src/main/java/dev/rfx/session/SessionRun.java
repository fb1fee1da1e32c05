package dev.rfx.session;

import dev.rfx.session.jfr.IterationEvents;
import dev.rfx.session.thread.ThreadStatus;
import dev.rfx.session.thread.ThreadTuning;
import dev.rfx.session.timing.Clock;
import dev.rfx.session.timing.IterationRecord;
import dev.rfx.session.timing.Scheduler;
import dev.rfx.session.timing.TimingRecorder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
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

    private static final Duration MIN_INSPECTION = Duration.ofMillis(1);
    private static final Duration MAX_INSPECTION = Duration.ofMillis(100);

    /** How many inspections there are in the time that they watch. */
    private static final int INSPECTIONS = 10;

    /**
     * How long after a run is found stuck callers of stop() wait for robot.stop() and the report.
     */
    private static final Duration STUCK_TIMEOUT = Duration.ofMillis(500);

    /** How long after the end of a run callers of stop() wait for the listeners. */
    private static final Duration LISTENERS_TIMEOUT = Duration.ofSeconds(1);

    /** How late a run may end by its duration before the caller of run() ends it. */
    private static final Duration OVERDUE = Duration.ofMillis(100);

    private static final long NO_STALL = -1;

    /** How often a thread looks again that has no memory to wait for a latch. */
    private static final long LOOK_NANOS = 1_000_000;

    private final Session session;
    private final Robot<Object, Object> robot;
    private final Object device;
    private final SessionOptions options;
    private final Notifier notifier;
    private final Restarts restarts;
    private final SessionThreads threads;
    private final Clock clock;
    private final Scheduler scheduler;
    private final TimingRecorder recorder;
    private final IncidentReport incidents;
    private final ControlLoop<Object, Object> loop;
    private final ThreadTuning tuning;
    private final Thread controlThread;

    /** For a robot.stop() beside a hung call. Made before it is needed: the heap may be full. */
    private final Thread stopThread;

    private final Thread shutdownHook;

    private final AtomicReference<SessionState> state =
            new AtomicReference<>(SessionState.STARTING);

    /** Made of what happened by the first who asks: the control thread has no time for it. */
    private final AtomicReference<@Nullable SessionException> failure = new AtomicReference<>();

    private SessionPhase thrownIn = SessionPhase.RESET; // published by thrown
    private long thrownAt; // published by thrown
    private volatile @Nullable Throwable thrown;
    private volatile @Nullable Throwable thrownByRobotStop;
    private volatile boolean failedByStall;
    private volatile @Nullable ThreadStatus threadStatus;
    private volatile @Nullable Exception answerToInterrupt;

    /**
     * Whoever is the first to count it up calls robot.stop(), nobody else does. An AtomicBoolean
     * would not do: its first use in a JVM allocates, and the heap may be full then.
     */
    private final AtomicInteger robotStopClaims = new AtomicInteger();

    /** Threads that may call the robot: the control thread, perhaps one that calls robot.stop(). */
    private final AtomicInteger robotThreads = new AtomicInteger(1);

    /** Whoever is the first to count it up tells the listeners of the failure. */
    private final AtomicInteger failureTellings = new AtomicInteger();

    private final CountDownLatch startDecided = new CountDownLatch(1);
    private final CountDownLatch robotStopped = new CountDownLatch(1);
    private final CountDownLatch stuckTold = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final CountDownLatch listenersTold = new CountDownLatch(1);

    private final Object interruptLock = new Object();
    private boolean interruptible = true; // guarded by interruptLock
    private volatile boolean interrupted;
    private volatile boolean loopBegan;
    private volatile boolean failureReported;

    /** A further thread that acts for the run and cannot wait for its end. */
    private volatile @Nullable Thread actingThread;

    private volatile long stoppingSince;
    private volatile long stuckDeadline;
    private volatile long listenersDeadline;
    private volatile TimingRecorder.Begin statsBegin = TimingRecorder.Begin.OF_THE_RUN;
    private volatile Runnable endOfWatch = () -> {};
    private volatile long stalls; // changed under interruptLock

    // The watchdog's own.
    private long stalledAfter = NO_STALL;
    private boolean inspectionFailed;

    SessionRun(
            Session session,
            Robot<Object, Object> robot,
            Object device,
            Policy<Object, Object> policy,
            Notifier notifier,
            RobotReadings readings,
            Restarts restarts,
            SessionThreads threads,
            Clock clock,
            Scheduler scheduler,
            @Nullable Duration duration) {
        this.session = session;
        this.robot = robot;
        this.device = device;
        this.options = session.options();
        this.notifier = notifier;
        this.restarts = restarts;
        this.threads = threads;
        this.clock = clock;
        this.scheduler = scheduler;
        this.recorder =
                new TimingRecorder(
                        this.options.maxTimingSamples(), GcPauses.OF_THE_JVM::nanosWithin);
        this.incidents = new IncidentReport(this.options, this.recorder, readings, notifier);
        this.loop =
                new ControlLoop<>(
                        robot,
                        policy,
                        this.options,
                        clock,
                        this.recorder,
                        new IterationEvents(this.options.name()));
        if (duration != null) {
            this.loop.limit(duration);
        }
        this.tuning = threads.tuning();
        this.controlThread = threads.create(this::drive, "");
        this.stopThread = threads.create(this::stopRobotBesideHungCall, "-stop");
        this.shutdownHook = threads.create(this::stopInDyingJvm, "-shutdown");
    }

    /**
     * Takes the robot and registers the shutdown hook. Called once, before the run is installed: a
     * run that is refused here leaves the session as it is.
     *
     * @throws RobotInUseException if another run drives the robot
     * @throws JvmEndsException if the JVM ends
     */
    void reserve() {
        DrivenRobots.take(this.device, this.session);
        boolean reserved = false;
        try {
            Runtime.getRuntime().addShutdownHook(this.shutdownHook);
            reserved = true;
        } catch (IllegalStateException ex) {
            throw new JvmEndsException(name(), ex);
        } finally {
            if (!reserved) {
                DrivenRobots.giveBack(this.device);
            }
        }
    }

    /** Takes back {@link #reserve()} for a run that was not installed. */
    void discard() {
        this.state.set(SessionState.STOPPED);
        DrivenRobots.giveBack(this.device);
        removeShutdownHook();
        this.ended.countDown(); // the hook may be waiting for it
    }

    /** Starts the control thread. Called once, after the run is installed. */
    void begin() {
        try {
            GcPauses.OF_THE_JVM.join();
            this.endOfWatch = GcPauses.OF_THE_JVM::leave;
            isStalled(); // loads what the watchdog needs, while there is memory for it
            Runnable endOfInspection = this.scheduler.every(inspectionInterval(), this::inspect);
            this.endOfWatch =
                    () -> {
                        try {
                            endOfInspection.run();
                        } finally {
                            GcPauses.OF_THE_JVM.leave();
                        }
                    };
            this.controlThread.start();
        } catch (Throwable ex) {
            // No thread is to be had; the robot was not touched.
            stopping();
            thrown(ex);
            leave();
        }
    }

    private Duration inspectionInterval() {
        long watched = this.options.stopTimeout().toNanos();
        long watchdog = this.options.effectiveWatchdogNanos();
        if (watchdog > 0) {
            watched = Math.min(watched, watchdog);
        }
        Duration interval = Duration.ofNanos(watched / INSPECTIONS);
        if (interval.compareTo(MIN_INSPECTION) < 0) {
            return MIN_INSPECTION;
        }
        return interval.compareTo(MAX_INSPECTION) > 0 ? MAX_INSPECTION : interval;
    }

    private void stopInDyingJvm() {
        requestStop(); // this run, in case it is not installed yet
        this.session.requestStop();
        try {
            awaitEnd();
        } catch (SessionUnresponsiveException ex) {
            // The listeners know, and nothing more can be done for the robot.
        }
    }

    // ---- on the control thread

    private void drive() {
        this.loop.open();
        try {
            tuneThread();
            this.loop.prepare(this.options.warmup());
            if (this.state.compareAndSet(SessionState.STARTING, SessionState.RUNNING)) {
                this.loopBegan = true;
                this.startDecided.countDown();
                this.incidents.begin();
                Session session = this.session;
                this.notifier.tell(listener -> listener.started(session), () -> {});
                this.loop.run();
            }
        } catch (Throwable ex) {
            if (this.interrupted && ex instanceof Exception answer) {
                this.answerToInterrupt = answer;
            } else {
                thrown(ex);
            }
        } finally {
            finish();
        }
    }

    private void tuneThread() {
        ThreadStatus status = this.tuning.tune();
        this.threadStatus = status;
        if (status != null && this.tuning.isToBeWarnedOf(status)) {
            String name = name();
            this.notifier.execute(
                    () ->
                            logger.warn(
                                    "Session '{}' runs without all that is asked for its thread: {}",
                                    name,
                                    status.problem()),
                    () -> {});
        }
    }

    private void thrown(Throwable ex) {
        this.thrownIn = this.loop.phase();
        this.thrownAt = this.recorder.count();
        this.thrown = ex;
    }

    /**
     * Brings the robot to safety. Every run ends here. Nothing comes before robot.stop() that could
     * keep it from being called: nothing is allocated, for the heap may be full, and nothing is
     * logged, for the log may be what hangs.
     */
    private void finish() {
        try {
            this.loop.requestStop();
            stopping();
            synchronized (this.interruptLock) {
                // From here on nobody interrupts, and no interrupt is left to disturb the robot.
                this.interruptible = false;
                Thread.interrupted();
            }
        } finally {
            try {
                if (claimRobotStop()) {
                    this.loop.enter(SessionPhase.STOP);
                    stopRobot();
                }
            } finally {
                this.loop.close();
                leave();
            }
        }
    }

    // ---- on the control thread, or on the one that steps in for a hung one

    private boolean claimRobotStop() {
        return this.robotStopClaims.getAndIncrement() == 0;
    }

    private void stopRobot() {
        try {
            this.robot.stop();
        } catch (Throwable ex) {
            this.thrownByRobotStop = ex;
        } finally {
            this.robotStopped.countDown();
        }
    }

    /**
     * The last thread that may call the robot ends the run. The end asks the restart policy, which
     * is the user's and may take its time: the watchdog, which all sessions need, and a caller of
     * stop() leave it to a thread of the run.
     */
    private void leave() {
        if (this.robotThreads.decrementAndGet() > 0) {
            return;
        }
        Thread current = Thread.currentThread();
        if (current != this.controlThread && current != this.stopThread) {
            try {
                this.threads.create(this::end, "-end").start();
                return;
            } catch (Throwable ex) {
                // No thread is to be had: rather here than never.
            }
        }
        end();
    }

    /** Ends the run, whatever fails here: the robot is safe. */
    private void end() {
        this.actingThread = Thread.currentThread();
        DrivenRobots.giveBack(this.device);
        Runnable restart = null;
        try {
            restart = planRestart();
        } catch (Throwable ex) {
            // With no memory for that, or for a class that is needed for it, another run would not
            // get far.
        }
        this.state.set(hasFailed() ? SessionState.FAILED : SessionState.STOPPED);
        try {
            try {
                this.endOfWatch.run();
            } finally {
                removeShutdownHook();
                tellOfTheEnd();
            }
        } catch (Throwable ex) {
            // The state says what happened; there is no memory to say more.
        }
        try {
            if (restart != null) {
                restart.run();
            }
        } catch (Throwable ex) {
            // There is no memory to say that the restart cannot come.
        } finally {
            this.listenersDeadline = System.nanoTime() + LISTENERS_TIMEOUT.toNanos();
            this.actingThread = null;
            this.ended.countDown();
            this.startDecided.countDown();
        }
    }

    /** Before the state says that the run failed: nobody sees that, and no restart on its way. */
    private @Nullable Runnable planRestart() {
        SessionException failed = failure();
        return failed == null ? null : this.restarts.plan(this, failed);
    }

    private boolean hasFailed() {
        return this.failedByStall || this.thrown != null || this.thrownByRobotStop != null;
    }

    private void removeShutdownHook() {
        try {
            Runtime.getRuntime().removeShutdownHook(this.shutdownHook);
        } catch (IllegalStateException | OutOfMemoryError ex) {
            // The JVM is ending, and the hook is perhaps what brought us here.
        }
    }

    /** Before the end is announced: no next run begins whose start is told first. */
    private void tellOfTheEnd() {
        Exception answer = this.answerToInterrupt;
        if (answer != null && !(answer instanceof InterruptedException)) {
            String name = name();
            this.notifier.execute(
                    () ->
                            logger.warn(
                                    "Session '{}': the call that was interrupted failed",
                                    name,
                                    answer),
                    () -> {});
        }
        this.incidents.write(this.loop.begin());
        SessionException failed = failure();
        if (failed == null) {
            Session session = this.session;
            this.notifier.tell(
                    listener -> listener.stopped(session), this.listenersTold::countDown);
            return;
        }
        addSuppressed(failed, this.thrown);
        addSuppressed(failed, this.thrownByRobotStop);
        tellOfTheFailure(failed);
    }

    private void tellOfTheFailure(SessionException failed) {
        if (this.failureTellings.getAndIncrement() == 0) {
            Session session = this.session;
            this.notifier.tell(
                    listener -> listener.failed(session, failed), this.listenersTold::countDown);
        }
    }

    private static void addSuppressed(SessionException failure, @Nullable Throwable other) {
        // The robot or the policy may throw what the session itself has thrown at them.
        if (other != null && other != failure && other != failure.getCause()) {
            failure.addSuppressed(other);
        }
    }

    // ---- on any thread

    /** Asks the run to end and returns at once. */
    void requestStop() {
        stopping();
        this.loop.requestStop();
        if (!this.loopBegan && !isRobotThread()) {
            // A reset may take its time, or for ever: it is not an iteration that is nearly done.
            interrupt();
        }
    }

    /** STARTING or RUNNING becomes STOPPING. */
    private void stopping() {
        SessionState before = this.state.get();
        if (before == SessionState.STARTING || before == SessionState.RUNNING) {
            // First, so that nobody who sees STOPPING takes it for an old one.
            this.stoppingSince = this.clock.nanoTime();
            if (!this.state.compareAndSet(SessionState.STARTING, SessionState.STOPPING)) {
                this.state.compareAndSet(SessionState.RUNNING, SessionState.STOPPING);
            }
        }
    }

    private void interruptOnce() {
        if (!this.interrupted) {
            interrupt();
        }
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
     * @throws SessionUnresponsiveException if the control thread ignored all that
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
        // Counted from what happened, not from this call: the waits of several callers, or of one
        // that stops several sessions, do not add up.
        boolean inListener = this.notifier.isCurrentThread();
        if (!hasEnded()) {
            await(this.robotStopped, this.stuckDeadline - System.nanoTime());
            if (!inListener) {
                await(this.stuckTold, this.stuckDeadline - System.nanoTime());
            }
        }
        if (!hasEnded()) {
            throw stuck();
        }
        if (!inListener) {
            await(this.listenersTold, this.listenersDeadline - System.nanoTime());
        }
    }

    /**
     * By whoever is the first to see it: who waits for the end, or the watchdog. Waits for nothing.
     */
    private void declareStuck() {
        this.stuckDeadline = System.nanoTime() + STUCK_TIMEOUT.toNanos();
        if (!this.state.compareAndSet(SessionState.STOPPING, SessionState.STUCK)) {
            return;
        }
        boolean hangs = stepIn();
        this.startDecided.countDown();
        if (!hangs) {
            return;
        }
        SessionUnresponsiveException hang = stuck();
        Session session = this.session;
        this.notifier.tell(listener -> listener.stuck(session, hang), this.stuckTold::countDown);
        SessionException failed = failure();
        if (failed != null) {
            tellOfTheFailure(failed);
        }
    }

    /**
     * Lets robot.stop() be called beside the hung call, if it was not called yet. Allocates
     * nothing.
     *
     * @return false if the call came back just now
     */
    private boolean stepIn() {
        int threads;
        do {
            threads = this.robotThreads.get();
            if (threads == 0) {
                return false;
            }
        } while (!this.robotThreads.compareAndSet(threads, threads + 1));
        if (!claimRobotStop()) {
            leave(); // it hangs in robot.stop()
            return true;
        }
        try {
            this.stopThread.start();
        } catch (Throwable ex) {
            // No thread is to be had: rather a caller that may hang than a robot that moves.
            this.actingThread = Thread.currentThread();
            stopRobotBesideHungCall();
        }
        return true;
    }

    private void stopRobotBesideHungCall() {
        try {
            stopRobot();
            // Not before: an interrupt may close what robot and call have in common, as a channel.
            interruptOnce();
        } finally {
            this.actingThread = null;
            leave();
        }
    }

    // ---- on the watchdog's thread

    /** Looks how the run is getting on. Called again and again, one call at a time. */
    private void inspect() {
        try {
            switch (state()) {
                case RUNNING -> inspectLoop();
                case STOPPING -> inspectStop();
                default -> {}
            }
            // After what may stop the robot: it allocates.
            this.incidents.look(this.clock.nanoTime(), this.loop.begin());
        } catch (Throwable ex) {
            inspectionFailed(ex);
        }
    }

    private void inspectLoop() {
        long completed = this.recorder.count();
        if (this.stalledAfter != NO_STALL && completed > this.stalledAfter) {
            this.stalledAfter = NO_STALL;
            String name = name();
            this.notifier.execute(
                    () ->
                            logger.warn(
                                    "Session '{}' is not stalled any more: iteration {} was"
                                            + " completed",
                                    name,
                                    completed - 1),
                    () -> {});
        }
        if (this.stalledAfter == NO_STALL && isStalled()) {
            if (this.options.watchdogAction() == WatchdogAction.STOP_ROBOT) {
                stopStalledRobot(completed);
            } else {
                SessionUnresponsiveException hang = stalled();
                if (countStall()) {
                    tellOfStall(hang, completed);
                }
            }
        }
    }

    /** Counts a stall, unless the run is over: its totals are final then. */
    private boolean countStall() {
        synchronized (this.interruptLock) {
            if (this.interruptible) {
                this.stalls++;
            }
            return this.interruptible;
        }
    }

    private void tellOfStall(SessionUnresponsiveException hang, long completed) {
        this.stalledAfter = completed;
        Session session = this.session;
        this.notifier.tell(listener -> listener.stalled(session, hang), () -> {});
    }

    private void stopStalledRobot(long completed) {
        SessionUnresponsiveException hang = null;
        try {
            hang = stalled(); // now: once interrupted, the thread is elsewhere
        } catch (Throwable ex) {
            // The robot comes first; failure() makes another report when there is memory.
        }
        if (!failByStall(completed, hang)) {
            return;
        }
        try {
            stepIn();
            if (failure() instanceof SessionUnresponsiveException reported) {
                tellOfStall(reported, completed);
            }
        } finally {
            leave();
        }
    }

    /**
     * Ends the run by a stall, unless it has just gone on or come to its end. The lock decides:
     * what the control thread sees after it took the lock to finish, nobody changes any more. The
     * caller then counts as one who may call the robot, so that the run does not end before it is
     * told.
     */
    private boolean failByStall(long completed, @Nullable SessionUnresponsiveException hang) {
        synchronized (this.interruptLock) {
            if (!this.interruptible || this.recorder.count() != completed) {
                return false;
            }
            this.stoppingSince = this.clock.nanoTime();
            if (!this.state.compareAndSet(SessionState.RUNNING, SessionState.STOPPING)) {
                return false;
            }
            this.failure.compareAndSet(null, hang);
            this.failedByStall = true;
            this.loop.requestStop();
            this.robotThreads.incrementAndGet();
            this.stalls++;
            return true;
        }
    }

    private void inspectStop() {
        long stopping = this.clock.nanoTime() - this.stoppingSince;
        long timeout = this.options.stopTimeout().toNanos();
        if (stopping > timeout / 2) {
            interruptOnce();
        }
        if (stopping > timeout) {
            declareStuck();
        }
    }

    private void inspectionFailed(Throwable ex) {
        if (!this.inspectionFailed) {
            this.inspectionFailed = true;
            String name = name();
            this.notifier.execute(
                    () -> logger.error("The watchdog of session '{}' failed", name, ex), () -> {});
        }
    }

    // ---- on any thread

    private SessionUnresponsiveException stuck() {
        SessionUnresponsiveException stuck =
                SessionUnresponsiveException.stuck(
                        name(),
                        this.loop.phase(),
                        this.recorder.count(),
                        Duration.ofNanos(this.clock.nanoTime() - this.stoppingSince),
                        recentIterations(),
                        this.controlThread);
        SessionException failed = failure();
        if (failed != null) {
            stuck.addSuppressed(failed);
        }
        return stuck;
    }

    /** Waits without heeding an interrupt: a robot that is being stopped comes first. */
    private static boolean await(CountDownLatch latch, long nanos) {
        boolean wasInterrupted = false;
        long deadline = System.nanoTime() + nanos;
        try {
            while (true) {
                try {
                    return awaitInterruptibly(latch, deadline - System.nanoTime());
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

    /** A latch allocates to let a thread wait; with a full heap the thread looks now and then. */
    private static boolean awaitInterruptibly(CountDownLatch latch, long nanos)
            throws InterruptedException {
        long deadline = System.nanoTime() + nanos;
        while (true) {
            try {
                return latch.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            } catch (OutOfMemoryError ex) {
                if (deadline - System.nanoTime() <= 0) {
                    return latch.getCount() == 0;
                }
                LockSupport.parkNanos(latch, LOOK_NANOS);
            }
        }
    }

    /** Waits until the loop has begun or never will. */
    void awaitStart() throws InterruptedException {
        if (!isRobotThread() && this.startDecided.getCount() > 0) {
            awaitInterruptibly(this.startDecided, Long.MAX_VALUE);
        }
    }

    boolean awaitEnded(Duration timeout) throws InterruptedException {
        requireThatThisThreadCanWait();
        return awaitInterruptibly(this.ended, TimeUnit.NANOSECONDS.convert(timeout));
    }

    /** Waits for the end, or until somebody has to bring it, because a call hangs. */
    void awaitEndedOrOverdue() throws InterruptedException {
        requireThatThisThreadCanWait();
        while (!awaitInterruptibly(this.ended, OVERDUE.toNanos())) {
            if (this.loop.isOverdue(OVERDUE) || (state() != SessionState.RUNNING && isStalled())) {
                return;
            }
        }
    }

    /** Refuses to let the robot or the policy wait for the end of their own run. */
    void requireThatThisThreadCanWait() {
        if (isRobotThread()) {
            throw new IllegalStateException(
                    "The robot and the policy of session '%s' cannot wait for its end: the run ends after their call"
                            .formatted(name()));
        }
    }

    void limitFromNow(Duration duration) {
        this.loop.limitFromNow(duration);
    }

    /** Tells whether the calling thread cannot wait for the end of this run: it has to bring it. */
    boolean isRobotThread() {
        Thread current = Thread.currentThread();
        return current == this.controlThread
                || current == this.stopThread
                || current == this.actingThread;
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

    @Nullable ThreadStatus threadStatus() {
        return this.threadStatus;
    }

    SessionTotals totals() {
        return SessionTotals.of(this.recorder.counts(), this.stalls, hasFailed() ? 1 : 0);
    }

    List<IterationRecord> recentIterations() {
        return this.recorder.recent(this.loop.begin());
    }

    Duration elapsed() {
        if (!this.loopBegan) {
            return Duration.ZERO;
        }
        boolean ended = hasEnded();
        long begin = this.loop.begin();
        long now = ended ? this.recorder.lastEnd() : this.clock.nanoTime();
        return ended && this.recorder.count() == 0 ? Duration.ZERO : Duration.ofNanos(now - begin);
    }

    TimingRecorder recorder() {
        return this.recorder;
    }

    @Nullable Object latestObservation() {
        return this.loop.latestObservation();
    }

    @Nullable Object latestAction() {
        return this.loop.latestAction();
    }

    long[] periodNanos() {
        return this.recorder.sample(this.statsBegin).periodNanos();
    }

    /** Lets the statistics count from now on. */
    void resetStatistics() {
        this.statsBegin = this.recorder.now();
    }

    SessionSnapshot snapshot(@Nullable RestartStatus restart) {
        SessionState now = state();
        TimingRecorder.Sample sample = this.recorder.sample(this.statsBegin);
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
                failure(),
                restart);
    }

    private Duration sinceLastIteration() {
        return Duration.ofNanos(nanosSinceLastIteration());
    }

    private long nanosSinceLastIteration() {
        long last = this.recorder.count() == 0 ? this.loop.begin() : this.recorder.lastEnd();
        return Math.max(this.clock.nanoTime() - last, 0);
    }

    /** Allocates nothing: a call may hang because the heap is full. */
    private boolean isStalled() {
        return switch (state()) {
            case RUNNING -> {
                long watchdog = this.options.effectiveWatchdogNanos();
                yield watchdog > 0 && nanosSinceLastIteration() > watchdog;
            }
            case STOPPING ->
                    this.clock.nanoTime() - this.stoppingSince
                            > this.options.stopTimeout().toNanos();
            case STUCK -> true;
            default -> false;
        };
    }

    /** Describes the hang of the control thread, or returns null where it does not hang. */
    @Nullable SessionUnresponsiveException hang() {
        return switch (state()) {
            case STUCK -> stuck();
            case STOPPING -> isStalled() ? stuck() : null;
            case RUNNING -> isStalled() ? stalled() : null;
            default -> null;
        };
    }

    private SessionUnresponsiveException stalled() {
        return SessionUnresponsiveException.stalled(
                name(),
                this.loop.phase(),
                this.recorder.count(),
                sinceLastIteration(),
                recentIterations(),
                this.controlThread);
    }

    @Nullable SessionException failure() {
        SessionException known = this.failure.get();
        if (known != null) {
            return known;
        }
        Throwable cause = this.thrown;
        if (this.failedByStall) {
            known = stalled();
        } else if (cause != null) {
            known =
                    SessionException.failed(
                            name(), this.thrownIn, this.thrownAt, recentIterations(), cause);
        } else {
            cause = this.thrownByRobotStop;
            if (cause == null) {
                return null;
            }
            known =
                    SessionException.failed(
                            name(),
                            SessionPhase.STOP,
                            this.recorder.count(),
                            recentIterations(),
                            cause);
        }
        return this.failure.compareAndSet(null, known) ? known : this.failure.get();
    }

    /** Returns the failure and remembers that somebody was told of it. */
    @Nullable SessionException reportFailure() {
        SessionException failed = failure();
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
