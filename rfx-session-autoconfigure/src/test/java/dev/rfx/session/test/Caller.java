package dev.rfx.session.test;

import org.jspecify.annotations.Nullable;

/** A caller of a session, on a thread of its own that waits by a virtual clock. */
public final class Caller {

    private final Thread thread;
    private boolean done;
    private @Nullable Throwable thrown;

    private Caller(VirtualClock clock, Runnable call) {
        this.thread = clock.platform().newThread(() -> run(call), "caller");
    }

    /** Calls when the test waits next. */
    public static Caller of(VirtualClock clock, Runnable call) {
        Caller caller = new Caller(clock, call);
        caller.thread.start();
        return caller;
    }

    private void run(Runnable call) {
        try {
            call.run();
        } catch (Throwable ex) {
            this.thrown = ex;
        }
        this.done = true;
    }

    public Thread thread() {
        return this.thread;
    }

    /** {@return whether the call has returned or thrown} */
    public boolean isDone() {
        return this.done;
    }

    /** {@return what the call has thrown, or null} */
    public @Nullable Throwable thrown() {
        return this.thrown;
    }
}
