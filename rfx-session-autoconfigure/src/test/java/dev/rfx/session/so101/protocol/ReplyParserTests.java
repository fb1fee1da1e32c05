package dev.rfx.session.so101.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.so101.Golden;
import dev.rfx.session.so101.protocol.ReplyParser.Outcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class ReplyParserTests {

    private final ReplyParser parser = new ReplyParser();

    static Stream<String> statuses() {
        return Golden.packetNames("status");
    }

    @ParameterizedTest
    @MethodSource("statuses")
    void everyGoldenReplyIsAccepted(String name) {
        byte[] bytes = Golden.bytes(name);
        this.parser.expect(bytes[2], Register.PRESENT_POSITION, bytes.length - 6);

        assertThat(outcomes(bytes)).containsExactly(Outcome.REPLY, Outcome.INCOMPLETE);
        assertThat(this.parser.errorByte()).isEqualTo(bytes[4]);
        assertThat(this.parser.isClean()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 256})
    void chunksDoNotMatter(int chunk) {
        byte[] burst = Golden.bytes("status_burst_sync_read_pos_vel_1to6");
        JsonNode expected = Golden.decoded("status_burst_sync_read_pos_vel_1to6");
        int id = 1;
        this.parser.expect(id, Register.PRESENT_POSITION, 4);
        for (int from = 0; from < burst.length; from += chunk) {
            byte[] part = Arrays.copyOfRange(burst, from, Math.min(from + chunk, burst.length));
            this.parser.accept(part, part.length);
            while (this.parser.next() == Outcome.REPLY) {
                JsonNode values = expected.get(Integer.toString(id));
                assertThat(this.parser.value(Register.PRESENT_POSITION))
                        .isEqualTo(values.get(0).asInt());
                assertThat(this.parser.value(Register.PRESENT_VELOCITY))
                        .isEqualTo(values.get(1).asInt());
                this.parser.expect(++id, Register.PRESENT_POSITION, 4);
            }
        }

        assertThat(id).isEqualTo(7);
        assertThat(this.parser.isClean()).isTrue();
    }

    @Test
    void allThatIsMeasuredAndTheErrorByteAreRead() {
        this.parser.expect(5, Register.PRESENT_POSITION, 8);

        outcomes(Golden.bytes("status_full_with_overload_id5"));

        JsonNode expected = Golden.decoded("status_full_with_overload_id5");
        assertThat(this.parser.value(Register.PRESENT_POSITION))
                .isEqualTo(expected.get("position").asInt());
        assertThat(this.parser.value(Register.PRESENT_VELOCITY))
                .isEqualTo(expected.get("velocity").asInt());
        assertThat(this.parser.value(Register.PRESENT_LOAD))
                .isEqualTo(expected.get("load").asInt());
        assertThat(this.parser.value(Register.PRESENT_VOLTAGE))
                .isEqualTo(expected.get("voltage_dV").asInt());
        assertThat(this.parser.value(Register.PRESENT_TEMPERATURE))
                .isEqualTo(expected.get("temperature_C").asInt());
        assertThat(this.parser.errorByte()).as("overload").isEqualTo(0x20);
    }

    @Test
    void signedRegistersAreDecoded() {
        this.parser.expect(2, Register.HOMING_OFFSET, 2);
        outcomes(Golden.bytes("status_homing_offset_minus709_id2"));
        assertThat(this.parser.value(Register.HOMING_OFFSET)).isEqualTo(-709);

        this.parser.expect(4, Register.PRESENT_POSITION, 2);
        outcomes(Golden.bytes("status_position_minus12_id4"));
        assertThat(this.parser.value(Register.PRESENT_POSITION)).isEqualTo(-12);
    }

    @Test
    void headerWithinTheDataIsData() {
        this.parser.expect(1, Register.PRESENT_POSITION, 2);

        outcomes(Golden.bytes("status_data_ffff_id1"));

        assertThat(this.parser.value(Register.PRESENT_POSITION)).isEqualTo(-32767);
    }

    @Test
    void replyIsFoundBehindNoiseThatEndsLikeAHeader() {
        this.parser.expect(1, Register.PRESENT_POSITION, 2);

        assertThat(outcomes(Golden.bytes("stream_noise_then_status_id1")))
                .containsExactly(Outcome.REPLY, Outcome.INCOMPLETE);
        assertThat(this.parser.value(Register.PRESENT_POSITION)).isEqualTo(2048);
        assertThat(this.parser.isClean()).isFalse();
    }

    @Test
    void wrongChecksumIsSeen() {
        this.parser.expect(1, Register.PRESENT_POSITION, 2);

        assertThat(outcomes(Golden.bytes("status_bad_checksum_id1")))
                .containsExactly(Outcome.BAD_CHECKSUM, Outcome.INCOMPLETE);
        assertThat(this.parser.found()).isEqualTo(0xF3);
        assertThat(this.parser.isClean()).isFalse();
    }

    @Test
    void truncatedReplyIsIncomplete() {
        this.parser.expect(1, Register.PRESENT_POSITION, 2);

        assertThat(outcomes(Golden.bytes("status_truncated_id1")))
                .containsExactly(Outcome.INCOMPLETE);
        assertThat(this.parser.isClean()).isFalse();
    }

    @Test
    void replyOfAnotherServoIsSeen() {
        this.parser.expect(2, Register.PRESENT_POSITION, 2);

        assertThat(outcomes(Golden.bytes("status_position_2048_id1")))
                .containsExactly(Outcome.WRONG_ID, Outcome.INCOMPLETE);
        assertThat(this.parser.found()).isEqualTo(1);
    }

    @Test
    void replyOfAnotherLengthIsSeen() {
        this.parser.expect(1, Register.PRESENT_POSITION, 4);

        assertThat(outcomes(Golden.bytes("status_position_2048_id1")))
                .containsExactly(Outcome.WRONG_LENGTH, Outcome.INCOMPLETE);
        assertThat(this.parser.found()).isEqualTo(4);
    }

    @Test
    void replyAfterADamagedOneIsFound() {
        byte[] damaged = Golden.bytes("status_bad_checksum_id1");
        byte[] intact = Golden.bytes("status_position_2048_id1");
        this.parser.expect(1, Register.PRESENT_POSITION, 2);

        assertThat(outcomes(damaged)).containsExactly(Outcome.BAD_CHECKSUM, Outcome.INCOMPLETE);
        assertThat(outcomes(intact)).containsExactly(Outcome.REPLY, Outcome.INCOMPLETE);
    }

    @Test
    void newRequestStartsWithoutTheBytesOfTheOneBefore() {
        this.parser.expect(1, Register.PRESENT_POSITION, 2);
        outcomes(Golden.bytes("status_truncated_id1"));

        this.parser.clear();

        assertThat(this.parser.isClean()).isTrue();
        assertThat(outcomes(Golden.bytes("status_position_2048_id1")))
                .containsExactly(Outcome.REPLY, Outcome.INCOMPLETE);
        assertThat(this.parser.isClean()).isTrue();
    }

    @Test
    void statusWithoutDataIsAccepted() {
        this.parser.expectStatus(6);

        assertThat(outcomes(Golden.bytes("status_overload_id6")))
                .containsExactly(Outcome.REPLY, Outcome.INCOMPLETE);
        assertThat(this.parser.errorByte()).as("overload").isEqualTo(0x20);
    }

    /** The limit of a checksum of 8 bits, as the class says. */
    @Test
    void changesThatCancelEachOtherOutAreNotNoticed() {
        byte[] bytes = Golden.bytes("status_position_2048_id1");
        bytes[5]++;
        bytes[6]--;
        this.parser.expect(1, Register.PRESENT_POSITION, 2);

        assertThat(outcomes(bytes)).startsWith(Outcome.REPLY);
    }

    /** The data FF 08 without its FF, and the header of the reply after it. */
    @Test
    void lostByteThatTheChecksumDoesNotNoticeLeavesTheParserUnclean() {
        byte[] bytes = HexFormat.of().parseHex("ffff01040008f3ffff0204000008f1");
        this.parser.expect(1, Register.PRESENT_POSITION, 2);

        assertThat(outcomes(bytes)).startsWith(Outcome.REPLY);
        assertThat(this.parser.isClean()).isFalse();
    }

    private List<Outcome> outcomes(byte[] bytes) {
        this.parser.accept(bytes, bytes.length);
        List<Outcome> outcomes = new ArrayList<>();
        do {
            outcomes.add(this.parser.next());
        } while (outcomes.get(outcomes.size() - 1) != Outcome.INCOMPLETE);
        return outcomes;
    }
}
