package dev.rfx.session.so101;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** Finds the one serial port on which an SO-101 answers. */
final class ArmFinder {

    private static final Duration TIMEOUT = Duration.ofMillis(10);

    private ArmFinder() {}

    /**
     * Looks on all serial ports on USB.
     *
     * @throws PortException if there is none or more than one
     */
    static String find(int baudRate) {
        return find(ArmPort.usbPaths(), ArmPort.describeUsbPorts(), baudRate);
    }

    static String find(List<String> paths, List<String> descriptions, int baudRate) {
        List<String> arms = paths.stream().filter(path -> hasArm(path, baudRate)).toList();
        return switch (arms.size()) {
            case 0 -> throw PortException.noArm(descriptions);
            case 1 -> arms.get(0);
            default -> throw PortException.severalArms(arms);
        };
    }

    /** A port that cannot be opened has no arm for us. */
    private static boolean hasArm(String path, int baudRate) {
        try {
            ArmPort port = ArmPort.open(path, baudRate);
            try {
                ServoBus bus = new ServoBus(port, baudRate, TIMEOUT, new LinkStatistics());
                bus.hurry();
                return Arrays.stream(Joint.values()).allMatch(bus::answers);
            } finally {
                port.close();
            }
        } catch (PortException | LinkLostException ex) {
            return false;
        }
    }
}
