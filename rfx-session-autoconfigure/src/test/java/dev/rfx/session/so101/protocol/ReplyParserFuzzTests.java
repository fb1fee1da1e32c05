package dev.rfx.session.so101.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.so101.protocol.ReplyParser.Outcome;
import dev.rfx.session.testkit.Campaign;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

/**
 * Damaged replies by the million, in chunks of any size. {@code -Drfx.fuzz.seed} sets another seed
 * than the usual one.
 */
@Timeout(300)
class ReplyParserFuzzTests {

    private static final int ROUNDS = Campaign.Rounds.of(1_000_000, 50_000);

    private final long seed = Long.getLong("rfx.fuzz.seed", 20_261_124);
    private final Random random = new Random(this.seed);
    private final DamagedBytes bytes = new DamagedBytes(this.random);
    private final ReplyParser parser = new ReplyParser();
    private final byte[] chunk = new byte[ReplyParser.MAX_CHUNK];

    @BeforeEach
    void printSeed(TestInfo test) {
        System.out.println(test.getDisplayName() + " with seed " + this.seed);
    }

    @Campaign
    @Test
    void intactBurstIsAccepted() {
        for (int round = 0; round < ROUNDS; round++) {
            byte[] burst = this.bytes.burst();

            require(isAccepted(burst), "refused", round, burst);
        }
    }

    /**
     * The rule of {@link ReplyParser} for the values of a request: all replies, and a clean parser.
     * This holds for any seed: a burst with one byte altered has a wrong checksum, and any other
     * damage here changes its length.
     */
    @Campaign
    @Test
    void damagedBurstIsNeverAccepted() {
        for (int round = 0; round < ROUNDS; round++) {
            byte[] damaged = this.bytes.damaged(this.bytes.burst());

            require(!isAccepted(damaged), "accepted", round, damaged);
        }
    }

    /**
     * Of two replies of one servo, only that with an altered byte is lost. Noise is passed over as
     * well, unless it happens to look like a reply, checksum included: five bytes of it, so once in
     * 10¹² of them.
     */
    @Campaign
    @Test
    void replyAfterADamagedOneOrNoiseIsFoundAndNothingElse() {
        for (int round = 0; round < ROUNDS; round++) {
            byte[] intact = this.bytes.reply(1);
            byte[] before =
                    round % 2 == 0 ? this.bytes.altered(this.bytes.reply(1)) : this.bytes.noise(30);
            byte[] arrived = DamagedBytes.with(before, before.length, intact);
            int[] found = {0, 0};
            this.parser.clear();
            this.parser.expect(1, Register.PRESENT_POSITION, DamagedBytes.DATA);

            parse(
                    arrived,
                    replies -> {
                        found[0] = replies;
                        found[1] = this.parser.value(Register.PRESENT_POSITION);
                    });

            require(
                    found[0] == 1 && found[1] == Register.PRESENT_POSITION.get(intact, 5),
                    "found " + Arrays.toString(found),
                    round,
                    arrived);
        }
    }

    /** No exception, and always an end; FF is what looks most like a reply. */
    @Campaign
    @Test
    void anyBytesAreTaken() {
        for (int round = 0; round < ROUNDS; round++) {
            byte[] noise = this.bytes.noise(60);
            for (int i = 0; i < noise.length; i++) {
                if (this.random.nextInt(3) == 0) {
                    noise[i] = (byte) 0xFF;
                }
            }

            isAccepted(noise);
        }
    }

    private boolean isAccepted(byte[] burst) {
        int[] found = {0};
        this.parser.clear();
        this.parser.expect(1, Register.PRESENT_POSITION, DamagedBytes.DATA);
        parse(
                burst,
                replies -> {
                    found[0] = replies;
                    this.parser.expect(replies + 1, Register.PRESENT_POSITION, DamagedBytes.DATA);
                });
        return found[0] == DamagedBytes.SERVOS && this.parser.isClean();
    }

    private void parse(byte[] arrived, IntConsumer reply) {
        int replies = 0;
        for (int from = 0; from < arrived.length; ) {
            int count = Math.min(1 + this.random.nextInt(64), arrived.length - from);
            System.arraycopy(arrived, from, this.chunk, 0, count);
            this.parser.accept(this.chunk, count);
            from += count;
            for (Outcome o = this.parser.next(); o != Outcome.INCOMPLETE; o = this.parser.next()) {
                if (o == Outcome.REPLY) {
                    reply.accept(++replies);
                }
            }
        }
    }

    private void require(boolean holds, String what, int round, byte[] arrived) {
        if (!holds) { // one in a million is worth a message
            assertThat(holds)
                    .as(
                            "%s in round %d with seed %d: %s",
                            what, round, this.seed, HexFormat.of().formatHex(arrived))
                    .isTrue();
        }
    }
}
