package dev.rfx.session.recording;

import dev.rfx.session.RunRecorder;
import dev.rfx.session.recording.mcap.McapWriter;
import dev.rfx.session.timing.TimingRecorder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * One MCAP file of a run: a channel per topic and layout, with JSON messages. Confined to the
 * writer thread.
 *
 * <p>The times of the messages are those of the wall clock, but their differences are exactly those
 * of the clock of the session, even if the wall clock is set during the run.
 */
final class RecordingFile implements AutoCloseable {

    private static final String JSON = "json";
    private static final String JSON_SCHEMA = "jsonschema";
    private static final long NONE = -1;

    private final Path path;
    private final McapWriter mcap;
    private final String prefix;
    private final Supplier<Map<String, String>> policy;
    private final LayoutTable layouts;
    private final RunClock clock;
    private final int iterations;
    private final int events;
    private final Map<String, Integer> channels = new HashMap<>();
    private final StringBuilder json = new StringBuilder(1024);
    private long sequenceOfEvents;
    private boolean policyWritten;

    /** How many messages of an iteration are written that failed and is written again. */
    private int messagesDone;

    private long numberInProgress = NONE;
    private int messages;
    private long writtenBytes;
    private long unwrittenIterations;

    /**
     * Creates a file.
     *
     * @param session the name of the session, the first part of each topic
     * @param metadata what a reader has to know about the run
     * @param policy what it has to know about the policy, before the first iteration at the latest
     * @throws IOException if it exists, or cannot be created
     */
    RecordingFile(
            Path path,
            String session,
            Map<String, String> metadata,
            Supplier<Map<String, String>> policy,
            LayoutTable layouts,
            RunClock clock)
            throws IOException {
        this.path = path;
        this.prefix = "/" + RecordingFormat.nameInTopics(session) + "/";
        this.policy = policy;
        this.layouts = layouts;
        this.clock = clock;
        this.mcap = McapWriter.create(path, "", RecordingFormat.LIBRARY);
        this.mcap.writeMetadata(RecordingFormat.SESSION, metadata);
        this.iterations =
                channel(RecordingFormat.ITERATION, RecordingFormat.ITERATION_SCHEMA, Map.of());
        this.events = channel(RecordingFormat.EVENT, RecordingFormat.EVENT_SCHEMA, Map.of());
    }

    private int channel(String topic, String schema, Map<String, String> metadata) {
        int id =
                this.mcap.addSchema(
                        "rfx.session." + topic,
                        JSON_SCHEMA,
                        schema.getBytes(StandardCharsets.UTF_8));
        return this.mcap.addChannel(id, this.prefix + topic, JSON, metadata);
    }

    Path path() {
        return this.path;
    }

    /**
     * Writes an iteration. If that fails, it can be written again, and continues where it failed.
     *
     * @param buffer has its frame
     * @param begin where the frame begins
     * @param missing the number of iterations that are missing before it and that the frame does
     *     not count
     */
    void iteration(ByteBuffer buffer, int begin, long missing) throws IOException {
        writePolicy();
        long number = buffer.getLong(begin + IterationFrame.NUMBER);
        if (number != this.numberInProgress) {
            this.numberInProgress = number;
            this.messagesDone = 0;
        }
        this.messages = 0;
        write(buffer, begin, number, missing);
        this.numberInProgress = NONE;
        if (this.mcap.bytesWritten() > this.writtenBytes) { // a full chunk
            this.writtenBytes = this.mcap.bytesWritten();
            this.unwrittenIterations = 0;
        }
        this.unwrittenIterations++;
    }

    /** Not with the other metadata: a file is open while the policy gets ready. */
    private void writePolicy() throws IOException {
        if (this.policyWritten) {
            return;
        }
        Map<String, String> details = this.policy.get();
        if (!details.isEmpty()) {
            this.mcap.writeMetadata(RecordingFormat.POLICY, details);
            this.policyWritten = true;
        }
    }

    private void write(ByteBuffer buffer, int begin, long number, long missing) throws IOException {
        long observed = buffer.getLong(begin + IterationFrame.OBSERVED);
        long selected = buffer.getLong(begin + IterationFrame.SELECTED);
        int flags = buffer.getInt(begin + IterationFrame.FLAGS);
        long measured =
                (flags & IterationFrame.HAS_TIMESTAMP) == 0
                        ? observed
                        : buffer.getLong(begin + IterationFrame.TIMESTAMP);
        int observationAt = begin + IterationFrame.VALUES;
        int actionAt = begin + buffer.getInt(begin + IterationFrame.OBSERVATION_END);
        int sentAt = begin + buffer.getInt(begin + IterationFrame.ACTION_END);
        value(
                RecordingFormat.OBSERVATION,
                buffer,
                buffer.getInt(begin + IterationFrame.OBSERVATION_LAYOUT),
                observationAt,
                number,
                observed,
                measured);
        int actionLayout = buffer.getInt(begin + IterationFrame.ACTION_LAYOUT);
        int sentLayout = buffer.getInt(begin + IterationFrame.SENT_LAYOUT);
        boolean asSelected =
                (flags & IterationFrame.SENT_AS_SELECTED) != 0
                        || isSame(buffer, actionAt, sentAt, actionLayout, sentLayout, begin);
        if (!asSelected) {
            value(
                    RecordingFormat.SELECTED_ACTION,
                    buffer,
                    actionLayout,
                    actionAt,
                    number,
                    selected,
                    selected);
        }
        value(
                RecordingFormat.ACTION,
                buffer,
                asSelected ? actionLayout : sentLayout,
                asSelected ? actionAt : sentAt,
                number,
                selected,
                selected);
        boolean clamped = !asSelected && sentLayout != LayoutTable.NONE;
        timing(buffer, begin, number, flags, clamped, missing);
    }

    /** {@return whether the limits passed the action on as it was} */
    private static boolean isSame(
            ByteBuffer buffer,
            int actionAt,
            int sentAt,
            int actionLayout,
            int sentLayout,
            int begin) {
        int end = begin + buffer.getInt(begin + IterationFrame.SENT_END);
        if (sentLayout == LayoutTable.NONE
                || actionLayout != sentLayout
                || end - sentAt != sentAt - actionAt) {
            return false;
        }
        for (int i = 0; i < end - sentAt; i++) {
            if (buffer.get(actionAt + i) != buffer.get(sentAt + i)) {
                return false;
            }
        }
        return true;
    }

    private void value(
            String topic,
            ByteBuffer buffer,
            int number,
            int position,
            long sequence,
            long logTime,
            long publishTime)
            throws IOException {
        if (number == LayoutTable.NONE) {
            return;
        }
        Layout layout = this.layouts.get(number);
        Integer channel = this.channels.get(topic + number);
        if (channel == null) {
            channel = channel(topic, layout.toJsonSchema(), layout.toMetadata());
            this.channels.put(topic + number, channel);
        }
        this.json.setLength(0);
        ValueJson.append(this.json, layout, buffer, position);
        messageOfIteration(channel, sequence, logTime, publishTime);
    }

    private void timing(
            ByteBuffer buffer, int begin, long number, int flags, boolean clamped, long missing)
            throws IOException {
        boolean complete = (flags & IterationFrame.INCOMPLETE) == 0;
        long due = buffer.getLong(begin + IterationFrame.DUE);
        long start = buffer.getLong(begin + IterationFrame.START);
        long observed = buffer.getLong(begin + IterationFrame.OBSERVED);
        long selected = buffer.getLong(begin + IterationFrame.SELECTED);
        long end = buffer.getLong(begin + IterationFrame.END);
        this.json.setLength(0);
        this.json
                .append("{\"number\":")
                .append(number)
                .append(",\"start\":")
                .append(this.clock.sinceBegin(start));
        if (complete) {
            this.json
                    .append(",\"lateness\":")
                    .append(start - due)
                    .append(",\"observe\":")
                    .append(observed - start)
                    .append(",\"policy\":")
                    .append(selected - observed)
                    .append(",\"act\":")
                    .append(end - selected);
        }
        if ((flags & IterationFrame.HAS_TIMESTAMP) != 0) {
            this.json
                    .append(",\"timestamp\":")
                    .append(
                            this.clock.sinceBegin(
                                    buffer.getLong(begin + IterationFrame.TIMESTAMP)));
        }
        this.json
                .append(",\"overrun\":")
                .append((flags & TimingRecorder.OVERRUN) != 0)
                .append(",\"late_wakeup\":")
                .append((flags & TimingRecorder.LATE_WAKEUP) != 0)
                .append(",\"stale\":")
                .append((flags & TimingRecorder.STALE) != 0)
                .append(",\"clamped\":")
                .append(clamped)
                .append(",\"engaging\":")
                .append((flags & RunRecorder.ENGAGING) != 0)
                .append(",\"complete\":")
                .append(complete)
                .append(",\"dropped_before\":")
                .append(buffer.getLong(begin + IterationFrame.DROPPED) + missing)
                .append('}');
        messageOfIteration(this.iterations, number, start, start);
    }

    private void messageOfIteration(int channel, long sequence, long logTime, long publishTime)
            throws IOException {
        if (this.messages == this.messagesDone) {
            message(channel, sequence, logTime, publishTime);
            this.messagesDone++;
        }
        this.messages++;
    }

    void event(RecordedEvent event) throws IOException {
        writePolicy();
        this.json.setLength(0);
        this.json.append("{\"type\":");
        Json.appendString(this.json, event.type());
        this.json.append(",\"message\":");
        Json.appendString(this.json, event.message());
        if (event.cause() != null) {
            this.json.append(",\"cause\":");
            Json.appendString(this.json, event.cause());
        }
        this.json.append('}');
        message(this.events, this.sequenceOfEvents++, event.time(), event.time());
    }

    private void message(int channel, long sequence, long logTime, long publishTime)
            throws IOException {
        byte[] bytes = this.json.toString().getBytes(StandardCharsets.UTF_8);
        long logged = this.clock.wallTime(logTime);
        long published = this.clock.wallTime(publishTime);
        this.mcap.writeMessage(
                channel,
                sequence,
                logged,
                published < 0 ? logged : published, // of a robot: it may be any number
                bytes,
                0,
                bytes.length);
    }

    void flush() throws IOException {
        this.mcap.flush();
        this.writtenBytes = this.mcap.bytesWritten();
        this.unwrittenIterations = 0;
    }

    /** {@return the number of iterations that are in memory only} */
    long unwrittenIterations() {
        return this.unwrittenIterations;
    }

    long bytesWritten() {
        return this.mcap.bytesWritten();
    }

    @Override
    public void close() throws IOException {
        try (this.mcap) {
            flush();
        }
    }
}
