package dev.rfx.session.timing;

import static dev.rfx.session.timing.TimingRecorder.Begin.OF_THE_RUN;
import static dev.rfx.session.timing.TimingRecorder.OVERRUN;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimingRecorderTests {

    /** Iteration n begins at n², so that its period, 2n − 1, identifies it. */
    private static void record(TimingRecorder recorder, long n) {
        long start = n * n;
        recorder.record(start, start, start + 1, start + 3, start + 6, n % 3 == 0 ? OVERRUN : 0);
    }

    @Test
    void emptyRecorderHasNothing() {
        TimingRecorder.Sample sample = new TimingRecorder(10, (from, to) -> 0).sample(OF_THE_RUN);

        assertThat(sample.iterations()).isZero();
        assertThat(sample.periodNanos()).isEmpty();
    }

    @Test
    void windowHoldsTheLastPeriodsInOrder() {
        TimingRecorder recorder = new TimingRecorder(4, (from, to) -> 0);
        for (long n = 0; n < 5_000; n++) {
            record(recorder, n);
        }

        TimingRecorder.Sample sample = recorder.sample(OF_THE_RUN);

        assertThat(sample.iterations()).isEqualTo(5_000);
        assertThat(sample.overruns()).isEqualTo(1_667);
        assertThat(sample.periodNanos()).containsExactly(9_991, 9_993, 9_995, 9_997);
        assertThat(sample.windowOverruns()).isEqualTo(1);
        assertThat(recorder.counts())
                .isEqualTo(new Counts(5_000, 1_667, 0, 0, 5_000, 10_000, 15_000));
    }

    @Test
    void laterBeginLeavesOutWhatWasBefore() {
        TimingRecorder recorder = new TimingRecorder(100, (from, to) -> 0);
        for (long n = 0; n < 20; n++) {
            record(recorder, n);
        }
        TimingRecorder.Begin begin = recorder.now();
        assertThat(recorder.sample(begin)).isSameAs(TimingRecorder.Sample.NONE);
        for (long n = 20; n < 23; n++) {
            record(recorder, n);
        }

        TimingRecorder.Sample sample = recorder.sample(begin);

        assertThat(sample.iterations()).isEqualTo(3);
        assertThat(sample.overruns()).as("the 21st").isEqualTo(1);
        assertThat(sample.periodNanos()).as("the first has no period").containsExactly(41, 43);
    }

    @Test
    void overrunOfTheFirstIterationCountsThoughItHasNoPeriod() {
        TimingRecorder recorder = new TimingRecorder(4, (from, to) -> 0);
        record(recorder, 0);

        assertThat(recorder.sample(OF_THE_RUN).overruns()).isEqualTo(1);
        assertThat(recorder.sample(OF_THE_RUN).periodNanos()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100, 10_000})
    void readerSeesOnlyWholeSamplesOfConsecutiveIterationsWhileTheWriterRuns(int window)
            throws Exception {
        TimingRecorder recorder = new TimingRecorder(window, (from, to) -> 0);
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
                TimingRecorder.Sample sample = recorder.sample(OF_THE_RUN);
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
                Counts counts = recorder.counts();
                assertThat(counts.overruns()).isEqualTo((counts.iterations() + 2) / 3);
            }
        } finally {
            done.set(true);
            writer.join();
        }
    }
}
