package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimingRecorderTests {

    /** Iteration n begins at n², so that its period, 2n − 1, tells which iteration it is. */
    private static void record(TimingRecorder recorder, long n) {
        long start = n * n;
        recorder.record(start, start + 1, start + 3, start + 6, n % 3 == 0);
    }

    @Test
    void emptyRecorderHasNothing() {
        TimingRecorder.Sample sample = new TimingRecorder(10).sample();

        assertThat(sample.iterations()).isZero();
        assertThat(sample.periodNanos()).isEmpty();
    }

    @Test
    void windowHoldsTheLastPeriodsInOrder() {
        TimingRecorder recorder = new TimingRecorder(4);
        for (long n = 0; n < 5_000; n++) {
            record(recorder, n);
        }

        TimingRecorder.Sample sample = recorder.sample();

        assertThat(sample.iterations()).isEqualTo(5_000);
        assertThat(sample.overruns()).isEqualTo(1_667);
        assertThat(sample.periodNanos()).containsExactly(9_991, 9_993, 9_995, 9_997);
        assertThat(sample.windowOverruns()).isEqualTo(1);
        assertThat(recorder.totals())
                .isEqualTo(new SessionTotals(5_000, 1_667, 5_000, 10_000, 15_000));
    }

    @Test
    void overrunOfTheFirstIterationCountsThoughItHasNoPeriod() {
        TimingRecorder recorder = new TimingRecorder(4);
        record(recorder, 0);

        assertThat(recorder.sample().overruns()).isEqualTo(1);
        assertThat(recorder.sample().periodNanos()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100, 10_000})
    void readerSeesOnlyWholeSamplesOfConsecutiveIterationsWhileTheWriterRuns(int window)
            throws Exception {
        TimingRecorder recorder = new TimingRecorder(window);
        AtomicBoolean done = new AtomicBoolean();
        Thread writer =
                new Thread(
                        () -> {
                            for (long n = 0; !done.get(); n++) {
                                record(recorder, n);
                            }
                        });
        writer.start();
        try {
            for (int reading = 0; reading < 5_000; reading++) {
                TimingRecorder.Sample sample = recorder.sample();
                long n = sample.iterations();
                assertThat(sample.overruns()).isEqualTo((n + 2) / 3);
                long[] periods = sample.periodNanos();
                assertThat(periods.length).isLessThanOrEqualTo(window);
                for (int i = 0; i < periods.length; i++) {
                    long iteration = n - periods.length + i;
                    if (periods[i] != 2 * iteration - 1) {
                        assertThat(periods[i])
                                .as("iteration %d", iteration)
                                .isEqualTo(2 * iteration - 1);
                    }
                }
                SessionTotals totals = recorder.totals();
                assertThat(totals.overruns()).isEqualTo((totals.iterations() + 2) / 3);
            }
        } finally {
            done.set(true);
            writer.join();
        }
    }
}
