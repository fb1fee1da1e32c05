package dev.rfx.session.recording;

import static dev.rfx.session.support.Checks.require;
import static dev.rfx.session.support.Checks.requireBetween;

import dev.rfx.session.SessionPlatform;
import dev.rfx.session.SessionRecorder;
import dev.rfx.session.SessionRecording;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Records the runs of a session as MCAP files, one or more for each run: {@link
 * dev.rfx.session.SessionOptions#withRecording}. Immutable; begin with {@link #into}. A value
 * outside its range is refused with an {@link IllegalArgumentException} that names the option, the
 * value and the range.
 *
 * <pre>{@code
 * SessionOptions options = SessionOptions.defaults()
 *         .withRecording(RecordingOptions.into(Path.of("recordings")).withLast(Duration.ofSeconds(30)));
 * }</pre>
 *
 * <p>The control thread copies each iteration into a ring in memory, and a thread of the recorder
 * writes it. While that thread is too slow, or cannot write, the iterations stay in the ring. When
 * it is full, they are dropped and counted, and the session goes on.
 *
 * @since 0.1
 */
public final class RecordingOptions implements SessionRecording {

    /** What happens when the files have reached their size on disk. */
    public enum WhenFull {
        /** The oldest file of the session is deleted. */
        DELETE_OLDEST,
        /** Nothing more is written. */
        STOP
    }

    private static final String SUFFIX = ".mcap";
    private static final String PART = "{part}";
    private static final Duration MIN_LAST = Duration.ofMillis(1);
    private static final Duration MAX_LAST = Duration.ofHours(1);
    private static final int MIN_RING_BYTES = 64 * 1024;
    private static final int MAX_RING_BYTES = 1024 * 1024 * 1024;
    private static final long MIN_FILE_BYTES = 1024 * 1024;
    private static final Duration MIN_FILE_AGE = Duration.ofSeconds(1);
    private static final Duration MAX_FILE_AGE = Duration.ofDays(1);

    /** Never changed once the constructor has returned. */
    private final Values values;

    private RecordingOptions(Values values) {
        this.values = values;
        check(values);
    }

    private static void check(Values values) {
        require(
                values.fileName.endsWith(SUFFIX)
                        && values.fileName.contains(PART)
                        && values.fileName.indexOf('/') < 0
                        && values.fileName.indexOf('\\') < 0,
                "fileName",
                values.fileName,
                "a name without directories that contains {part} and ends with .mcap");
        if (values.last != null) {
            requireBetween("last", values.last, MIN_LAST, MAX_LAST);
        }
        require(
                values.ringBytes >= MIN_RING_BYTES && values.ringBytes <= MAX_RING_BYTES,
                "ringBytes",
                values.ringBytes,
                "64 KiB to 1 GiB");
        require(
                values.maxFileBytes >= MIN_FILE_BYTES,
                "maxFileBytes",
                values.maxFileBytes,
                "at least 1 MiB");
        requireBetween("maxFileAge", values.maxFileAge, MIN_FILE_AGE, MAX_FILE_AGE);
        require(
                values.maxDiskBytes >= values.maxFileBytes,
                "maxDiskBytes",
                values.maxDiskBytes,
                "at least maxFileBytes, " + values.maxFileBytes);
    }

    /**
     * {@return options that write every iteration, with the default of every other value}
     *
     * @param directory where the files are created; created if it does not exist
     */
    public static RecordingOptions into(Path directory) {
        return new RecordingOptions(new Values(directory));
    }

    /** {@return where the files are created} */
    public Path directory() {
        return this.values.directory;
    }

    /** {@return the pattern of the file names} */
    public String fileName() {
        return this.values.fileName;
    }

    /** {@return how much is kept in memory until it is written, or null to write everything} */
    public @Nullable Duration last() {
        return this.values.last;
    }

    /** {@return the size of the ring between control thread and writer, in bytes} */
    public int ringBytes() {
        return this.values.ringBytes;
    }

    /** {@return the size from which a run continues in the next file, in bytes} */
    public long maxFileBytes() {
        return this.values.maxFileBytes;
    }

    /** {@return the age from which a run continues in the next file} */
    public Duration maxFileAge() {
        return this.values.maxFileAge;
    }

    /** {@return the size of all files of the session in the directory, in bytes} */
    public long maxDiskBytes() {
        return this.values.maxDiskBytes;
    }

    /** {@return what happens when the files reach their size on disk} */
    public WhenFull whenFull() {
        return this.values.whenFull;
    }

    /** {@return the codecs of the user, by type} */
    public Map<Class<?>, Codec<?>> codecs() {
        return this.values.codecs;
    }

    /**
     * {@return options with another pattern of the file names}
     *
     * @param fileName a name with {@code {session}}, {@code {start}} (the time of the start in UTC)
     *     and {@code {part}} (1, 2, …). Contains {@code {part}} and ends with {@code .mcap}.
     *     Default {@code {session}-{start}-{part}.mcap}
     */
    public RecordingOptions withFileName(String fileName) {
        return with(values -> values.fileName = Objects.requireNonNull(fileName, "fileName"));
    }

    /**
     * {@return options that write the last iterations, and the two seconds that follow, when a run
     * fails or stalls, or on request}
     *
     * @param last how much to keep in memory; 1 ms to 1 h. Null, the default, to write every
     *     iteration
     */
    public RecordingOptions withLast(@Nullable Duration last) {
        return with(values -> values.last = last);
    }

    /**
     * {@return options with another ring between the control thread and the writer}
     *
     * @param ringBytes its size in bytes, 64 KiB to 1 GiB; rounded up to a power of two. Default 4
     *     MiB
     */
    public RecordingOptions withRingBytes(int ringBytes) {
        return with(values -> values.ringBytes = ringBytes);
    }

    /**
     * {@return options with other limits of a file}
     *
     * @param maxFileBytes the size from which a run continues in the next file; at least 1 MiB.
     *     Default 256 MiB
     * @param maxFileAge the age from which it does; 1 s to 24 h. Default 1 h
     */
    public RecordingOptions withFileLimits(long maxFileBytes, Duration maxFileAge) {
        return with(
                values -> {
                    values.maxFileBytes = maxFileBytes;
                    values.maxFileAge = Objects.requireNonNull(maxFileAge, "maxFileAge");
                });
    }

    /**
     * {@return options with another size on disk}
     *
     * @param maxDiskBytes the size of all files of the session in the directory; at least that of
     *     one file. Default 10 GiB
     * @param whenFull what happens when they reach it. Default {@link WhenFull#DELETE_OLDEST}
     */
    public RecordingOptions withDiskLimit(long maxDiskBytes, WhenFull whenFull) {
        return with(
                values -> {
                    values.maxDiskBytes = maxDiskBytes;
                    values.whenFull = Objects.requireNonNull(whenFull, "whenFull");
                });
    }

    /**
     * {@return options with one more codec}
     *
     * @param type the type of the values, or a supertype: see {@link Codec}
     * @param codec the codec
     * @param <T> the type
     */
    public <T> RecordingOptions withCodec(Class<T> type, Codec<T> codec) {
        return with(
                values -> {
                    Map<Class<?>, Codec<?>> more = new HashMap<>(values.codecs);
                    more.put(type, codec);
                    values.codecs = Map.copyOf(more);
                });
    }

    private RecordingOptions with(Consumer<Values> change) {
        Values copy = this.values.copy();
        change.accept(copy);
        return new RecordingOptions(copy);
    }

    @Override
    public SessionRecorder open(
            String session,
            double rateHz,
            String options,
            SessionPlatform platform,
            Function<Runnable, Thread> threads) {
        return new Recorder(this, session, rateHz, options, platform, threads);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RecordingOptions options
                && this.values.asList().equals(options.values.asList())
                && this.values.codecs.equals(options.values.codecs);
    }

    @Override
    public int hashCode() {
        return this.values.asList().hashCode();
    }

    /** {@return all values, in the order of the accessors, and the types with a codec} */
    @Override
    public String toString() {
        return "RecordingOptions%s with codecs of %s"
                .formatted(
                        this.values.asList(),
                        this.values.codecs.keySet().stream().map(Class::getName).sorted().toList());
    }

    /** The values, with their defaults. */
    private static final class Values implements Cloneable {

        private final Path directory;
        private String fileName = "{session}-{start}-{part}.mcap";
        private @Nullable Duration last;
        private int ringBytes = 4 * 1024 * 1024;
        private long maxFileBytes = 256L * 1024 * 1024;
        private Duration maxFileAge = Duration.ofHours(1);
        private long maxDiskBytes = 10L * 1024 * 1024 * 1024;
        private WhenFull whenFull = WhenFull.DELETE_OLDEST;
        private Map<Class<?>, Codec<?>> codecs = Map.of();

        Values(Path directory) {
            this.directory = Objects.requireNonNull(directory, "directory");
        }

        Values copy() {
            try {
                return (Values) clone();
            } catch (CloneNotSupportedException ex) {
                throw new AssertionError(ex);
            }
        }

        /** {@return all values but the codecs} */
        List<@Nullable Object> asList() {
            return Arrays.asList(
                    this.directory,
                    this.fileName,
                    this.last,
                    this.ringBytes,
                    this.maxFileBytes,
                    this.maxFileAge,
                    this.maxDiskBytes,
                    this.whenFull);
        }
    }
}
