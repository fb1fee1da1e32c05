package dev.rfx.session.actuate;

import dev.rfx.session.thread.ThreadStatus;
import java.time.Duration;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * What is in force for a control thread for which something was asked.
 *
 * @param scheduling {@code OTHER}, or {@code FIFO} with the priority
 * @param sliceMicros how long it runs before others have their turn
 * @param cpus the processors on which it may run
 * @param memoryLocked whether the memory of the process was locked
 * @param problem why something that was asked for is not in force
 */
public record ThreadDescriptor(
        @Nullable String scheduling,
        @Nullable Long sliceMicros,
        @Nullable SortedSet<Integer> cpus,
        boolean memoryLocked,
        @Nullable String problem) {

    static @Nullable ThreadDescriptor of(@Nullable ThreadStatus status) {
        if (status == null) {
            return null;
        }
        Duration slice = status.slice();
        return new ThreadDescriptor(
                status.scheduling(),
                slice == null ? null : slice.toNanos() / 1000,
                status.cpus(),
                status.memoryLocked(),
                status.problem());
    }
}
