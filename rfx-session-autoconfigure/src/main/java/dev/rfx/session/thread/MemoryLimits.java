package dev.rfx.session.thread;

import java.io.IOException;
import java.util.List;

/** Reads from proc(5) whether the calling thread may lock all memory of the process. */
final class MemoryLimits {

    private static final int CAP_IPC_LOCK = 14;

    private MemoryLimits() {}

    static boolean isUnlimited() {
        try {
            return isUnlimited(ThreadFile.lines("status"), ThreadFile.lines("limits"));
        } catch (IOException ex) {
            return false;
        }
    }

    static boolean isUnlimited(List<String> status, List<String> limits) {
        boolean capable =
                status.stream()
                        .filter(line -> line.startsWith("CapEff:"))
                        .map(line -> line.substring("CapEff:".length()).strip())
                        .anyMatch(
                                mask ->
                                        (Long.parseUnsignedLong(mask, 16) >> CAP_IPC_LOCK & 1)
                                                == 1);
        return capable
                || limits.stream()
                        .anyMatch(line -> line.matches("Max locked memory +unlimited .*"));
    }
}
