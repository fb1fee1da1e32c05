package dev.rfx.session.thread;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The timer slack of Linux: a sleeping thread wakes up to 50 µs late, to save power, unless it asks
 * for less. A thread may do so for itself without any right (proc(5), {@code timerslack_ns}).
 */
final class TimerSlack {

    private TimerSlack() {}

    /** Asks for 1 ns for the calling thread. Does nothing where that is not available. */
    static void minimize() {
        try {
            Path self = Files.readSymbolicLink(Path.of("/proc/thread-self"));
            Files.writeString(
                    Path.of("/proc", self.getFileName().toString(), "timerslack_ns"), "1");
        } catch (IOException | RuntimeException ex) {
            // Not Linux, or /proc is not accessible: the loop is as exact as the platform's timers.
        }
    }
}
