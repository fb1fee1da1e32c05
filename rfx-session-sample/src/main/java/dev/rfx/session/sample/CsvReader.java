package dev.rfx.session.sample;

import dev.rfx.session.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.commons.csv.CSVException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads one recording from a CSV file. Below the header each row is a command: {@code
 * CONTROL,<timestamp in µs>,"[<position in rad>, …]"}. A file with any other row is refused as a
 * whole, because what the arm did at a skipped row is not known.
 */
final class CsvReader {

    private static final List<String> HEADER = List.of("type", "timestamp", "positions");
    private static final String COMMAND = "CONTROL";
    private static final int MAX_QUOTE_LENGTH = 80;

    /** Accepts NaN, so that the check below refuses it with its own message. */
    private static final JsonMapper json =
            JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

    private final Path file;
    private final int joints;
    private final SortedMap<Duration, Tensor> commands = new TreeMap<>();
    private double firstTimestamp;
    private double lastTimestamp = Double.NEGATIVE_INFINITY;

    /** First line of the current row. */
    private long line;

    CsvReader(Path file, int joints) {
        this.file = file.toAbsolutePath();
        this.joints = joints;
    }

    /**
     * {@return the commands in the file by their times, counted from the first}
     *
     * @throws RecordingException if it is not a recording of this number of joints
     */
    SortedMap<Duration, Tensor> read() {
        // This format does not skip empty lines, which would make the line numbers wrong.
        try (CSVParser rows =
                CSVParser.parse(this.file, StandardCharsets.UTF_8, CSVFormat.RFC4180)) {
            read(rows);
        } catch (NoSuchFileException ex) {
            throw new RecordingException(this.file, "the file does not exist", ex);
        } catch (IOException ex) {
            throw new RecordingException(this.file, "the file cannot be read: " + ex, ex);
        }
        if (this.commands.isEmpty()) {
            throw new RecordingException(
                    this.file, "there is no command below the header in line 1", null);
        }
        return Collections.unmodifiableSortedMap(this.commands);
    }

    private void read(CSVParser rows) throws IOException {
        Iterator<CSVRecord> iterator = rows.iterator();
        if (!hasNext(rows, iterator)) {
            throw new RecordingException(this.file, "the file is empty", null);
        }
        checkHeader(iterator.next());
        while (hasNext(rows, iterator)) {
            add(iterator.next());
        }
    }

    /** Reads ahead, and reports malformed CSV. */
    private boolean hasNext(CSVParser rows, Iterator<CSVRecord> iterator) throws IOException {
        this.line = rows.getCurrentLineNumber() + 1;
        try {
            return iterator.hasNext();
        } catch (UncheckedIOException ex) {
            if (ex.getCause() instanceof CSVException malformed) {
                throw refused("the row is not CSV: " + malformed.getMessage(), malformed);
            }
            throw ex.getCause();
        }
    }

    private void checkHeader(CSVRecord row) {
        if (!row.toList().equals(HEADER)) {
            throw refused(
                    "the header is %s, but must be \"%s\""
                            .formatted(
                                    quote(String.join(",", row.toList())),
                                    String.join(",", HEADER)));
        }
    }

    private void add(CSVRecord row) {
        if (row.size() != HEADER.size()) {
            throw refused(
                    "the number of columns is %d, but must be %d: %s"
                            .formatted(row.size(), HEADER.size(), String.join(",", HEADER)));
        }
        if (!row.get(0).equals(COMMAND)) {
            throw refused(
                    "the type is %s, but must be \"%s\"".formatted(quote(row.get(0)), COMMAND));
        }
        double timestamp = timestamp(row.get(1));
        if (this.commands.isEmpty()) {
            this.firstTimestamp = timestamp;
        }
        long offsetNanos = Math.round((timestamp - this.firstTimestamp) * 1e3);
        if (this.commands.put(Duration.ofNanos(offsetNanos), positions(row.get(2))) != null) {
            throw refused("the timestamp is that of the command before, in whole nanoseconds");
        }
    }

    private double timestamp(String text) {
        double timestamp = parse(text);
        if (!Double.isFinite(timestamp)) {
            throw refused(
                    "the timestamp is %s, but must be a finite number of microseconds"
                            .formatted(quote(text)));
        }
        if (timestamp <= this.lastTimestamp) {
            throw refused(
                    "the timestamp is %s, but must be more than %s, the one before"
                            .formatted(quote(text), this.lastTimestamp));
        }
        this.lastTimestamp = timestamp;
        return timestamp;
    }

    private static double parse(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException ex) {
            return Double.NaN;
        }
    }

    private Tensor positions(String text) {
        JsonNode array = array(text);
        if (array.size() != this.joints) {
            throw refused(
                    "the number of positions is %d, but must be %d, one for each joint: %s"
                            .formatted(array.size(), this.joints, quote(text)));
        }
        float[] positions = new float[this.joints];
        for (int i = 0; i < this.joints; i++) {
            JsonNode value = array.get(i);
            positions[i] = value.isNumber() ? (float) value.asDouble(Double.NaN) : Float.NaN;
            if (!Float.isFinite(positions[i])) {
                throw refused(
                        "the position of joint %d is %s, but must be a finite number"
                                .formatted(i, quote(value.toString())));
            }
        }
        return Tensor.of(positions);
    }

    private JsonNode array(String text) {
        JacksonException malformed = null;
        try {
            JsonNode node = json.readTree(text);
            if (node.isArray()) {
                return node;
            }
        } catch (JacksonException ex) {
            malformed = ex;
        }
        throw refused(
                "the positions are %s, but must be an array of %d numbers as [0.5, -0.25, …]"
                        .formatted(quote(text), this.joints),
                malformed);
    }

    private RecordingException refused(String problem) {
        return refused(problem, null);
    }

    private RecordingException refused(String problem, @Nullable Exception cause) {
        return new RecordingException(this.file, this.line, problem, cause);
    }

    /** Shortens a text: a file that is not a recording may have lines of megabytes. */
    private static String quote(String text) {
        return text.length() <= MAX_QUOTE_LENGTH
                ? '"' + text + '"'
                : '"' + text.substring(0, MAX_QUOTE_LENGTH) + "…\"";
    }
}
