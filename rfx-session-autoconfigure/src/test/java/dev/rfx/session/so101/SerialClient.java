package dev.rfx.session.so101;

import static org.assertj.core.api.Assertions.assertThat;

import com.fazecast.jSerialComm.SerialPort;
import dev.rfx.session.so101.protocol.ReplyParser;
import dev.rfx.session.so101.protocol.ReplyParser.Outcome;
import dev.rfx.session.so101.protocol.Request;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/** The other end of a {@link VirtualSo101}: the real serial library, and no more than it. */
final class SerialClient implements AutoCloseable {

    private static final long PAUSE_NANOS = 50_000;

    private final SerialPort port;
    private final byte[] chunk = new byte[ReplyParser.MAX_CHUNK];

    SerialClient(Path path) {
        this.port = SerialPort.getCommPort(path.toString());
        this.port.setComPortParameters(1_000_000, 8, SerialPort.ONE_STOP_BIT, SerialPort.NO_PARITY);
        // The library's time-outs are rounded up to 100 ms: we have our own.
        this.port.setComPortTimeouts(SerialPort.TIMEOUT_NONBLOCKING, 0, 0);
        assertThat(this.port.openPort()).as("%s is open", path).isTrue();
    }

    /** Sends a request; returns what the library says of it. */
    int send(Request request) {
        return this.port.writeBytes(request.bytes(), request.length());
    }

    /** Sends many bytes. Blocks while nobody takes them. */
    void send(byte[] bytes) {
        this.port.writeBytes(bytes, bytes.length);
    }

    /** Feeds a parser until it finds the reply or a mismatch, or until the time is up. */
    Outcome await(ReplyParser parser, Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        Outcome outcome = parser.next();
        while (outcome == Outcome.INCOMPLETE && System.nanoTime() < deadline) {
            int count = this.port.readBytes(this.chunk, this.chunk.length);
            if (count > 0) {
                parser.accept(this.chunk, count);
                outcome = parser.next();
            } else {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
        return outcome;
    }

    /** Receives so many bytes, or what arrives of them in time. */
    byte[] receive(int count, Duration timeout) {
        byte[] all = new byte[count];
        int received = 0;
        long deadline = System.nanoTime() + timeout.toNanos();
        while (received < count && System.nanoTime() < deadline) {
            int read = this.port.readBytes(all, count - received, received);
            if (read > 0) {
                received += read;
            } else {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
        return Arrays.copyOf(all, received);
    }

    /** Tells whether the library finds the device gone. */
    boolean isHungUp() {
        return this.port.readBytes(this.chunk, this.chunk.length) < 0;
    }

    @Override
    public void close() {
        this.port.closePort();
    }
}
