package dev.rfx.session;

import java.time.Duration;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * What is in force for a control thread for which {@link ThreadOptions} asked for something, as the
 * operating system tells it.
 *
 * @param scheduling {@code OTHER}, or {@code FIFO 80} with the priority; null if that is not known
 * @param slice how long it runs before others have their turn; null if it has none, or that is not
 *     known
 * @param cpus the processors on which it may run; null if that is not known
 * @param memoryLocked whether the memory of the process was locked
 * @param problem why something that was asked for is not in force; null if all is
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
