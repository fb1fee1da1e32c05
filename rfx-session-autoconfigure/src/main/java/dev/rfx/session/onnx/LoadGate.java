package dev.rfx.session.onnx;

import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps the loading of models and the end of the JVM apart, because ONNX Runtime can crash a
 * process that ends while it creates a session. A shutdown hook waits for a model that is being
 * loaded; after that, no loading begins. Any thread.
 */
final class LoadGate {

    static final LoadGate OF_THE_JVM = new LoadGate();

    /** How long the hook waits for a model that is being loaded. */
    private static final long WAIT_SECONDS = 10;

    private final ReentrantLock lock = new ReentrantLock();
    private boolean hooked; // guarded by lock
    private volatile boolean closed;

    LoadGate() {}

    /**
     * Runs the loading of a model. One loading at a time.
     *
     * @throws IllegalStateException if the JVM ends; nothing was loaded
     */
    <T> T pass(Callable<T> loading) throws Exception {
        this.lock.lockInterruptibly();
        try {
            addHookOnce();
            if (this.closed) {
                throw new IllegalStateException("The JVM ends");
            }
            return loading.call();
        } catch (ExceptionInInitializerError ex) {
            // ONNX Runtime adds a hook of its own when it is loaded with the first model.
            if (ex.getCause() instanceof IllegalStateException jvmEnds) {
                throw jvmEnds;
            }
            throw ex;
        } finally {
            this.lock.unlock();
        }
    }

    private void addHookOnce() {
        if (!this.hooked) {
            // Throws IllegalStateException if the JVM ends.
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(this::close, "rfx-session-onnx-shutdown"));
            this.hooked = true;
        }
    }

    /** Lets no loading begin from now on, and waits for the one in progress. */
    void close() {
        this.closed = true;
        try {
            if (this.lock.tryLock(WAIT_SECONDS, TimeUnit.SECONDS)) {
                this.lock.unlock();
            }
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }
}
