package dev.rfx.session.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.rfx.session.EndOfRunException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which entry of a recording is due. */
class PlayheadTests {

    /** So that a reading of the clock wraps around. */
    private static final long BEGIN = Long.MAX_VALUE - 50;

    private static Playhead playhead(boolean repeats, Long... times) {
        return new Playhead("arm.mcap", List.of(times), repeats);
    }

    /** {@return the entries that calls find until the end, or 20 of them} */
    private static List<Integer> play(Playhead playhead, long... times) {
        List<Integer> found = new ArrayList<>();
        for (long time : times) {
            found.add(playhead.at(BEGIN + time));
        }
        return found;
    }

    @Test
    void latestEntryThatIsDueIsFound() {
        assertThat(play(playhead(false, 100L, 120L, 150L, 151L), 0, 10, 20, 40, 49, 50, 51))
                .containsExactly(0, 0, 1, 1, 2, 2, 3);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void jitterNeitherRepeatsNorSkips(long seed) {
        Random random = new Random(seed);
        int count = 10_000;
        List<Long> times = LongStream.range(0, count).mapToObj(k -> k * 1000).toList();
        Playhead playhead = new Playhead("arm.mcap", times, false);
        for (int k = 0; k < count; k++) {
            long late = random.nextInt(200);
            assertThat(playhead.at(BEGIN + k * 1000L + late)).as("call %d", k).isEqualTo(k);
        }
    }

    @Test
    void endIsAfterTheLastEntryWasFound() {
        Playhead playhead = playhead(false, 0L, 20L);
        assertThat(play(playhead, 0, 500)).containsExactly(0, 1);

        assertThatExceptionOfType(EndOfRunException.class)
                .isThrownBy(() -> playhead.at(BEGIN + 501))
                .withMessage("arm.mcap is over");
    }

    @Test
    void rewindBeginsWithTheFirstEntryAtAnyTime() {
        Playhead playhead = playhead(false, 0L, 20L);
        play(playhead, 0, 20);

        playhead.rewind();

        assertThat(play(playhead, 1000, 1020)).containsExactly(0, 1);
    }

    @Test
    void timeThatStandsStillOrGoesBackIsWaitedFor() {
        assertThat(play(playhead(false, 0L, 20L, 40L), 0, 20, 20, 5, 20, 40, 40))
                .containsExactly(0, 1, 1, 1, 1, 2, 2);
    }

    @Test
    void repeatedRecordingGoesOnAPeriodAfterItsEnd() {
        Playhead playhead = playhead(true, 0L, 20L, 40L);

        assertThat(play(playhead, 0, 20, 40, 60, 80, 100, 120, 139, 141, 1000))
                .containsExactly(0, 1, 2, 0, 1, 2, 0, 1, 1, 2);
    }

    @Test
    void repeatedRecordingKeepsItsTimeOverManyRounds() {
        Playhead playhead = playhead(true, 0L, 20L, 40L);
        for (int k = 0; k < 1000; k++) {
            assertThat(playhead.at(BEGIN + 20L * k + k % 3)).isEqualTo(k % 3);
        }
        assertThat(playhead.begin()).isEqualTo(BEGIN + 60 * 333);
    }

    @Test
    void repeatedRecordingOfOneEntryStaysThere() {
        assertThat(play(playhead(true, 7L), 0, 1, 1000)).containsExactly(0, 0, 0);
    }

    @Test
    void timesThatDoNotIncreaseAreRefused() {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> playhead(false, 5L, 6L, 6L))
                .withMessage(
                        "arm.mcap: entry 2 is due at 1 ns, but must be due after entry 1, at 1 ns");
    }
}
