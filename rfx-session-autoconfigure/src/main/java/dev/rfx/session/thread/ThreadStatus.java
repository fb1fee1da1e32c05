package dev.rfx.session.thread;

import java.time.Duration;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * What is in force for a control thread, as the operating system reports it.
 *
 * @param scheduling {@code OTHER}, or {@code FIFO 80} with the priority; null if unknown
 * @param slice its scheduler time slice; null if it has none, or if unknown
 * @param cpus the processors on which it may run; null if unknown
 * @param cpuLatency the limit that the run sets to the wake-up latency of the processors; null if
 *     it sets none
 * @param memoryLocked whether the memory of the process was locked
 * @param systemCalls by what means the session calls the operating system: {@code
 *     java.lang.foreign} or {@code JNA}; null if it does not
 * @param problem why an option is not in force; null if all options are
 * @param note why the short slice that is taken by default is not in force; null if it is, or if
 *     the options decide
 * @since 0.1
 */
public record ThreadStatus(
        @Nullable String scheduling,
        @Nullable Duration slice,
        @Nullable SortedSet<Integer> cpus,
        @Nullable Duration cpuLatency,
        boolean memoryLocked,
        @Nullable String systemCalls,
        @Nullable String problem,
        @Nullable String note) {

    static ThreadStatus unknown(String problem) {
        return new ThreadStatus(null, null, null, null, false, null, problem, null);
    }
}
