package dev.rfx.session.actuate;

import dev.rfx.session.Session;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.core.convert.ConversionException;

/** A command to a session. */
public enum SessionCommand {
    /** {@link Session#start()}: the robot moves. */
    START,

    /** {@link Session#stop()}: the robot is brought to its safe state. */
    STOP,

    /** {@link Session#resetStatistics()}: the statistics count from now on. */
    RESET_STATISTICS;

    /** Reads a name as Boot reads enums: {@code reset-statistics} is one, too. */
    static SessionCommand parse(@Nullable String name) {
        SessionCommand command = null;
        try {
            command =
                    ApplicationConversionService.getSharedInstance()
                            .convert(name, SessionCommand.class);
        } catch (ConversionException ex) {
            // The answer says the same for a name that is missing.
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
