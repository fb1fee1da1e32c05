package dev.rfx.session.sample;

import dev.rfx.session.Tensor;
import java.nio.file.Path;
import java.util.List;

/**
 * The commands that were once sent to an arm, and when.
 *
 * @param file where they were read
 * @param commands at least one, in the order of their time
 */
record Recording(Path file, List<Command> commands) {

    /**
     * One command.
     *
     * @param offsetNanos when it was sent, counted from the first command
     * @param positions a target position for each joint, in rad
     */
    record Command(long offsetNanos, Tensor positions) {}
}
