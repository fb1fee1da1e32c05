package dev.rfx.session.so101;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Opens the configured serial port, or finds the only one on which an SO-101 answers. */
final class ArmFinder {

    private static final Duration TIMEOUT = Duration.ofMillis(10);

    private ArmFinder() {}

    /**
     * Opens a port.
     *
     * @param path the path of the port, or {@link So101Robot#AUTO} to find it
     * @throws PortException if the port cannot be opened, or not exactly one is found
     */
    static ArmPort open(String path, int baudRate) {
        String found =
                path.equals(So101Robot.AUTO)
                        ? find(
                                ArmPort.list().stream().filter(ArmPort.Listed::onUsb).toList(),
                                baudRate)
                        : path;
        return ArmPort.open(found, baudRate);
    }

    static String find(List<ArmPort.Listed> ports, int baudRate) {
        List<String> arms = new ArrayList<>();
        List<String> incomplete = new ArrayList<>();
        List<String> others = new ArrayList<>();
        List<PortException> failures = new ArrayList<>();
        for (ArmPort.Listed port : ports) {
            try {
                List<Joint> answering = answering(port.path(), baudRate);
                if (answering.size() == Joint.values().length) {
                    arms.add(port.path());
                } else if (answering.isEmpty()) {
                    others.add(port.toString());
                } else {
                    incomplete.add(port.path());
                    others.add(port + ", where only " + Joint.list(answering) + " answer");
                }
            } catch (PortException ex) {
                failures.add(ex);
            }
        }
        if (arms.size() > 1) {
            throw PortException.severalArms(arms);
        }
        boolean oneIsIncomplete = incomplete.size() == 1 && failures.isEmpty();
        if (arms.isEmpty() && !oneIsIncomplete) {
            throw PortException.noArm(others, failures, baudRate);
        }
        // The start on a single incomplete arm fails with the names of the missing servos.
        return arms.isEmpty() ? incomplete.get(0) : arms.get(0);
    }

    private static List<Joint> answering(String path, int baudRate) {
        ArmPort port = ArmPort.open(path, baudRate);
        try {
            ServoBus bus = new ServoBus(port, baudRate, TIMEOUT, new LinkStatistics());
            bus.hurry();
            return bus.answering();
        } catch (LinkLostException ex) {
            return List.of();
        } finally {
            port.close();
        }
    }
}
