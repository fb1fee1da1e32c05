package dev.rfx.session.thread;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
        // First what needs no library: loading one costs part of the start.
        if (!isInKernel(System.getProperty("os.version"))) {
            return missingInKernel();
        }
        if (!Kernel.isKnownProcessor()) {
            return "The system calls are not known on this processor";
        }
        if (!isNativeAccessEnabled()) {
            return "Native access is not enabled: start the JVM with"
                    + " --enable-native-access=ALL-UNNAMED";
        }
        if (isEndedByAFilteredCall(System.getenv("INVOCATION_ID"), statusOfThread())) {
            return "A filter of systemd could end the process: set thread.slice to try it";
        }
        return null;
    }

    static String missingInKernel() {
        return "This kernel does not let a thread choose its slice: Linux "
                + System.getProperty("os.version");
    }

    /**
     * {@return whether a kernel lets threads choose a slice}
     *
     * @param version its version; one that is not understood counts as new
     */
    static boolean isInKernel(String version) {
        Matcher numbers = Pattern.compile("(\\d+)\\.(\\d+).*").matcher(version);
        if (!numbers.matches()) {
            return true;
        }
        int major = Integer.parseInt(numbers.group(1));
        return major > 6 || (major == 6 && Integer.parseInt(numbers.group(2)) >= 12);
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
     * @param status the lines of {@code /proc/thread-self/status}; empty if unknown
     */
    static boolean isEndedByAFilteredCall(@Nullable String systemdInvocation, List<String> status) {
        return systemdInvocation != null
                && (status.isEmpty()
                        || status.stream().anyMatch(line -> line.matches("Seccomp:\\s+2")));
    }

    private static List<String> statusOfThread() {
        try {
            return ThreadFile.lines("status");
        } catch (IOException ex) {
            return List.of();
        }
    }
}
