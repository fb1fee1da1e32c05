package dev.rfx.session.recording;

import dev.rfx.session.recording.mcap.McapChannel;
import dev.rfx.session.recording.mcap.McapReader;
import dev.rfx.session.support.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Reads a file of a recorder, iteration by iteration, with bounded memory. */
final class RecordingReader implements AutoCloseable {

    private final Path file;
    private final McapReader mcap;
    private final Map<Integer, Layout> layouts = new HashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final Map<String, String> policy = new LinkedHashMap<>();
    private final List<RecordedEvent> events = new ArrayList<>();
    private @Nullable RecordedValue observation;
    private @Nullable RecordedValue selected;
    private @Nullable RecordedValue sent;

    private RecordingReader(Path file) throws IOException {
        this.file = file;
        this.mcap = McapReader.open(file);
    }

    /**
     * {@return a reader}
     *
     * @throws NoSuchFileException if there is no such file
     */
    static RecordingReader open(Path file) throws IOException {
        if (Files.notExists(file)) {
            throw new NoSuchFileException(file.toString(), null, "the file does not exist");
        }
        return new RecordingReader(file);
    }

    /**
     * {@return the next iteration, or null at the end}
     *
     * @throws IOException if the file is damaged, or is not a recording of a session
     */
    @Nullable RecordedIteration next() throws IOException {
        while (true) {
            switch (this.mcap.next()) {
                case METADATA -> {
                    switch (this.mcap.metadata().name()) {
                        case RecordingFormat.SESSION ->
                                this.metadata.putAll(this.mcap.metadata().entries());
                        case RecordingFormat.POLICY ->
                                this.policy.putAll(this.mcap.metadata().entries());
                        default -> {
                            // of another program
                        }
                    }
                }
                case MESSAGE -> {
                    RecordedIteration iteration = message();
                    if (iteration != null) {
                        return iteration;
                    }
                }
                case END -> {
                    return null;
                }
            }
        }
    }

    private @Nullable RecordedIteration message() throws IOException {
        McapChannel channel = this.mcap.channel();
        String topic = channel.topic().substring(channel.topic().lastIndexOf('/') + 1);
        try {
            Map<String, Object> members =
                    JsonObject.parse(StandardCharsets.UTF_8.decode(this.mcap.data()).toString());
            switch (topic) {
                case RecordingFormat.OBSERVATION -> this.observation = value(channel, members);
                case RecordingFormat.SELECTED_ACTION -> this.selected = value(channel, members);
                case RecordingFormat.ACTION -> this.sent = value(channel, members);
                case RecordingFormat.EVENT -> this.events.add(event(members));
                case RecordingFormat.ITERATION -> {
                    return iteration(members);
                }
                default -> {
                    // of another program
                }
            }
            return null;
        } catch (IllegalArgumentException ex) {
            throw new IOException(
                    "%s: message %d of %s is not one of a session: %s"
                            .formatted(
                                    this.file,
                                    this.mcap.sequence(),
                                    channel.topic(),
                                    ex.getMessage()),
                    ex);
        }
    }

    private RecordedValue value(McapChannel channel, Map<String, Object> members) {
        return new RecordedValue(
                this.layouts.computeIfAbsent(channel.id(), id -> Layout.of(channel.metadata())),
                members);
    }

    private RecordedEvent event(Map<String, Object> members) {
        Object cause = members.get("cause");
        return new RecordedEvent(
                this.mcap.logTime(),
                text(members, "type"),
                text(members, "message"),
                cause == null ? null : cause.toString());
    }

    private RecordedIteration iteration(Map<String, Object> members) {
        boolean complete = flag(members, "complete");
        RecordedValue sent = this.sent;
        RecordedValue selected = this.selected == null ? sent : this.selected;
        RecordedIteration iteration =
                new RecordedIteration(
                        number(members, "number"),
                        number(members, "start"),
                        complete ? number(members, "lateness") : 0,
                        complete ? number(members, "observe") : 0,
                        complete ? number(members, "policy") : 0,
                        complete ? number(members, "act") : 0,
                        members.containsKey("timestamp") ? number(members, "timestamp") : null,
                        flag(members, "overrun"),
                        flag(members, "stale"),
                        flag(members, "clamped"),
                        flag(members, "engaging"),
                        complete,
                        number(members, "dropped_before"),
                        this.observation,
                        selected,
                        sent);
        this.observation = null;
        this.selected = null;
        this.sent = null;
        return iteration;
    }

    private static String text(Map<String, Object> members, String name) {
        if (members.get(name) instanceof String value) {
            return value;
        }
        throw new IllegalArgumentException("'" + name + "' is missing");
    }

    private static long number(Map<String, Object> members, String name) {
        return Long.parseLong(text(members, name));
    }

    private static boolean flag(Map<String, Object> members, String name) {
        return Boolean.parseBoolean(text(members, name));
    }

    /** {@return what the file has about its run; complete before the first iteration} */
    Map<String, String> metadata() {
        return this.metadata;
    }

    /** {@return what the file has about the policy; complete before the first iteration} */
    Map<String, String> policy() {
        return this.policy;
    }

    /** {@return the events so far; times in ns since the epoch} */
    List<RecordedEvent> events() {
        return this.events;
    }

    /** {@return where the file was cut, after the last iteration} */
    OptionalLong truncatedAt() {
        return this.mcap.truncatedAt();
    }

    @Override
    public void close() throws IOException {
        this.mcap.close();
    }
}
