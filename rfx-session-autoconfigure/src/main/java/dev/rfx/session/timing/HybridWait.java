package dev.rfx.session.timing;

/**
 * Waits for a deadline: sleeps until shortly before it, because a sleep costs no processor time,
 * then spins, because a spin is exact. The {@link SpinWindow} decides how long the spin is.
 *
 * <p>Internal to {@code dev.rfx.session}. {@link #until}, {@link #open} and {@link #close} belong
 * to the control thread; {@link #wake} may be called from any thread.
 */
public final class HybridWait {

    private final Clock clock;
    private final SpinWindow spinWindow;
    private volatile boolean wakeRequested;

    /**
     * Creates a wait.
     *
     * @param clock the clock to wait by
     * @param spinWindow how long to spin before a deadline
     */
    public HybridWait(Clock clock, SpinWindow spinWindow) {
        this.clock = clock;
        this.spinWindow = spinWindow;
    }

    /** Takes a share of the spin budget of the JVM. Called when the control thread begins. */
    public void open() {
        this.spinWindow.open();
    }

    /** Returns the share. Called when the control thread ends; allocates nothing. */
    public void close() {
        this.spinWindow.close();
    }

    /**
     * Returns at the deadline, or earlier after a {@link #wake}. The caller then checks again what
     * it waits for. The wake-up request is withdrawn before that check and was made after the
     * change it announces, so the caller sees every change.
     *
     * @param deadline the clock's reading to wait for
     * @param begin the clock's reading just now
     * @return the clock's reading at the end, so that the caller need not read it again
     */
    public long until(long deadline, long begin) {
        long now = sleepUntil(deadline - this.spinWindow.nanos(), begin);
        while (!this.wakeRequested && deadline - now > 0) {
            this.clock.onSpinWait();
            now = this.clock.nanoTime();
        }
        if (this.wakeRequested) {
            this.wakeRequested = false;
        }
        return now;
    }

    private long sleepUntil(long wakeAt, long begin) {
        long now = begin;
        if (wakeAt - now <= 0) {
            this.spinWindow.leftNoTime();
            return now;
        }
        while (wakeAt - now > 0) {
            if (this.wakeRequested) {
                return now;
            }
            this.clock.parkNanos(wakeAt - now);
            now = this.clock.nanoTime();
            if (wakeAt - now > 0) {
                // Woken early. If the robot or the policy left the interrupt flag set, each further
                // park would return at once, and this loop would burn a core.
                Thread.interrupted();
            }
        }
        this.spinWindow.overshot(now - wakeAt);
        return now;
    }

    /**
     * Ends the current or the next {@link #until} at once.
     *
     * @param waiting the thread that waits
     */
    public void wake(Thread waiting) {
        this.wakeRequested = true;
        this.clock.unpark(waiting);
    }
}
