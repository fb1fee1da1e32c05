package dev.rfx.session.timing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NapStageTests {

    private final NapStage naps = new NapStage();

    @Test
    void stageIsAsLongAsTheBudgetAllows() {
        assertThat(this.naps.nanos(NapStage.COST_NANOS - 1)).isZero();
        assertThat(this.naps.nanos(NapStage.COST_NANOS)).isEqualTo(100_000);
        assertThat(this.naps.nanos(5 * NapStage.COST_NANOS + 1)).isEqualTo(500_000);
        assertThat(this.naps.nanos(Long.MAX_VALUE / NapStage.NAP_NANOS)).isEqualTo(800_000);
    }

    @Test
    void stageShrinksToOneNapWhereNapsGainNothing() {
        learn(1_000, 20_000, 20_000);

        assertThat(this.naps.nanos(1_000_000)).isEqualTo(NapStage.NAP_NANOS);
    }

    @Test
    void stageReturnsWhenNapsGainAgain() {
        learn(1_000, 20_000, 20_000);
        learn(200, 100_000, 20_000);

        assertThat(this.naps.nanos(1_000_000)).isEqualTo(800_000);
    }

    @Test
    void oneLateSleepChangesNothing() {
        learn(1_000, 20_000, 20_000);
        learn(1, 300_000, 20_000);

        assertThat(this.naps.nanos(1_000_000)).isEqualTo(NapStage.NAP_NANOS);
    }

    @Test
    void latenessThatAnotherThreadCausedIsIgnored() {
        learn(1_000, 100_000, 20_000);
        learn(1_000, 100_000, 3_000_000);

        assertThat(this.naps.nanos(1_000_000)).isEqualTo(800_000);
    }

    @Test
    void sleepThatIsAsShortAsNapsTeachesNothing() {
        for (int i = 0; i < 1_000; i++) {
            this.naps.learn(3 * NapStage.NAP_NANOS, 10_000, 10_000);
        }

        assertThat(this.naps.nanos(1_000_000)).isEqualTo(800_000);
    }

    @Test
    void smallBudgetIsLeftToTheSpin() {
        assertThat(NapStage.reserve(NapStage.MIN_BUDGET_NANOS - 1)).isZero();
        assertThat(NapStage.reserve(NapStage.MIN_BUDGET_NANOS)).isEqualTo(NapStage.COST_NANOS);
    }

    private void learn(int waits, long longSleepLate, long lastNapLate) {
        for (int i = 0; i < waits; i++) {
            this.naps.learn(4_000_000, longSleepLate, lastNapLate);
        }
    }
}
