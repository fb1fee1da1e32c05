package dev.rfx.session.actuate;

import dev.rfx.session.thread.ThreadStatus;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * The settings in force for the control thread, in health.
 *
 * @param scheduling {@code OTHER}, or {@code FIFO} with the priority
 * @param sliceSeconds scheduler time slice
 * @param cpus the processors on which the thread may run
 * @param cpuLatencySeconds the limit that the run sets to the wake-up latency of the processors
 * @param memoryLocked whether the memory of the process is locked
 * @param systemCalls by what means the session calls the operating system
 * @param problem why a configured option is not in force, or null
 * @param note why the short slice that is taken by default is not in force, or null
 * @since 0.1
 */
public record ThreadDescriptor(
        @Nullable String scheduling,
        @Nullable Double sliceSeconds,
        @Nullable SortedSet<Integer> cpus,
        @Nullable Double cpuLatencySeconds,
        boolean memoryLocked,
        @Nullable String systemCalls,
        @Nullable String problem,
        @Nullable String note) {

    static @Nullable ThreadDescriptor of(@Nullable ThreadStatus status) {
        if (status == null) {
            return null;
        }
        return new ThreadDescriptor(
                status.scheduling(),
                Seconds.secondsOrNull(status.slice()),
                status.cpus(),
                Seconds.secondsOrNull(status.cpuLatency()),
                status.memoryLocked(),
                status.systemCalls(),
                status.problem(),
                status.note());
    }
}
