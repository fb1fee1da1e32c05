package dev.rfx.session.so101;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Packets and conversions that LeRobot 0.6.2 and Feetech's SDK computed. */
public final class Golden {

    private static final JsonMapper MAPPER = new JsonMapper();

    private Golden() {}

    /** The packets of a kind. */
    public static Stream<String> packetNames(String kind) {
        return read("packets.json")
                .filter(packet -> packet.get("kind").asString().equals(kind))
                .map(packet -> packet.get("name").asString());
    }

    public static byte[] bytes(String packet) {
        return HexFormat.of().parseHex(hex(packet));
    }

    public static String hex(String packet) {
        return packet(packet).get("hex").asString();
    }

    /** What the packet says. */
    public static JsonNode decoded(String packet) {
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

    /**
     * What a whole follower arm of LeRobot makes of positions and actions, with the calibration of
     * a real one.
     *
     * @param calibration the file of its calibration, all of drive mode 0
     * @param degrees LeRobot's {@code use_degrees}
     * @param positions what it observes; the first is the lower end of all ranges, the last the
     *     upper one
     * @param goals what it sends, before any limit
     */
    record Follower(String calibration, boolean degrees, List<Pose> positions, List<Pose> goals) {

        @Override
        public String toString() {
            return this.calibration + ", use_degrees=" + this.degrees;
        }
    }

    /** Six joints in steps and in units. */
    record Pose(List<Integer> steps, List<Double> units) {}

    static Stream<Follower> followers() {
        return tree("units-robot.json")
                .get("cases")
                .valueStream()
                .map(
                        node ->
                                new Follower(
                                        node.get("calibration").asString(),
                                        node.get("use_degrees").asBoolean(),
                                        poses(node.get("positions"), "observation"),
                                        poses(node.get("goals"), "action")));
    }

    private static List<Pose> poses(JsonNode nodes, String units) {
        return nodes.valueStream()
                .map(
                        node ->
                                new Pose(
                                        node.get("ticks")
                                                .valueStream()
                                                .map(JsonNode::asInt)
                                                .toList(),
                                        node.get(units)
                                                .valueStream()
                                                .map(JsonNode::asDouble)
                                                .toList()))
                .toList();
    }

    private static Stream<JsonNode> read(String resource) {
        return tree(resource).valueStream();
    }

    private static JsonNode tree(String resource) {
        try (InputStream json = Golden.class.getResourceAsStream(resource)) {
            return MAPPER.readTree(Objects.requireNonNull(json, resource));
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }
}
