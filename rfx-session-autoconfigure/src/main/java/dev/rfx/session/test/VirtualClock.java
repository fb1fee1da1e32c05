package dev.rfx.session.test;

import dev.rfx.session.Policy;
import dev.rfx.session.Robot;
import dev.rfx.session.Session;
import dev.rfx.session.SessionOptions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * A clock that stands still while code runs, and jumps while every thread waits. Sessions that it
 * creates run as on the JVM, with control thread, watchdog, deputy and listeners, but only one of
 * these threads runs at a time, and the clock decides which. So a scenario gives the same result
 * each time, and an hour passes in seconds.
 *
 * <pre>{@code
 * try (VirtualClock clock = new VirtualClock()) {
 *     MockRobot robot = new MockRobot(6, 50, clock::nanoTime);
 *     Session session = clock.session(robot, policy, SessionOptions.defaults());
 *     session.run(Duration.ofHours(1));
 * }
 * }</pre>
 *
 * <p>A call of a robot or a policy takes no time, unless it calls {@link #advance} or {@link
 * #sleep}. A call that really waits, for example with {@link Thread#sleep}, keeps the clock and all
 * other threads waiting. So does a lock, if its owner waits by this clock.
 *
 * <p><b>Threading.</b> One thread of the test at a time uses a clock and its sessions. The threads
 * of the sessions use the clock as well, and so do the calls of {@link #after}. Any thread may call
 * {@link #nanoTime}. The clock changes from one of its threads to another only where they wait.
 * Therefore let time pass with {@link #advance} or {@link #await}, not in a loop of the test.
 *
 * @since 0.1
 */
public final class VirtualClock implements AutoCloseable {

    private final VirtualPlatform platform = new VirtualPlatform();

    /** Creates a clock. Its origin is arbitrary, but always the same. */
    public VirtualClock() {}

    /**
     * Creates a session that runs by this clock. It sets no thread options, and needs no shutdown
     * hook.
     *
     * @param robot the robot to drive
     * @param policy the policy that drives it
     * @param options rate, name and the other options
     * @param <O> the type of an observation
     * @param <A> the type of an action
     * @return the session, not started
     */
    public <O, A> Session session(
            Robot<O, A> robot, Policy<? super O, ? extends A> policy, SessionOptions options) {
        return new Session(robot, policy, options, this.platform);
    }

    /** {@return the time in ns, with an arbitrary origin} What System.nanoTime() is on the JVM. */
    public long nanoTime() {
        return this.platform.nanoTime();
    }

    /**
     * Lets time pass, and with it the sessions run. Within a call of a robot or a policy: the call
     * takes this time. An interrupt does not end it.
     *
     * <p>In the thread of the test, what is due now happens, and what is due at the end does not:
     * ten seconds at 50 Hz have 500 iterations. So no time at all lets nothing happen. To let
     * happen what is due now, for example after {@link Session#requestStop()}, advance by 1 ns.
     *
     * @param duration how long, at least 0
     * @throws IllegalArgumentException if the duration is negative
     */
    public void advance(Duration duration) {
        this.platform.advance(nanos(duration));
    }

    /**
     * As {@link #advance}, but an interrupt ends it. So a call waits that answers a stop request.
     *
     * @param duration how long, at least 0
     * @throws InterruptedException if the session interrupts the calling thread
     * @throws IllegalArgumentException if the duration is negative
     */
    public void sleep(Duration duration) throws InterruptedException {
        this.platform.sleep(nanos(duration));
    }

    /**
     * Lets time pass until a condition is met. It is checked each time a thread waits or ends.
     *
     * @param condition what to wait for; reads only
     * @param limit how long to wait at most, at least 0
     * @return whether the condition is met
     * @throws IllegalArgumentException if the limit is negative
     */
    public boolean await(BooleanSupplier condition, Duration limit) {
        return this.platform.await(condition, nanos(limit));
    }

    /**
     * Calls when a time has passed, on a thread of its own, as a thread of an application does that
     * stops a session. The call may wait by this clock. What it throws, the thread of the test
     * throws where it waits. A call that is not due when the clock is closed is not made.
     *
     * <pre>{@code
     * clock.after(Duration.ofSeconds(3), session::stop);
     * session.run();
     * }</pre>
     *
     * @param delay the time until then, at least 0
     * @param call the call
     * @throws IllegalArgumentException if the delay is negative
     */
    public void after(Duration delay, Runnable call) {
        this.platform.after(nanos(delay), call);
    }

    /** Converts a duration; a very long one has no end. */
    private static long nanos(Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException(
                    "duration is " + duration + ", but must be at least 0");
        }
        return TimeUnit.NANOSECONDS.convert(duration);
    }

    /**
     * Does not return, and ignores every interrupt. So does a call that waits for a broken device.
     *
     * @throws IllegalStateException in the thread of the test
     * @throws InterruptedException when the clock is closed, so that the thread can end
     */
    public void stallForGood() throws InterruptedException {
        this.platform.stallForGood();
    }

    /**
     * Lets each sleep of a control thread end late, as the operating system does.
     *
     * @param nanos supplies how late the next one ends, in ns
     * @return this clock
     */
    public VirtualClock oversleeping(LongSupplier nanos) {
        this.platform.oversleep(nanos);
        return this;
    }

    /**
     * Lets every {@link #stallForGood} end. The sessions of this clock are stopped before.
     *
     * @throws IllegalStateException if a thread of this clock does not end
     */
    @Override
    public void close() {
        this.platform.close();
    }

    VirtualPlatform platform() {
        return this.platform;
    }
}
