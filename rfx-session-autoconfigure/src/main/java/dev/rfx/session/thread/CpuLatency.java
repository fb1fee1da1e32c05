package dev.rfx.session.thread;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/**
 * Keeps the processors of the machine out of idle states that they leave too slowly, through the PM
 * QoS interface of Linux. In force until it is closed, or the process ends.
 */
final class CpuLatency implements Closeable {

    static final Path DEVICE = Path.of("/dev/cpu_dma_latency");

    private final OutputStream request;

    /**
     * Begins to limit the latency.
     *
     * @param device {@link #DEVICE}, unless in a test
     * @throws IOException if the device does not exist or may not be written
     */
    CpuLatency(Path device, Duration latency) throws IOException {
        ByteBuffer micros = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.nativeOrder());
        micros.putInt((int) (latency.toNanos() / 1000));
        // Only WRITE: where the device does not exist, no file may take its place.
        this.request = Files.newOutputStream(device, StandardOpenOption.WRITE);
        try {
            this.request.write(micros.array());
        } catch (IOException ex) {
            close();
            throw ex;
        }
    }

    @Override
    public void close() throws IOException {
        this.request.close();
    }
}
