package dev.rfx.session;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Calls {@link Robot#stop()} exactly once at the end of a run, and ends the run when no thread can
 * call the robot any more. The control thread stops the robot; while it is in a call that does not
 * return, the deputy thread does. Any thread. Nothing allocates up to {@code robot.stop()}, because
 * the heap may be full.
 */
final class SafeStop {

    private final Robot<?, ?> robot;
    private final RunState state;
    private final InterruptGate gate;
    private final SessionThreads threads;
    private final Thread controlThread;
    private final Runnable end;

    /** Created with the run: there may be no memory for a thread when it is needed. */
    private final Thread deputy;

    /**
     * The first caller to increment this calls robot.stop(); all others skip it. Not an
     * AtomicBoolean: its first use in a JVM allocates.
     */
    private final AtomicInteger claims = new AtomicInteger();

    /** The threads that may call the robot: the control thread, and threads that took over. */
    private final AtomicInteger robotThreads = new AtomicInteger(1);

    private final CountDownLatch robotStopped = new CountDownLatch(1);

    /** Another thread that acts for the run and cannot wait for its end. */
    private volatile @Nullable Thread actingThread;

    /**
     * @param end ends the run; called once, by the last thread that may call the robot
     */
    SafeStop(
            Robot<?, ?> robot,
            RunState state,
            InterruptGate gate,
            SessionThreads threads,
            Thread controlThread,
            Runnable end) {
        this.robot = robot;
        this.state = state;
        this.gate = gate;
        this.threads = threads;
        this.controlThread = controlThread;
        this.end = end;
        this.deputy = threads.create(this::stopAsDeputy, "-stop");
    }

    /** {@return true to the one caller that has to call {@link #stopRobot()}} */
    boolean claim() {
        return this.claims.getAndIncrement() == 0;
    }

    void stopRobot() {
        try {
            this.robot.stop();
        } catch (Throwable ex) {
            this.state.thrownByRobotStop(ex);
        } finally {
            this.robotStopped.countDown();
        }
    }

    /** Opens when robot.stop() has returned or thrown. */
    CountDownLatch robotStopped() {
        return this.robotStopped;
    }

    /**
     * Counts the calling thread as one that may call the robot, so that the run does not end before
     * its {@link #release()}. The caller knows that the run has not ended.
     */
    void join() {
        this.robotThreads.incrementAndGet();
    }

    /**
     * Lets the deputy call robot.stop() while another call does not return, unless robot.stop() was
     * called before.
     *
     * @return false if the run has just ended
     */
    boolean takeOver() {
        int threads;
        do {
            threads = this.robotThreads.get();
            if (threads == 0) {
                return false;
            }
        } while (!this.robotThreads.compareAndSet(threads, threads + 1));
        if (!claim()) {
            release(); // the control thread is in robot.stop()
            return true;
        }
        try {
            this.deputy.start();
        } catch (Throwable ex) {
            // No thread is available. A caller that may block is better than a robot that moves.
            this.actingThread = Thread.currentThread();
            stopAsDeputy();
        }
        return true;
    }

    private void stopAsDeputy() {
        try {
            stopRobot();
            // Not before: an interrupt may close a channel that robot.stop() needs as well.
            this.gate.interruptOnce();
        } finally {
            this.actingThread = null;
            release();
        }
    }

    /**
     * The last thread to call this ends the run. The end calls the restart policy, which is the
     * user's and may take its time; therefore the watchdog, which serves all sessions, and callers
     * of stop() leave it to a thread of the run.
     */
    void release() {
        if (this.robotThreads.decrementAndGet() > 0) {
            return;
        }
        Thread current = Thread.currentThread();
        if (current != this.controlThread && current != this.deputy) {
            try {
                this.threads.create(this::endRun, "-end").start();
                return;
            } catch (Throwable ex) {
                // No thread is available: better here than never.
            }
        }
        endRun();
    }

    private void endRun() {
        this.actingThread = Thread.currentThread();
        try {
            this.end.run();
        } finally {
            this.actingThread = null;
        }
    }

    /** {@return whether the calling thread brings the end of the run, and so cannot wait for it} */
    boolean isRobotThread() {
        Thread current = Thread.currentThread();
        return current == this.controlThread
                || current == this.deputy
                || current == this.actingThread;
    }
}
