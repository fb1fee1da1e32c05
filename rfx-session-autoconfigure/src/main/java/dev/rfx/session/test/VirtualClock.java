package dev.rfx.session.test;

import dev.rfx.session.Policy;
import dev.rfx.session.Robot;
import dev.rfx.session.Session;
import dev.rfx.session.SessionOptions;
import java.time.Duration;
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
 * of the sessions use the clock as well. Any thread may call {@link #nanoTime}. The clock changes
 * from one of its threads to another only where they wait. Therefore let time pass with {@link
 * #advance} or {@link #await}, not in a loop of the test.
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
     * @param duration how long
     */
    public void advance(Duration duration) {
        this.platform.advance(duration.toNanos());
    }

    /**
     * As {@link #advance}, but an interrupt ends it. So a call waits that answers a stop request.
     *
     * @param duration how long
     * @throws InterruptedException if the session interrupts the calling thread
     */
    public void sleep(Duration duration) throws InterruptedException {
        this.platform.sleep(duration.toNanos());
    }

    /**
     * Lets time pass until a condition is met. It is checked each time a thread waits or ends.
     *
     * @param condition what to wait for; reads only
     * @param limit how long to wait at most
     * @return whether the condition is met
     */
    public boolean await(BooleanSupplier condition, Duration limit) {
        return this.platform.await(condition, limit.toNanos());
    }

    /**
     * Does not return, and ignores every interrupt. So does a call that waits for a broken device.
     *
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
