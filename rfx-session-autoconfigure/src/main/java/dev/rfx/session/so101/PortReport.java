package dev.rfx.session.so101;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A serial port, and who answers on it.
 *
 * @param path the path that opens it
 * @param description what the operating system calls it; empty if it does not list it
 * @param joints the joints whose servos answer, in the order of their ids
 * @param problem why nobody could be asked, or null
 */
public record PortReport(
        String path, String description, List<Joint> joints, @Nullable String problem) {

    /**
     * Creates a report.
     *
     * @param path the path that opens it
     * @param description what the operating system calls it
     * @param joints the joints whose servos answer
     * @param problem why nobody could be asked, or null
     */
    public PortReport {
        joints = List.copyOf(joints);
    }
}
