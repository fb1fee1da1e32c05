package dev.rfx.session.thread;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The time slice of a control thread if none is configured. Because it is not configured, the
 * attempt must do no harm: it is not made where the JVM would warn, or the kernel could end the
 * process.
 */
final class DefaultSlice {

    static final Duration LENGTH = Duration.ofNanos(100_000);

    private DefaultSlice() {}

    /** {@return why no system call may be tried; null if it may} */
    static @Nullable String obstacle() {
        if (!isNativeAccessEnabled()) {
            return "Native access is not enabled: start the JVM with"
                    + " --enable-native-access=ALL-UNNAMED";
        }
        if (isEndedByAFilteredCall(System.getenv("INVOCATION_ID"), statusOfThread())) {
            return "A filter of systemd could end the process: set thread.slice to try it";
        }
        return null;
    }

    /** {@return whether native access is without a warning of the JVM, as it is before JDK 22} */
    private static boolean isNativeAccessEnabled() {
        if (Runtime.version().feature() < ForeignSystemCalls.SINCE_JDK) {
            return true;
        }
        try {
            return (boolean)
                    Module.class
                            .getMethod("isNativeAccessEnabled")
                            .invoke(DefaultSlice.class.getModule());
        } catch (ReflectiveOperationException ex) {
            return false;
        }
    }

    /**
     * {@return whether a system call may end the process} The filters of container engines return
     * an error. Those of systemd (SystemCallFilter) send SIGSYS.
     *
     * @param systemdInvocation what systemd sets in the environment of a service, or null
     * @param status the lines of {@code /proc/thread-self/status}
     */
    static boolean isEndedByAFilteredCall(@Nullable String systemdInvocation, List<String> status) {
        return systemdInvocation != null
                && status.stream().anyMatch(line -> line.matches("Seccomp:\\s+2"));
    }

    private static List<String> statusOfThread() {
        try {
            return Files.readAllLines(Path.of("/proc/thread-self/status"));
        } catch (IOException ex) {
            return List.of();
        }
    }
}
