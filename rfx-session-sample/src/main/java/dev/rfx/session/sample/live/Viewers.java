package dev.rfx.session.sample.live;

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
 * Sends each of a bounded number of viewers the same messages, each on a thread of his own: one who
 * is slow delays nobody, and is dropped when he is too far behind. Belongs to one thread, but for
 * {@link #awaitNobody}.
 */
final class Viewers {

    /** So many messages a viewer may be behind. */
    private static final int BEHIND = 10;

    private static final String END = "";

    private final int max;
    private final Semaphore places;
    private final Set<Viewer> viewers = ConcurrentHashMap.newKeySet();
    private boolean closed;

    Viewers(int max) {
        this.max = max;
        this.places = new Semaphore(max);
    }

    /** The way to one viewer. */
    interface Connection {

        /** Sends a message, and may block. */
        void send(String message) throws IOException;

        /** Ends it, after the last message or when sending failed. */
        void close();
    }

    /** Sends one more viewer what comes, and {@code first} before it. */
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
            Thread thread = new Thread(viewer::run, "live-viewer");
            thread.setDaemon(true);
            thread.start();
        } catch (Throwable ex) {
            this.viewers.remove(viewer);
            this.places.release();
            throw ex;
        }
    }

    /** Sends a message to all, and waits for nobody. */
    void send(String message) {
        for (Viewer viewer : this.viewers) {
            if (!viewer.offer(message)) {
                drop(viewer);
            }
        }
    }

    /** His thread may hang in a write. It ends, and his place is free, when that fails. */
    private void drop(Viewer viewer) {
        this.viewers.remove(viewer);
        viewer.dropped = true;
    }

    boolean isEmpty() {
        return this.viewers.isEmpty();
    }

    /** Lets everybody's connection end when he has got what was sent, and takes nobody more. */
    void close() {
        this.closed = true;
        for (Viewer viewer : this.viewers) {
            if (!viewer.offer(END)) {
                drop(viewer);
            }
        }
    }

    /** Waits until no viewer is left, and tells whether that came true. */
    boolean awaitNobody(Duration timeout) throws InterruptedException {
        boolean nobody =
                this.places.tryAcquire(this.max, timeout.toMillis(), TimeUnit.MILLISECONDS);
        if (nobody) {
            this.places.release(this.max);
        }
        return nobody;
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
                // He has gone.
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
