package dev.rfx.session.so101;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The serial port of the arm cannot be found or opened, or its adapter is unsuitable.
 *
 * @since 0.1
 */
public class PortException extends So101Exception {

    private static final long serialVersionUID = 1L;

    private static final String OPEN = "The serial port %s cannot be opened: ";

    private PortException(String description, String action) {
        super(description, action);
    }

    static PortException notFound(String path, List<String> there) {
        return new PortException(
                "There is no serial port " + path + ". " + list(there),
                "Plug the arm in, or set the port to an existing one or to auto.");
    }

    /**
     * Explains that no port was found.
     *
     * @param silent the ports on which no arm answers, with their descriptions
     * @param failures why other ports could not be tried
     * @param baudRate the speed that was tried
     */
    static PortException noArm(List<String> silent, List<PortException> failures, int baudRate) {
        List<String> ports = new ArrayList<>(silent);
        failures.forEach(failure -> ports.add(failure.description()));
        return new PortException(
                "No SO-101 answers on any USB serial port. " + list(ports),
                failures.isEmpty()
                        ? "Plug the arm in and switch its power on, or set the port by its path. If the"
                                + " servos are set to another speed than "
                                + baudRate
                                + " bit/s, set it as the baud rate."
                        : failures.get(0).action());
    }

    static PortException severalArms(List<String> arms) {
        return new PortException(
                "An SO-101 answers on more than one USB serial port. " + list(arms),
                "Set the port by its path. A path below /dev/serial/by-id does not change.");
    }

    static PortException echoes(String path) {
        return new PortException(
                "The adapter on " + path + " echoes: it returns what it is sent",
                "Connect the arm by the adapter board that belongs to it, or switch the echo of"
                        + " this adapter off. If no arm is connected to it, set another port.");
    }

    /**
     * Explains why an existing port was not opened.
     *
     * @param error the error code of the operating system, as jSerialComm returns it
     * @param system the name of the operating system, as in the property os.name
     */
    static PortException notOpened(String path, int error, String system) {
        String name = system.toLowerCase(Locale.ROOT);
        if (name.startsWith("windows")) {
            return switch (error) {
                case 2, 3 -> gone(path);
                case 5, 32 -> busyOnWindows(path);
                default -> cannotOpen(path, error);
            };
        }
        boolean mac = name.startsWith("mac");
        return switch (error) {
            case 2, 6, 19 -> gone(path);
            case 13, 1 -> denied(path, mac);
            case 16, 11, 35 -> busy(path, mac);
            case 25 -> notSerial(path);
            default -> cannotOpen(path, error);
        };
    }

    private static PortException gone(String path) {
        return new PortException(
                OPEN.formatted(path) + "it is gone", "Plug the arm in and start again.");
    }

    private static PortException denied(String path, boolean mac) {
        return new PortException(
                OPEN.formatted(path) + "permission denied",
                mac
                        ? "Start the application as a user who may open the port; ls -l "
                                + path
                                + " shows who that is."
                        : "Add the user to the group that owns the port (sudo usermod -aG dialout"
                                + " $USER), and log in again.");
    }

    private static PortException busy(String path, boolean mac) {
        String action = "Close that program. lsof " + path + " shows which one it is.";
        return new PortException(
                OPEN.formatted(path) + "another program has it open",
                mac && path.startsWith("/dev/tty.")
                        ? action + " Or set the port to /dev/cu." + path.substring(9) + "."
                        : action);
    }

    private static PortException busyOnWindows(String path) {
        return new PortException(
                OPEN.formatted(path)
                        + "access denied, most likely because another program has it open",
                "Close that program: a serial monitor, LeRobot, or this application started twice.");
    }

    static PortException openHere(String path) {
        return new PortException(
                OPEN.formatted(path) + "this application has it open already",
                "Give each arm a port of its own, and end one session before another one starts with"
                        + " the same arm.");
    }

    static PortException closing(String path) {
        return new PortException(
                OPEN.formatted(path) + "its last close has not returned yet",
                "Unplug the arm, plug it in and start again.");
    }

    private static PortException notSerial(String path) {
        return new PortException(
                OPEN.formatted(path) + "it is no serial port",
                "Set the port to the one of the arm, or to auto.");
    }

    private static PortException cannotOpen(String path, int error) {
        return new PortException(
                OPEN.formatted(path) + "error " + error, "Unplug the arm and plug it in again.");
    }

    private static String list(List<String> ports) {
        return ports.isEmpty() ? "There are none" : "There are: " + String.join("; ", ports);
    }
}
