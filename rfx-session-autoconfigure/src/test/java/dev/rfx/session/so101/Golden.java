package dev.rfx.session.so101;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.Objects;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Packets and conversions that LeRobot 0.6.2 and Feetech's SDK computed. */
final class Golden {

    private static final JsonMapper MAPPER = new JsonMapper();

    private Golden() {}

    /** The packets of a kind. */
    static Stream<String> packetNames(String kind) {
        return read("packets.json")
                .filter(packet -> packet.get("kind").asString().equals(kind))
                .map(packet -> packet.get("name").asString());
    }

    static byte[] bytes(String packet) {
        return HexFormat.of().parseHex(hex(packet));
    }

    static String hex(String packet) {
        return packet(packet).get("hex").asString();
    }

    /** What the packet says. */
    static JsonNode decoded(String packet) {
        return packet(packet).get("decoded");
    }

    private static JsonNode packet(String name) {
        return read("packets.json")
                .filter(packet -> packet.get("name").asString().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** A conversion of a position to the units of a mode and back. */
    record Conversion(
            String mode,
            boolean reversed,
            int rangeMin,
            int rangeMax,
            int raw,
            double normalized,
            int back) {}

    static Stream<Conversion> conversions() {
        return read("units.json")
                .map(
                        node ->
                                new Conversion(
                                        node.get("mode").asString(),
                                        node.get("drive_mode").asInt() == 1,
                                        node.get("range_min").asInt(),
                                        node.get("range_max").asInt(),
                                        node.get("raw").asInt(),
                                        node.get("normalized").asDouble(),
                                        node.get("unnormalized_back").asInt()));
    }

    private static Stream<JsonNode> read(String resource) {
        try (InputStream json = Golden.class.getResourceAsStream(resource)) {
            return MAPPER.readTree(Objects.requireNonNull(json, resource)).valueStream();
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }
}
