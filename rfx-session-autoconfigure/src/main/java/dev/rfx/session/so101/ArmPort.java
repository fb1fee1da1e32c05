package dev.rfx.session.so101;

import com.fazecast.jSerialComm.SerialPort;
import com.fazecast.jSerialComm.SerialPortInvalidPortException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The open serial port of an arm. Only this class knows jSerialComm, whose class has effects on the
 * whole JVM once it is loaded (SIGHUP is ignored, for one): nothing here is touched before an arm
 * is to be connected.
 *
 * <p>One thread reads and writes. {@link #close()} may be called from any: it is what frees a
 * writer that nobody reads from.
 */
final class ArmPort {

    /** A write into a full buffer does not come back, and then neither may a close. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

    /** A session has 10 s to stop, and half a second more. */
    private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(11);

    private static final int PERMISSION_DENIED = 13;
    private static final int TRY_AGAIN = 11;
    private static final int BUSY = 16;
    private static final int NOT_A_TERMINAL = 25;

    private static final Set<ArmPort> OPEN = ConcurrentHashMap.newKeySet();

    static {
        // jSerialComm closes all ports when the JVM ends, at the same time as others stop their
        // robots, who then meet a closed port. Threads that are given to it run before, and it
        // waits for them.
        SerialPort.addShutdownHook(new Thread(ArmPort::awaitAllClosed, "so101-shutdown"));
    }

    private final SerialPort port;
    private final String path;
    private final CountDownLatch closed = new CountDownLatch(1);

    private ArmPort(SerialPort port, String path) {
        this.port = port;
        this.path = path;
    }

    /**
     * Opens a port.
     *
     * @throws PortException if that is not possible
     */
    static ArmPort open(String path, int baudRate) {
        SerialPort port;
        try {
            // Each time anew: a symbolic link is resolved here, once.
            port = SerialPort.getCommPort(path);
        } catch (SerialPortInvalidPortException ex) {
            throw PortException.notFound(path, describe(Arrays.asList(SerialPort.getCommPorts())));
        }
        port.setComPortParameters(baudRate, 8, SerialPort.ONE_STOP_BIT, SerialPort.NO_PARITY);
        // The library rounds time-outs up to 100 ms: ours are elsewhere.
        port.setComPortTimeouts(SerialPort.TIMEOUT_NONBLOCKING, 0, 0);
        if (OPEN.stream().anyMatch(other -> isSame(other.port, port))) {
            throw PortException.openHere(path);
        }
        if (!port.openPort()) {
            throw switch (port.getLastErrorCode()) {
                case PERMISSION_DENIED -> PortException.denied(path);
                case TRY_AGAIN, BUSY -> PortException.busy(path);
                case NOT_A_TERMINAL -> PortException.notSerial(path);
                default -> PortException.cannotOpen(path, port.getLastErrorCode());
            };
        }
        ArmPort opened = new ArmPort(port, path);
        OPEN.add(opened);
        return opened;
    }

    /** The library itself does not refuse a port that this JVM has open; it spoils it. */
    private static boolean isSame(SerialPort one, SerialPort other) {
        return one.getSystemPortPath().equals(other.getSystemPortPath());
    }

    /** The paths of all serial ports on USB. */
    static List<String> usbPaths() {
        return usbPorts().stream().map(SerialPort::getSystemPortPath).toList();
    }

    /** All serial ports on USB as their owner knows them. */
    static List<String> describeUsbPorts() {
        return describe(usbPorts());
    }

    /** A serial port of the machine. */
    record Listed(String path, String description, boolean onUsb) {}

    /** All serial ports, whatever they are on. */
    static List<Listed> list() {
        return Arrays.stream(SerialPort.getCommPorts())
                .map(
                        port ->
                                new Listed(
                                        port.getSystemPortPath(),
                                        port.getPortDescription(),
                                        isOnUsb(port)))
                .toList();
    }

    private static boolean isOnUsb(SerialPort port) {
        return port.getVendorID() >= 0;
    }

    private static List<SerialPort> usbPorts() {
        return Arrays.stream(SerialPort.getCommPorts()).filter(ArmPort::isOnUsb).toList();
    }

    private static List<String> describe(List<SerialPort> ports) {
        return ports.stream()
                .map(port -> port.getSystemPortPath() + " (" + port.getPortDescription() + ")")
                .toList();
    }

    String path() {
        return this.path;
    }

    /**
     * Sends a request. Does not come back while the port's buffer is full, until somebody closes
     * the port.
     *
     * @throws LinkLostException if the port is gone or closed
     */
    void write(Request request) {
        if (this.port.writeBytes(request.bytes(), request.length()) != request.length()) {
            throw LinkLostException.unplugged(this.path);
        }
    }

    /**
     * Receives what is there.
     *
     * @return how many bytes, 0 if none are there
     * @throws LinkLostException if the port is gone or closed
     */
    int read(byte[] chunk) {
        int count = this.port.readBytes(chunk, chunk.length);
        if (count < 0) {
            throw LinkLostException.unplugged(this.path);
        }
        return count;
    }

    /** Closes the port, and does not wait for ever where that hangs. Does nothing a second time. */
    void close() {
        if (!OPEN.remove(this)) {
            return;
        }
        Thread closer =
                new Thread(
                        () -> {
                            this.port.closePort();
                            this.closed.countDown();
                        },
                        "so101-close");
        closer.setDaemon(true);
        closer.start();
        awaitUninterrupted(this.closed, CLOSE_TIMEOUT.toNanos());
    }

    private static void awaitAllClosed() {
        long deadline = System.nanoTime() + SHUTDOWN_TIMEOUT.toNanos();
        for (ArmPort port : OPEN) {
            awaitUninterrupted(port.closed, deadline - System.nanoTime());
        }
    }

    private static void awaitUninterrupted(CountDownLatch latch, long nanos) {
        boolean interrupted = false;
        long deadline = System.nanoTime() + nanos;
        while (true) {
            try {
                boolean ignored = latch.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                break;
            } catch (InterruptedException ex) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
