package dev.rfx.session.sample.live;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * Sends each of a bounded number of viewers the same messages, each on a thread of his own: one who
 * is slow delays nobody, and is dropped when he is too far behind.
 */
final class Viewers {

    /** So many messages a viewer may be behind. */
    private static final int BEHIND = 10;

    private static final String END = "";

    private final int max;
    private final Semaphore places;
    private final Set<Viewer> viewers = ConcurrentHashMap.newKeySet();

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
    void add(Connection connection, String first) throws TooManyViewersException {
        if (!this.places.tryAcquire()) {
            throw new TooManyViewersException(this.max);
        }
        Viewer viewer = new Viewer(connection);
        viewer.offer(first);
        this.viewers.add(viewer);
        Thread thread = new Thread(viewer::run, "live-viewer");
        thread.setDaemon(true);
        thread.start();
    }

    /** Sends a message to all, and waits for nobody. */
    void send(String message) {
        for (Viewer viewer : this.viewers) {
            if (!viewer.offer(message)) {
                // His thread may hang in a write. It ends, and his place is free, when that fails.
                this.viewers.remove(viewer);
                viewer.drop();
            }
        }
    }

    boolean isEmpty() {
        return this.viewers.isEmpty();
    }

    int freePlaces() {
        return this.places.availablePermits();
    }

    /** Lets everybody's connection end when he has got what was sent. */
    void close() {
        for (Viewer viewer : this.viewers) {
            viewer.offer(END);
        }
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

        void drop() {
            this.dropped = true;
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
                Viewers.this.places.release();
                this.connection.close();
            }
        }
    }
}
