package dev.rfx.session.so101;

import java.util.ArrayList;
import java.util.List;

/** The serial port of the arm cannot be found or opened. */
public class PortException extends So101Exception {

    private static final long serialVersionUID = 1L;

    private static final String OPEN = "The serial port %s cannot be opened: ";

    private PortException(String description, String remedy) {
        super(description, remedy);
    }

    static PortException notFound(String path, List<String> there) {
        return new PortException(
                "There is no serial port " + path + ". " + list(there),
                "Plug the arm in, or set the port to one that is there, or to auto.");
    }

    /**
     * Explains that no port was found by itself.
     *
     * @param silent the ports on which no arm answers, with their descriptions
     * @param failures why others could not be asked
     */
    static PortException noArm(List<String> silent, List<PortException> failures) {
        List<String> ports = new ArrayList<>(silent);
        failures.forEach(failure -> ports.add(failure.description()));
        return new PortException(
                "No SO-101 answers on any USB serial port. " + list(ports),
                failures.isEmpty()
                        ? "Plug the arm in and switch its power on, or set the port by its path."
                        : failures.get(0).remedy());
    }

    static PortException severalArms(List<String> arms) {
        return new PortException(
                "An SO-101 answers on more than one USB serial port. " + list(arms),
                "Set the port by its path; one below /dev/serial/by-id stays the same.");
    }

    static PortException denied(String path) {
        return new PortException(
                OPEN.formatted(path) + "permission denied",
                "Add the user to the group that owns the port (sudo usermod -aG dialout $USER), and"
                        + " log in again.");
    }

    static PortException busy(String path) {
        return new PortException(
                OPEN.formatted(path) + "another program has it",
                "Close that program; lsof " + path + " tells which it is.");
    }

    static PortException openHere(String path) {
        return new PortException(
                OPEN.formatted(path) + "this application has it open already",
                "Give each arm a port of its own, and end one session before another one starts with"
                        + " the same arm.");
    }

    static PortException closing(String path) {
        return new PortException(
                OPEN.formatted(path) + "the last close of it still hangs",
                "Unplug the arm, plug it in and start again.");
    }

    static PortException notSerial(String path) {
        return new PortException(
                OPEN.formatted(path) + "it is no serial port",
                "Set the port to the one of the arm, or to auto.");
    }

    static PortException cannotOpen(String path, int error) {
        return new PortException(
                OPEN.formatted(path) + "error " + error, "Unplug the arm and plug it in again.");
    }

    private static String list(List<String> ports) {
        return ports.isEmpty() ? "There is none at all" : "There are: " + String.join("; ", ports);
    }
}
