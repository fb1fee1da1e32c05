package dev.rfx.session.recording;

import static dev.rfx.session.support.Checks.require;

import dev.rfx.session.SessionPlatform;
import dev.rfx.session.SessionRecorder;
import dev.rfx.session.SessionRecording;
import dev.rfx.session.support.Checks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Records the runs of a session as MCAP files, one or more for each run: {@link
 * dev.rfx.session.SessionOptions#withRecording}. Immutable; begin with {@link #into}.
 *
 * <pre>{@code
 * SessionOptions options = SessionOptions.defaults()
 *         .withRecording(RecordingOptions.into(Path.of("recordings")).withLast(Duration.ofSeconds(30)));
 * }</pre>
 *
 * <p>The control thread copies each iteration into a ring in memory, and a thread of the recorder
 * writes it. If that thread is too slow, or cannot write, iterations are dropped and counted, and
 * the session goes on.
 *
 * @param directory where the files are created; created if it does not exist
 * @param fileName the pattern of their names, with {@code {session}}, {@code {start}} (the time of
 *     the start in UTC) and {@code {part}} (1, 2, …); ends with {@code .mcap}
 * @param last how much to keep in memory until a failure, a stall or a request writes it; null to
 *     write every iteration
 * @param ringBytes the size of the ring between the two threads, 64 KiB to 1 GiB
 * @param maxFileBytes the size from which a run continues in the next file; at least 1 MiB
 * @param maxFileAge the age from which a run continues in the next file; at least 1 s
 * @param maxDiskBytes the size of all files of the session in the directory, at least maxFileBytes
 * @param whenFull what happens when they reach it
 * @param codecs the codecs of the user, by type
 * @since 0.1
 */
public record RecordingOptions(
        Path directory,
        String fileName,
        @Nullable Duration last,
        int ringBytes,
        long maxFileBytes,
        Duration maxFileAge,
        long maxDiskBytes,
        WhenFull whenFull,
        Map<Class<?>, Codec<?>> codecs)
        implements SessionRecording {

    /** What happens when the files have reached their size on disk. */
    public enum WhenFull {
        /** The oldest file of the session is deleted. */
        DELETE_OLDEST,
        /** Nothing more is written. */
        STOP
    }

    private static final String SUFFIX = ".mcap";
    private static final String PART = "{part}";
    private static final int MIN_RING_BYTES = 64 * 1024;
    private static final int MAX_RING_BYTES = 1024 * 1024 * 1024;
    private static final long MIN_FILE_BYTES = 1024 * 1024;

    /** Checks every value. */
    public RecordingOptions {
        Objects.requireNonNull(directory, "directory");
        require(
                fileName.endsWith(SUFFIX)
                        && fileName.contains(PART)
                        && fileName.indexOf('/') < 0
                        && fileName.indexOf('\\') < 0,
                "fileName",
                fileName,
                "a name without directories that contains {part} and ends with .mcap");
        if (last != null) {
            Checks.requireBetween("last", last, Duration.ofMillis(1), Duration.ofHours(1));
        }
        require(
                ringBytes >= MIN_RING_BYTES && ringBytes <= MAX_RING_BYTES,
                "ringBytes",
                ringBytes,
                "64 KiB to 1 GiB");
        require(maxFileBytes >= MIN_FILE_BYTES, "maxFileBytes", maxFileBytes, "at least 1 MiB");
        Checks.requireBetween("maxFileAge", maxFileAge, Duration.ofSeconds(1), Duration.ofDays(1));
        require(
                maxDiskBytes >= maxFileBytes,
                "maxDiskBytes",
                maxDiskBytes,
                "at least maxFileBytes, " + maxFileBytes);
        Objects.requireNonNull(whenFull, "whenFull");
        codecs = Map.copyOf(codecs);
    }

    /**
     * {@return options that write every iteration} Rings of 4 MiB, files of at most 256 MiB and an
     * hour, 10 GiB on disk, of which the oldest file is deleted.
     *
     * @param directory where the files are created
     */
    public static RecordingOptions into(Path directory) {
        return new RecordingOptions(
                directory,
                "{session}-{start}-{part}.mcap",
                null,
                4 * 1024 * 1024,
                256L * 1024 * 1024,
                Duration.ofHours(1),
                10L * 1024 * 1024 * 1024,
                WhenFull.DELETE_OLDEST,
                Map.of());
    }

    /**
     * {@return options with another pattern of the file names}
     *
     * @param fileName the pattern
     */
    public RecordingOptions withFileName(String fileName) {
        return new RecordingOptions(
                this.directory,
                fileName,
                this.last,
                this.ringBytes,
                this.maxFileBytes,
                this.maxFileAge,
                this.maxDiskBytes,
                this.whenFull,
                this.codecs);
    }

    /**
     * {@return options that write the last iterations, and the two seconds that follow, when a run
     * fails or stalls, or on request}
     *
     * @param last how much to keep in memory; null to write every iteration
     */
    public RecordingOptions withLast(@Nullable Duration last) {
        return new RecordingOptions(
                this.directory,
                this.fileName,
                last,
                this.ringBytes,
                this.maxFileBytes,
                this.maxFileAge,
                this.maxDiskBytes,
                this.whenFull,
                this.codecs);
    }

    /**
     * {@return options with another ring}
     *
     * @param ringBytes its size in bytes; rounded up to a power of two
     */
    public RecordingOptions withRingBytes(int ringBytes) {
        return new RecordingOptions(
                this.directory,
                this.fileName,
                this.last,
                ringBytes,
                this.maxFileBytes,
                this.maxFileAge,
                this.maxDiskBytes,
                this.whenFull,
                this.codecs);
    }

    /**
     * {@return options with other limits of a file}
     *
     * @param maxFileBytes the size from which a run continues in the next file
     * @param maxFileAge the age from which it does
     */
    public RecordingOptions withFileLimits(long maxFileBytes, Duration maxFileAge) {
        return new RecordingOptions(
                this.directory,
                this.fileName,
                this.last,
                this.ringBytes,
                maxFileBytes,
                maxFileAge,
                this.maxDiskBytes,
                this.whenFull,
                this.codecs);
    }

    /**
     * {@return options with another size on disk}
     *
     * @param maxDiskBytes the size of all files of the session in the directory
     * @param whenFull what happens when they reach it
     */
    public RecordingOptions withDiskLimit(long maxDiskBytes, WhenFull whenFull) {
        return new RecordingOptions(
                this.directory,
                this.fileName,
                this.last,
                this.ringBytes,
                this.maxFileBytes,
                this.maxFileAge,
                maxDiskBytes,
                whenFull,
                this.codecs);
    }

    /**
     * {@return options with one more codec}
     *
     * @param type the type of the values, or a supertype
     * @param codec the codec
     * @param <T> the type
     */
    public <T> RecordingOptions withCodec(Class<T> type, Codec<T> codec) {
        Map<Class<?>, Codec<?>> more = new HashMap<>(this.codecs);
        more.put(type, codec);
        return new RecordingOptions(
                this.directory,
                this.fileName,
                this.last,
                this.ringBytes,
                this.maxFileBytes,
                this.maxFileAge,
                this.maxDiskBytes,
                this.whenFull,
                more);
    }

    @Override
    public SessionRecorder open(
            String session, double rateHz, String options, SessionPlatform platform) {
        return new Recorder(this, session, rateHz, options, platform);
    }
}
