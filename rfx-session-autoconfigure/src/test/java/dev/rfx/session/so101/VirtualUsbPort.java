package dev.rfx.session.so101;

import dev.rfx.session.testkit.PseudoTerminal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A USB serial adapter that can be unplugged, also in the middle of what it sends, and plugged in
 * again: each time another pseudo-terminal, under the same symbolic link. It has one thread, which
 * alone touches the terminal. Safe for use by several threads.
 */
final class VirtualUsbPort implements AutoCloseable {

    /** What is behind the adapter. Called on its thread. */
    @FunctionalInterface
    interface Device {

        /** Takes bytes, and may answer through {@link VirtualUsbPort#send}. */
        void receive(byte[] bytes, int count) throws IOException;
    }

    private static final Duration POLL = Duration.ofMillis(5);
    private static final long PAUSE_NANOS = Duration.ofMillis(1).toNanos();

    private final Path directory;
    private final Path link;
    private final Device device;
    private final Thread thread = new Thread(this::run, "virtual-so101");
    private @Nullable PseudoTerminal terminal; // the thread's

    // All below is guarded by this.
    private boolean wanted = true;
    private boolean pluggedIn;
    private boolean stalled;
    private boolean closed;
    private long bytesUntilUnplugged = Long.MAX_VALUE;
    private @Nullable Exception failure;

    VirtualUsbPort(Device device) throws IOException {
        this.device = device;
        this.directory = Files.createTempDirectory("virtual-so101");
        this.link = this.directory.resolve("ttyACM0");
    }

    void start() {
        this.thread.setDaemon(true);
        this.thread.start();
        awaitPluggedIn(true);
    }

    Path path() {
        return this.link;
    }

    void plugIn() {
        setWanted(true);
        awaitPluggedIn(true);
    }

    void unplug() {
        setWanted(false);
        awaitPluggedIn(false);
    }

    synchronized void unplugAfter(int bytes) {
        this.bytesUntilUnplugged = bytes;
    }

    synchronized void setStalled(boolean stalled) {
        this.stalled = stalled;
    }

    private synchronized void setWanted(boolean wanted) {
        this.wanted = wanted;
    }

    private synchronized void awaitPluggedIn(boolean expected) {
        try {
            while (this.pluggedIn != expected && this.failure == null) {
                wait();
            }
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    /** Sends bytes, or those that get through before the plug is pulled. */
    void send(byte[] bytes) throws IOException {
        byte[] sent = untilUnplugged(bytes);
        if (sent.length > 0 && this.terminal != null) {
            this.terminal.write(sent);
        }
    }

    private synchronized byte[] untilUnplugged(byte[] bytes) {
        if (!this.wanted) {
            return new byte[0];
        }
        if (bytes.length < this.bytesUntilUnplugged) {
            this.bytesUntilUnplugged -= bytes.length;
            return bytes;
        }
        this.wanted = false;
        byte[] part = Arrays.copyOf(bytes, (int) this.bytesUntilUnplugged);
        this.bytesUntilUnplugged = Long.MAX_VALUE;
        return part;
    }

    private void run() {
        try {
            while (!isClosed()) {
                if (isWanted()) {
                    whilePluggedIn();
                } else {
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            }
        } catch (IOException | RuntimeException ex) {
            fail(ex);
        }
    }

    private void whilePluggedIn() throws IOException {
        try (PseudoTerminal plugged = new PseudoTerminal()) {
            this.terminal = plugged;
            Files.createSymbolicLink(this.link, plugged.slave());
            setPluggedIn(true);
            byte[] buffer = new byte[1024];
            while (isWanted() && !isClosed()) {
                if (isStalled()) {
                    LockSupport.parkNanos(PAUSE_NANOS);
                } else {
                    this.device.receive(buffer, plugged.read(buffer, POLL));
                }
            }
        } finally {
            this.terminal = null;
            Files.deleteIfExists(this.link);
        }
        setPluggedIn(false);
    }

    private synchronized void setPluggedIn(boolean pluggedIn) {
        this.pluggedIn = pluggedIn;
        notifyAll();
    }

    private synchronized void fail(Exception failure) {
        this.failure = failure;
        notifyAll();
    }

    private synchronized boolean isWanted() {
        return this.wanted;
    }

    private synchronized boolean isStalled() {
        return this.stalled;
    }

    private synchronized boolean isClosed() {
        return this.closed;
    }

    /**
     * Unplugs it for good.
     *
     * @throws IllegalStateException if the thread had died
     */
    @Override
    public void close() {
        synchronized (this) {
            this.closed = true;
        }
        try {
            this.thread.join();
            Files.delete(this.directory);
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
        if (this.failure != null) {
            throw new IllegalStateException("The virtual arm had failed", this.failure);
        }
    }
}
