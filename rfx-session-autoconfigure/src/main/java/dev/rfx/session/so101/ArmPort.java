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
 * The open serial port of an arm. Only this class uses jSerialComm. Loading that library affects
 * the whole JVM (it ignores SIGHUP, for example), so this class is not loaded before a robot
 * connects.
 *
 * <p>One thread reads and writes. Any thread may call {@link #close()}, which releases a blocked
 * write.
 */
final class ArmPort implements BusLine {

    /** How long {@link #close()} waits. After a write into a full buffer it may never return. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

    /** How long the end of the JVM waits for the arms. A session takes up to 10.5 s to stop. */
    private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(11);

    /** How long the end of the JVM waits for sessions to begin, before it stops the arms itself. */
    private static final Duration SESSIONS_TURN = Duration.ofSeconds(1);

    /** Open ports by the path of the device, until the close has returned. */
    private static final Map<String, ArmPort> OPEN = new ConcurrentHashMap<>();

    static {
        // At the end of the JVM jSerialComm closes all ports, while other hooks still stop their
        // robots. It first runs the threads of addShutdownHook and waits for them.
        SerialPort.addShutdownHook(
                new Thread(ArmPort::awaitAllReleased, "rfx-session-so101-shutdown"));
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
            // Get the port at each open, because this call resolves a symbolic link once.
            port = SerialPort.getCommPort(path);
        } catch (SerialPortInvalidPortException ex) {
            throw PortException.notFound(path, list().stream().map(Listed::toString).toList());
        }
        port.setComPortParameters(baudRate, 8, SerialPort.ONE_STOP_BIT, SerialPort.NO_PARITY);
        // The library rounds time-outs up to 100 ms, so the Wire has its own.
        port.setComPortTimeouts(SerialPort.TIMEOUT_NONBLOCKING, 0, 0);
        ArmPort opened = new ArmPort(port, path);
        // The library does not refuse a port that this JVM has open, but corrupts it.
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

    /** A serial port that the operating system lists. */
    record Listed(String path, String description, boolean onUsb) {

        @Override
        public String toString() {
            return this.path + " (" + this.description + ")";
        }
    }

    /** {@return all serial ports} */
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
     * Sends a request. Blocks while the buffer of the port is full, until the port is closed.
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
     * Receives the bytes that have arrived, without waiting.
     *
     * @return the number of bytes, possibly 0
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

    /** Closes the port, with a time-out. Does nothing the second time. */
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
        Thread closer = new Thread(close, "rfx-session-so101-close");
        closer.setDaemon(true);
        closer.start();
    }

    /** Sets the task that stops the arm at the end of the JVM, if no session does. */
    void setAtExit(Runnable atExit) {
        this.atExit = atExit;
    }

    /** Notes that a thread has begun to bring the arm to rest. */
    void beginRest() {
        this.restBegun = true;
    }

    /**
     * Waits for the sessions to stop their arms. Stops an arm itself after {@link #SESSIONS_TURN}.
     */
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
