package dev.rfx.session.recording;

import dev.rfx.session.recording.mcap.McapWriter;
import dev.rfx.session.timing.TimingRecorder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

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

    private final Path path;
    private final McapWriter mcap;
    private final String prefix;
    private final LayoutTable layouts;
    private final RunClock clock;
    private final int iterations;
    private final int events;
    private final Map<String, Integer> channels = new HashMap<>();
    private final StringBuilder json = new StringBuilder(1024);
    private long sequenceOfEvents;

    /**
     * Creates a file.
     *
     * @param session the name of the session, the first part of each topic
     * @param metadata what a reader has to know about the run
     * @throws IOException if it exists, or cannot be created
     */
    RecordingFile(
            Path path,
            String session,
            Map<String, String> metadata,
            LayoutTable layouts,
            RunClock clock)
            throws IOException {
        this.path = path;
        this.prefix = "/" + session + "/";
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
     * Writes an iteration.
     *
     * @param buffer has its frame
     * @param begin where the frame begins
     */
    void iteration(ByteBuffer buffer, int begin) throws IOException {
        long number = buffer.getLong(begin + IterationFrame.NUMBER);
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
        timing(buffer, begin, number, flags, !asSelected && sentLayout != LayoutTable.NONE);
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
        message(channel, sequence, logTime, publishTime);
    }

    private void timing(ByteBuffer buffer, int begin, long number, int flags, boolean clamped)
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
                .append(",\"complete\":")
                .append(complete)
                .append(",\"dropped_before\":")
                .append(buffer.getLong(begin + IterationFrame.DROPPED))
                .append('}');
        message(this.iterations, number, start, start);
    }

    void event(RecordedEvent event) throws IOException {
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
        this.mcap.writeMessage(
                channel,
                sequence,
                this.clock.wallTime(logTime),
                this.clock.wallTime(publishTime),
                bytes,
                0,
                bytes.length);
    }

    void flush() throws IOException {
        this.mcap.flush();
    }

    long bytesWritten() {
        return this.mcap.bytesWritten();
    }

    @Override
    public void close() throws IOException {
        this.mcap.close();
    }
}
