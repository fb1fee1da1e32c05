package dev.rfx.session.thread;

import org.jspecify.annotations.Nullable;

/** A control thread with its options in force. Internal to {@code dev.rfx.session}. */
public final class TunedThread {

    private final @Nullable ThreadStatus status;
    private final @Nullable CpuLatency latency;

    TunedThread(@Nullable ThreadStatus status, @Nullable CpuLatency latency) {
        this.status = status;
        this.latency = latency;
    }

    /** {@return what is in force, or null if the options ask for nothing} */
    public @Nullable ThreadStatus status() {
        return this.status;
    }

    /**
     * Takes back what affects more than the thread. Called once, by any thread, after the robot has
     * been stopped. Never throws.
     */
    public void release() {
        release(this.latency);
    }

    static void release(@Nullable CpuLatency latency) {
        if (latency != null) {
            try {
                latency.close();
            } catch (Throwable ex) {
                // The kernel takes it back when the process ends.
            }
        }
    }
}
