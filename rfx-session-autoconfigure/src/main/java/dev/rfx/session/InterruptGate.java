package dev.rfx.session;

/**
 * Decides under one lock, the gate itself, whether the control thread may still be interrupted.
 * Once the control thread has closed the gate, no interrupt disturbs {@link Robot#stop()}, and no
 * other thread changes why the run ended. Any thread; allocates nothing.
 */
final class InterruptGate {

    private final Thread controlThread;
    private boolean open = true; // guarded by this
    private volatile boolean interrupted;

    InterruptGate(Thread controlThread) {
        this.controlThread = controlThread;
    }

    /** Interrupts the control thread while the gate is open. */
    synchronized void interrupt() {
        if (this.open) {
            this.interrupted = true;
            this.controlThread.interrupt();
        }
    }

    /** Interrupts the control thread unless it was interrupted before. */
    void interruptOnce() {
        if (!this.interrupted) {
            interrupt();
        }
    }

    /** {@return whether the control thread was interrupted} */
    boolean wasInterrupted() {
        return this.interrupted;
    }

    /** {@return whether the gate is open} Called under the lock. */
    boolean isOpen() {
        return this.open;
    }

    /** Closes the gate and clears the interrupt flag. Called by the control thread. */
    synchronized void close() {
        this.open = false;
        Thread.interrupted();
    }
}
