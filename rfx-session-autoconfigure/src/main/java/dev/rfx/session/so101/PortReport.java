package dev.rfx.session.so101;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A serial port, and the joints whose servos answer on it.
 *
 * @param path the path that opens it
 * @param description the description of the operating system; empty if it does not list the port
 * @param joints the joints whose servos answer, in the order of their ids
 * @param problem why no servo could be addressed, or null
 * @since 0.1
 */
public record PortReport(
        String path, String description, List<Joint> joints, @Nullable String problem) {

    /**
     * Creates a report.
     *
     * @param path the path that opens it
     * @param description the description of the operating system
     * @param joints the joints whose servos answer
     * @param problem why no servo could be addressed, or null
     */
    public PortReport {
        joints = List.copyOf(joints);
    }
}
