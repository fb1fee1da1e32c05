package dev.rfx.session.thread;

import java.time.Duration;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * What is in force for a control thread with {@link ThreadOptions}, as the operating system reports
 * it.
 *
 * @param scheduling {@code OTHER}, or {@code FIFO 80} with the priority; null if unknown
 * @param slice its scheduler time slice; null if it has none, or if unknown
 * @param cpus the processors on which it may run; null if unknown
 * @param memoryLocked whether the memory of the process was locked
 * @param problem why something is not in force; null if all options are
 * @since 0.1
 */
public record ThreadStatus(
        @Nullable String scheduling,
        @Nullable Duration slice,
        @Nullable SortedSet<Integer> cpus,
        boolean memoryLocked,
        @Nullable String problem) {

    static ThreadStatus unknown(String problem) {
        return new ThreadStatus(null, null, null, false, problem);
    }
}
