package dev.rfx.session.sample;

import dev.rfx.session.Tensor;
import java.nio.file.Path;
import java.util.List;

/**
 * The recorded commands to an arm.
 *
 * @param file the file of the recording
 * @param commands at least one command, in the order of their times
 */
record Recording(Path file, List<Command> commands) {

    /**
     * One command.
     *
     * @param offsetNanos its time since the first command
     * @param positions a target position for each joint, in rad
     */
    record Command(long offsetNanos, Tensor positions) {}
}
