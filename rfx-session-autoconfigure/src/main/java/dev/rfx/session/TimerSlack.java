package dev.rfx.session;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Linux lets a sleeping thread wake up to 50 µs late, to save power, unless the thread asks for
 * less. A thread may do so for itself without any right (proc(5), {@code timerslack_ns}).
 */
final class TimerSlack {

    private TimerSlack() {}

    /** Asks for 1 ns for the calling thread; where that cannot be had, everything stays as is. */
    static void minimize() {
        try {
            Path self = Files.readSymbolicLink(Path.of("/proc/thread-self"));
            Files.writeString(
                    Path.of("/proc", self.getFileName().toString(), "timerslack_ns"), "1");
        } catch (IOException | RuntimeException ex) {
            // Not Linux, or /proc is closed to us: the loop is as exact as the platform's timers.
        }
    }
}
