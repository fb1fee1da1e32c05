package dev.rfx.session.so101;

import com.fazecast.jSerialComm.SerialPort;
import com.fazecast.jSerialComm.SerialPortInvalidPortException;
import dev.rfx.session.so101.protocol.Request;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The open serial port of an arm. Only this class knows jSerialComm, whose class has effects on the
 * whole JVM once it is loaded (SIGHUP is ignored, for one): nothing here is touched before an arm
 * is to be connected.
 *
 * <p>One thread reads and writes. {@link #close()} may be called from any: it is what frees a
 * writer that nobody reads from.
 */
final class ArmPort implements BusLine {

    /** A write into a full buffer does not come back, and then neither may a close. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

    /** A session has 10 s to stop, and half a second more. */
    private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(11);

    /** When the JVM ends, a session begins to stop its arm at once, unless a call hangs. */
    private static final Duration SESSIONS_TURN = Duration.ofSeconds(1);

    /** By the path of the device, until it is closed indeed. */
    private static final Map<String, ArmPort> OPEN = new ConcurrentHashMap<>();

    static {
        // jSerialComm closes all ports when the JVM ends, at the same time as others stop their
        // robots, who then meet a closed port. Threads that are given to it run before, and it
        // waits for them.
        SerialPort.addShutdownHook(new Thread(ArmPort::awaitAllReleased, "so101-shutdown"));
    }

    private final SerialPort port;
    private final String path;
    private final AtomicBoolean closing = new AtomicBoolean();
    private volatile boolean restBegun;
    private volatile Runnable atExit = this::close;

    /** Done when {@link #close()} has returned. */
    private final CompletableFuture<@Nullable Void> released = new CompletableFuture<>();

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
            throw PortException.notFound(path, list().stream().map(Listed::toString).toList());
        }
        port.setComPortParameters(baudRate, 8, SerialPort.ONE_STOP_BIT, SerialPort.NO_PARITY);
        // The library rounds time-outs up to 100 ms: ours are elsewhere.
        port.setComPortTimeouts(SerialPort.TIMEOUT_NONBLOCKING, 0, 0);
        ArmPort opened = new ArmPort(port, path);
        // The library itself does not refuse a port that this JVM has open; it spoils it.
        ArmPort other = OPEN.putIfAbsent(port.getSystemPortPath(), opened);
        if (other != null) {
            throw other.closing.get() ? PortException.closing(path) : PortException.openHere(path);
        }
        if (!port.openPort()) {
            OPEN.remove(port.getSystemPortPath());
            opened.released.complete(null);
            throw PortException.notOpened(
                    path, port.getLastErrorCode(), System.getProperty("os.name", ""));
        }
        return opened;
    }

    /** A serial port of the machine. */
    record Listed(String path, String description, boolean onUsb) {

        @Override
        public String toString() {
            return this.path + " (" + this.description + ")";
        }
    }

    /** All serial ports, whatever they are on. */
    static List<Listed> list() {
        return Arrays.stream(SerialPort.getCommPorts())
                .map(
                        port ->
                                new Listed(
                                        port.getSystemPortPath(),
                                        port.getPortDescription(),
                                        port.getVendorID() >= 0))
                .toList();
    }

    @Override
    public String path() {
        return this.path;
    }

    /**
     * Sends a request. Does not come back while the port's buffer is full, until somebody closes
     * the port.
     *
     * @throws LinkLostException if the port is gone or closed
     */
    @Override
    public void write(Request request) {
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
    @Override
    public int read(byte[] chunk) {
        int count = this.port.readBytes(chunk, chunk.length);
        if (count < 0) {
            throw LinkLostException.unplugged(this.path);
        }
        return count;
    }

    /** Closes the port, and does not wait for ever where that hangs. Does nothing a second time. */
    void close() {
        if (!this.closing.compareAndSet(false, true)) {
            return;
        }
        try {
            CompletableFuture.runAsync(this::closePort, ArmPort::startCloser)
                    .completeOnTimeout(null, CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                    .join();
        } finally {
            this.released.complete(null);
        }
    }

    private void closePort() {
        this.port.closePort();
        OPEN.remove(this.port.getSystemPortPath());
    }

    private static void startCloser(Runnable close) {
        Thread closer = new Thread(close, "so101-close");
        closer.setDaemon(true);
        closer.start();
    }

    /** Sets what brings the arm to rest and closes the port, if nobody else does at the end. */
    void setAtExit(Runnable atExit) {
        this.atExit = atExit;
    }

    /** The arm is being brought to rest. */
    void beginRest() {
        this.restBegun = true;
    }

    /** A session is stopping its arm now. If that hangs, or there is none, it is done here. */
    private static void awaitAllReleased() {
        if (!awaitReleased(OPEN.values(), SESSIONS_TURN)) {
            for (ArmPort port : OPEN.values()) {
                if (!port.restBegun) {
                    CompletableFuture.runAsync(port.atExit, ArmPort::startCloser);
                }
            }
            awaitReleased(OPEN.values(), SHUTDOWN_TIMEOUT);
        }
    }

    private static boolean awaitReleased(Collection<ArmPort> ports, Duration timeout) {
        return CompletableFuture.allOf(
                        ports.stream()
                                .map(port -> port.released)
                                .toArray(CompletableFuture<?>[]::new))
                .thenApply(none -> true)
                .completeOnTimeout(false, timeout.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }
}
