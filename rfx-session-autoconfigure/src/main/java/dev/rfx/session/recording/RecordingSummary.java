package dev.rfx.session.recording;

import java.io.IOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a recording has: details of the policy, duration, iterations, gaps, timing, events such as
 * failures, and the range of each number of the observations and the actions. Types of your own
 * need no codec for this.
 *
 * <pre>{@code
 * System.out.println(RecordingSummary.of(Path.of("recording.mcap")));
 * }</pre>
 *
 * @since 0.1
 */
public final class RecordingSummary {

    private static final int SHOWN_GAPS = 5;
    private static final int SHOWN_EVENTS = 20;

    private final Path file;
    private final Map<String, String> metadata;
    private final Map<String, String> policy;
    private final double rateHz;
    private final TimingSummary timing;
    private final List<String> gaps = new ArrayList<>();
    private final List<String> events = new ArrayList<>();
    private final Map<String, Range> ranges = new LinkedHashMap<>();
    private OptionalLong truncatedAt = OptionalLong.empty();
    private long numberOfGaps;
    private long incomplete;

    private RecordingSummary(Path file, Map<String, String> metadata, Map<String, String> policy)
            throws IOException {
        this.file = file;
        this.metadata = metadata;
        this.policy = policy;
        this.rateHz = RecordingFormat.rateHz(file, metadata);
        this.timing = new TimingSummary(this.rateHz);
    }

    /**
     * Reads a recording.
     *
     * @param file a file that a recorder has written; the end may be missing, as after a crash
     * @return its summary
     * @throws IOException if the file cannot be read or is damaged; the message says where
     */
    public static RecordingSummary of(Path file) throws IOException {
        try (RecordingReader reader = RecordingReader.open(file)) {
            RecordedIteration iteration = reader.next();
            RecordingSummary summary =
                    new RecordingSummary(file, reader.metadata(), reader.policy());
            while (iteration != null) {
                summary.add(iteration);
                iteration = reader.next();
            }
            summary.truncatedAt = reader.truncatedAt();
            summary.add(reader.events());
            return summary;
        } catch (IllegalArgumentException ex) { // a value that is not of its type
            throw new IOException("%s: %s".formatted(file, ex.getMessage()), ex);
        }
    }

    private void add(RecordedIteration iteration) {
        if (iteration.droppedBefore() > 0) {
            this.numberOfGaps++;
            if (this.numberOfGaps <= SHOWN_GAPS) {
                this.gaps.add(
                        "%d before iteration %d"
                                .formatted(iteration.droppedBefore(), iteration.number()));
            }
        }
        this.timing.add(iteration);
        this.incomplete += iteration.complete() ? 0 : 1;
        add(RecordingFormat.OBSERVATION, iteration.observation());
        add(RecordingFormat.ACTION, iteration.sent());
    }

    private void add(String topic, @Nullable RecordedValue value) {
        if (value != null) {
            value.forEachNumber(
                    (field, number) ->
                            this.ranges
                                    .computeIfAbsent(topic + "." + field, name -> new Range())
                                    .add(number));
        }
    }

    private void add(List<RecordedEvent> all) {
        for (RecordedEvent event : all.subList(0, Math.min(all.size(), SHOWN_EVENTS))) {
            String message = event.message().lines().findFirst().orElse("");
            this.events.add(
                    "%s  %s%s"
                            .formatted(
                                    timeOf(event),
                                    event.type(),
                                    message.isEmpty() ? "" : ": " + message));
        }
        if (all.size() > SHOWN_EVENTS) {
            this.events.add("… (%d in all)".formatted(all.size()));
        }
    }

    /** {@return the time since the begin of the run, or on the wall clock if that is unknown} */
    private String timeOf(RecordedEvent event) {
        Instant time = Instant.ofEpochSecond(0, event.time());
        try {
            Instant begin = Instant.parse(this.metadata.getOrDefault("start", ""));
            return seconds(Duration.between(begin, time).toNanos());
        } catch (DateTimeException ex) {
            return time.toString();
        }
    }

    private static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.3f s", nanos / 1e9);
    }

    /** {@return the number of iterations that the file has} */
    public long iterations() {
        return this.timing.iterations();
    }

    /** {@return the number of iterations that the recorder has dropped} */
    public long missing() {
        return this.timing.missing();
    }

    /** {@return the time from the begin of the first iteration to the end of the last} */
    public Duration duration() {
        return Duration.ofNanos(this.timing.durationNanos());
    }

    /** {@return all as a text of several lines} */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(this.file + "\n");
        TextTable head = new TextTable(1);
        head.row("session", "%s at %s Hz".formatted(get("session"), this.rateHz));
        head.row("begin", "%s, run %s%s".formatted(get("start"), get("run"), middle()));
        this.policy.forEach((name, value) -> head.row("policy " + name, value));
        head.row("duration", seconds(this.timing.durationNanos()));
        this.timing.counts().forEach((name, count) -> head.row(name, Long.toString(count)));
        if (this.numberOfGaps > 0) {
            head.row("gaps", list(this.gaps, this.numberOfGaps));
        }
        if (this.incomplete > 0) {
            head.row("incomplete", this.incomplete + ", in which the run ended");
        }
        this.truncatedAt.ifPresent(
                offset -> head.row("end of the file", "missing, from byte " + offset + " on"));
        TextTable times = new TextTable(0);
        times.row("time", "p50", "p95", "p99", "largest");
        this.timing
                .times()
                .forEach(
                        (name, figures) ->
                                times.row(
                                        name,
                                        Figures.millis(figures.percentile(0.5)),
                                        Figures.millis(figures.percentile(0.95)),
                                        Figures.millis(figures.percentile(0.99)),
                                        Figures.millis(figures.percentile(1))));
        TextTable values = new TextTable(0);
        values.row("value", "smallest", "largest", "not finite");
        this.ranges.forEach((name, range) -> values.row(range.cells(name)));
        text.append(head).append('\n').append(times).append('\n').append(values);
        if (!this.events.isEmpty()) {
            text.append("\nevents\n");
            this.events.forEach(event -> text.append(event).append('\n'));
        }
        return text.toString();
    }

    /** {@return where in its run the file begins, if not at the begin} */
    private String middle() {
        long first = this.timing.firstNumber();
        return first == 0 ? "" : "; this file begins with iteration " + first;
    }

    private String get(String name) {
        return this.metadata.getOrDefault(name, "?");
    }

    private static String list(List<String> shown, long all) {
        String more = all > shown.size() ? ", … (" + all + " in all)" : "";
        return String.join(", ", shown) + more;
    }

    /** The finite numbers of one field. */
    private static final class Range {

        private double smallest = Double.POSITIVE_INFINITY;
        private double largest = Double.NEGATIVE_INFINITY;
        private long notFinite;

        void add(double number) {
            if (Double.isFinite(number)) {
                this.smallest = Math.min(this.smallest, number);
                this.largest = Math.max(this.largest, number);
            } else {
                this.notFinite++;
            }
        }

        String[] cells(String name) {
            boolean empty = this.smallest > this.largest;
            return new String[] {
                name,
                empty ? "" : String.format(Locale.ROOT, "%.4f", this.smallest),
                empty ? "" : String.format(Locale.ROOT, "%.4f", this.largest),
                this.notFinite == 0 ? "" : Long.toString(this.notFinite)
            };
        }
    }
}
