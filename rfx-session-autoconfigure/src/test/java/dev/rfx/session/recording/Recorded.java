package dev.rfx.session.recording;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.recording.mcap.McapChannel;
import dev.rfx.session.recording.mcap.McapReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a file has, as any reader of MCAP sees it. */
record Recorded(
        Path path,
        List<Message> messages,
        List<McapChannel> channels,
        Map<String, String> metadata,
        Map<String, String> policy,
        String library,
        boolean closed) {

    record Message(String topic, long sequence, long logTime, long publishTime, String json) {}

    /** Reads a file, which may be cut, but not be damaged. */
    static Recorded read(Path path) throws IOException {
        List<Message> messages = new ArrayList<>();
        Map<String, String> metadata = new HashMap<>();
        Map<String, String> policy = new HashMap<>();
        try (McapReader reader = McapReader.open(path)) {
            McapReader.Item item = reader.next();
            while (item != McapReader.Item.END) {
                if (item == McapReader.Item.METADATA) {
                    assertThat(reader.metadata().name()).isIn("rfx.session", "rfx.policy");
                    Map<String, String> record =
                            reader.metadata().name().equals("rfx.policy") ? policy : metadata;
                    assertThat(record).as("one record of each name").isEmpty();
                    record.putAll(reader.metadata().entries());
                } else {
                    messages.add(
                            new Message(
                                    reader.channel().topic(),
                                    reader.sequence(),
                                    reader.logTime(),
                                    reader.publishTime(),
                                    StandardCharsets.UTF_8.decode(reader.data()).toString()));
                }
                item = reader.next();
            }
            return new Recorded(
                    path,
                    messages,
                    reader.channels(),
                    metadata,
                    policy,
                    reader.library(),
                    reader.truncatedAt().isEmpty());
        }
    }

    /** Reads the files of a directory, in the order of their names. */
    static List<Recorded> in(Path directory) throws IOException {
        List<Recorded> all = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path path : files.sorted().toList()) {
                if (path.toString().endsWith(".mcap")) {
                    all.add(read(path));
                }
            }
        }
        return all;
    }

    /** Reads the only file of a directory. */
    static Recorded onlyIn(Path directory) throws IOException {
        List<Recorded> all = in(directory);
        assertThat(all).hasSize(1);
        return all.get(0);
    }

    /** The messages of the topics that end so. */
    List<String> of(String topic) {
        return this.messages.stream()
                .filter(message -> message.topic().endsWith("/" + topic))
                .map(Message::json)
                .toList();
    }

    /** The types of the events, in order. */
    List<String> events() {
        return of("event").stream()
                .map(json -> json.replaceAll("\\{\"type\":\"(\\w+)\".*", "$1"))
                .toList();
    }

    /** The numbers of the iterations, in order. */
    List<Long> numbers() {
        return of("iteration").stream().map(json -> number(json, "number")).toList();
    }

    static long number(String json, String field) {
        Matcher matcher = Pattern.compile("\"" + field + "\":(-?\\d+)").matcher(json);
        assertThat(matcher.find()).as(json).isTrue();
        return Long.parseLong(matcher.group(1));
    }

    /** Requires that each iteration is there, or counted as missing, and returns how many miss. */
    static long missing(List<Recorded> files) {
        long missing = 0;
        long expected = 0;
        for (Recorded file : files) {
            for (String json : file.of("iteration")) {
                long before = number(json, "dropped_before");
                assertThat(number(json, "number")).as(json).isEqualTo(expected + before);
                missing += before;
                expected += before + 1;
            }
        }
        return missing;
    }
}
