package dev.rfx.session.page;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Sends messages to a bounded number of viewers. Each viewer has a thread, so that a slow viewer
 * delays no other; a viewer that falls too far behind is dropped. Confined to one thread, except
 * {@link #open} and {@link #awaitEmpty}.
 */
final class Viewers {

    /** Number of messages that a viewer may fall behind. */
    private static final int BEHIND = 10;

    private static final String END = "";

    private final int max;
    private final Semaphore places;
    private final Set<Viewer> viewers = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    Viewers(int max) {
        this.max = max;
        this.places = new Semaphore(max);
    }

    /** The connection to one viewer. */
    interface Connection {

        /** Sends a message; may block. */
        void send(String message) throws IOException;

        /** Ends the connection, after the last message or a failed one. */
        void close();
    }

    /** Adds a viewer, who gets {@code first} and then all further messages. */
    void add(Connection connection, Supplier<String> first) throws ViewerRefusedException {
        if (this.closed) {
            throw ViewerRefusedException.ending();
        }
        if (!this.places.tryAcquire()) {
            throw ViewerRefusedException.tooMany(this.max);
        }
        Viewer viewer = new Viewer(connection);
        try {
            viewer.offer(first.get());
            this.viewers.add(viewer);
            Thread thread = new Thread(viewer::run, "rfx-session-viewer");
            thread.setDaemon(true);
            thread.start();
        } catch (Throwable ex) {
            this.viewers.remove(viewer);
            this.places.release();
            throw ex;
        }
    }

    /** Sends a message to all viewers without waiting. */
    void send(String message) {
        for (Viewer viewer : this.viewers) {
            if (!viewer.offer(message)) {
                drop(viewer);
            }
        }
    }

    /** The thread may block in a write. When that fails, it ends and frees the place. */
    private void drop(Viewer viewer) {
        this.viewers.remove(viewer);
        viewer.dropped = true;
    }

    boolean isEmpty() {
        return this.viewers.isEmpty();
    }

    /** Accepts viewers, also after {@link #close}. */
    void open() {
        this.closed = false;
    }

    /** Closes each connection after its last message, and refuses further viewers. */
    void close() {
        this.closed = true;
        for (Viewer viewer : this.viewers) {
            if (!viewer.offer(END)) {
                drop(viewer);
            }
        }
    }

    /** Waits until no viewer is left, and returns whether that is so. */
    boolean awaitEmpty(Duration timeout) throws InterruptedException {
        boolean empty = this.places.tryAcquire(this.max, timeout.toMillis(), TimeUnit.MILLISECONDS);
        if (empty) {
            this.places.release(this.max);
        }
        return empty;
    }

    private final class Viewer {

        private final Connection connection;
        private final BlockingQueue<String> messages = new ArrayBlockingQueue<>(BEHIND);
        private volatile boolean dropped;

        Viewer(Connection connection) {
            this.connection = connection;
        }

        boolean offer(String message) {
            return this.messages.offer(message);
        }

        private void run() {
            try {
                String message = this.messages.take();
                while (!this.dropped && !message.equals(END)) {
                    this.connection.send(message);
                    message = this.messages.take();
                }
            } catch (IOException | IllegalStateException ex) {
                // The viewer has left.
            } catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
            } finally {
                Viewers.this.viewers.remove(this);
                try {
                    this.connection.close();
                } finally {
                    Viewers.this.places.release();
                }
            }
        }
    }
}
