package dev.rfx.session.so101;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Finds the one serial port on which an SO-101 answers, where none is named. */
final class ArmFinder {

    private static final Duration TIMEOUT = Duration.ofMillis(10);

    private ArmFinder() {}

    /**
     * Opens a port, or the one that is found.
     *
     * @param path its path, or {@link So101Robot#AUTO}
     * @throws PortException if it cannot be opened, or is to be found, but there is none or more
     *     than one
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
        List<String> silent = new ArrayList<>();
        List<PortException> failures = new ArrayList<>();
        for (ArmPort.Listed port : ports) {
            try {
                if (hasArm(port.path(), baudRate)) {
                    arms.add(port.path());
                } else {
                    silent.add(port.toString());
                }
            } catch (PortException ex) {
                failures.add(ex);
            }
        }
        return switch (arms.size()) {
            case 0 -> throw PortException.noArm(silent, failures);
            case 1 -> arms.get(0);
            default -> throw PortException.severalArms(arms);
        };
    }

    private static boolean hasArm(String path, int baudRate) {
        ArmPort port = ArmPort.open(path, baudRate);
        try {
            ServoBus bus = new ServoBus(port, baudRate, TIMEOUT, new LinkStatistics());
            bus.hurry();
            return Arrays.stream(Joint.values()).allMatch(bus::answers);
        } catch (LinkLostException ex) {
            return false;
        } finally {
            port.close();
        }
    }
}
