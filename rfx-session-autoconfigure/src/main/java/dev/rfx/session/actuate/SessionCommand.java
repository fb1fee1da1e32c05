package dev.rfx.session.actuate;

import dev.rfx.session.Session;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.core.convert.ConversionException;

/**
 * A command to a session.
 *
 * @since 0.1
 */
public enum SessionCommand {
    /** {@link Session#start()}: the robot moves. */
    START,

    /** {@link Session#stop()}: the robot goes to its safe state. */
    STOP,

    /** {@link Session#resetStatistics()}: the statistics start over. */
    RESET_STATISTICS,

    /** {@link Session#saveRecording()}: the last seconds of the run are written to a file. */
    SAVE_RECORDING;

    /** Converts a name as Boot converts enums: {@code reset-statistics} is accepted, too. */
    static SessionCommand parse(@Nullable String name) {
        SessionCommand command = null;
        try {
            command =
                    ApplicationConversionService.getSharedInstance()
                            .convert(name, SessionCommand.class);
        } catch (ConversionException ex) {
            // Answered below, as a missing name is.
        }
        if (command == null) {
            throw unknown(name);
        }
        return command;
    }

    private static InvalidEndpointRequestException unknown(@Nullable String name) {
        String message =
                (name == null ? "The command is missing" : "There is no command '" + name + "'")
                        + Arrays.stream(values())
                                .map(SessionCommand::name)
                                .collect(Collectors.joining(", ", "; the commands are ", ""));
        return new InvalidEndpointRequestException(message, message);
    }
}
