package dev.rfx.session;

/**
 * What gives a control thread that {@link ThreadOptions} ask for. A session finds it as a service
 * ({@link java.util.ServiceLoader}); the one for Linux is part of this library.
 */
public interface ThreadTuner {

    /**
     * Tells whether this is the operating system that it knows.
     *
     * @return whether {@link #tune} can be called
     */
    boolean isSupported();

    /**
     * Gives the calling thread what is asked for. With {@link ThreadOptions#required()}, all of it;
     * else what can be had. Threads that the calling thread starts do not inherit a priority.
     *
     * @param options what is asked for
     * @return what is in force
     * @throws ThreadTuningException if it is required and cannot be had
     */
    ThreadStatus tune(ThreadOptions options);

    /**
     * Lets the calling thread, which was started by one that was tuned, run on all processors
     * again.
     */
    void release();
}
