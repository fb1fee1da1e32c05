package dev.rfx.session;

import static dev.rfx.session.RunStatistics.MAX_AGE_NANOS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.RunStatistics.Window;
import dev.rfx.session.test.TestClock;
import dev.rfx.session.test.VirtualClock;
import dev.rfx.session.testkit.Campaign;
import dev.rfx.session.timing.TimingRecorder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * The figures that all readers share. Iteration n begins at n², so that its period, 2n − 1,
 * identifies it. The target period is 0, so that the jitter is the period. Every third iteration is
 * an overrun.
 */
class RunStatisticsTests {

    private static final int SAMPLES = 5;
    private static final Runnable NOTHING = () -> {};

    /** What happens when the statistics next read the clock. */
    private volatile Runnable onNextRead = NOTHING;

    private final VirtualClock clock = new VirtualClock();
    private final TimingRecorder recorder = new TimingRecorder(SAMPLES, (from, to) -> 0);
    private final RunStatistics statistics =
            new RunStatistics(
                    0,
                    new TestClock(this.clock) {
                        @Override
                        public long nanoTime() {
                            Runnable action = RunStatisticsTests.this.onNextRead;
                            if (action != NOTHING) {
                                RunStatisticsTests.this.onNextRead = NOTHING;
                                action.run();
                            }
                            return super.nanoTime();
                        }
                    },
                    this.recorder);

    private void pass(long nanos) {
        this.clock.advance(Duration.ofNanos(nanos));
    }

    /** Called by one thread at a time. */
    private void iterate(int iterations) {
        for (int i = 0; i < iterations; i++) {
            long n = this.recorder.count();
            int flags = n % 3 == 0 ? TimingRecorder.OVERRUN : 0;
            this.recorder.record(n * n, n * n, n * n, n * n, n * n, flags);
        }
    }

    private static long overrunsUpTo(long iterations) {
        return (iterations + 2) / 3;
    }

    /** {@return the statistics of iterations begin to end − 1, computed in the plain way} */
    private static SessionStats expected(long begin, long end, long now) {
        long[] periods =
                LongStream.range(Math.max(begin + 1, end - SAMPLES), end)
                        .map(n -> 2 * n - 1)
                        .toArray();
        return SessionStats.of(now - begin, overrunsUpTo(now) - overrunsUpTo(begin), 0, periods);
    }

    private SessionStats read() {
        return this.statistics.stats(this.statistics.window(false));
    }

    private SessionStats readAfterTheEnd() {
        return this.statistics.stats(this.statistics.window(true));
    }

    @Test
    void firstReadingIsExact() {
        iterate(3);

        assertThat(read()).isEqualTo(expected(0, 3, 3));
    }

    @Test
    void figuresAreComputedOnceInAnInterval() {
        iterate(30);
        Window first = this.statistics.window(false);
        iterate(20);
        pass(MAX_AGE_NANOS - 1);

        assertThat(this.statistics.window(false)).isSameAs(first);
        pass(1);
        Window second = this.statistics.window(false);
        assertThat(second.recorded()).isEqualTo(50);
        assertThat(second.iterations()).isEqualTo(SAMPLES);
        assertThat(this.statistics.window(false)).isSameAs(second);
    }

    @Test
    void countsAreCurrentAtEachCallAndFiguresWhenTheIterationsHaveDoubled() {
        for (int n = 1; n < 100; n++) {
            iterate(1);

            assertThat(read()).isEqualTo(expected(0, Integer.highestOneBit(n), n));
        }
    }

    @Test
    void readingAfterTheEndIsExact() {
        iterate(3);
        read();
        iterate(4);

        assertThat(readAfterTheEnd()).isEqualTo(expected(0, 7, 7));
    }

    @Test
    void nothingIsComputedAgainWhileNothingIsRecorded() {
        iterate(3);
        Window first = this.statistics.window(false);
        pass(100 * MAX_AGE_NANOS);

        assertThat(this.statistics.window(false)).isSameAs(first);
        assertThat(this.statistics.window(true)).isSameAs(first);
    }

    @Test
    void firstReadingAfterAResetIsExact() {
        iterate(3);
        read();
        this.statistics.reset();

        assertThat(read()).isEqualTo(expected(3, 3, 3));
        iterate(4);
        assertThat(read()).isEqualTo(expected(3, 7, 7));
        assertThat(this.statistics.periodNanos()).containsExactly(7, 9, 11);
    }

    @Test
    void resetWithoutAnIterationSinceTheLastOneKeepsNoFigures() {
        iterate(3);
        this.statistics.reset();
        iterate(1);
        read();
        this.statistics.reset();
        this.statistics.reset();
        iterate(4);

        assertThat(read()).isEqualTo(expected(4, 8, 8));
    }

    @Test
    void readerThatIsOvertakenByAResetReadsAgain() {
        iterate(3);
        this.onNextRead =
                () -> {
                    this.statistics.reset();
                    iterate(2);
                };

        assertThat(read()).isEqualTo(expected(3, 5, 5));
    }

    @Test
    void readerThatIsOvertakenByAnotherOneTakesItsFigures() {
        iterate(3);
        List<Window> others = new ArrayList<>();
        this.onNextRead = () -> others.add(this.statistics.window(false));

        assertThat(this.statistics.window(false)).isSameAs(others.get(0));
    }

    /** Its figures may lack iterations that ended before this reading began. */
    @Test
    void readerAfterTheEndDoesNotTakeTheFiguresOfOneFromBefore() {
        iterate(3);
        this.onNextRead =
                () -> {
                    this.statistics.window(false);
                    iterate(2);
                };

        assertThat(readAfterTheEnd()).isEqualTo(expected(0, 5, 5));
    }

    /**
     * All that may come between the two accesses of a reader to the shared value: iterations, time,
     * resets, and other readers with the same in the midst of them.
     */
    @Campaign
    @Test
    void everyReadingIsOfOneBeginAndNotTooOld() {
        for (int seed = 0; seed < Campaign.Rounds.of(50_000, 1_000); seed++) {
            new RunStatisticsTests().readInTheMidstOfAnything(new Random(seed), "seed " + seed);
        }
    }

    private void readInTheMidstOfAnything(Random random, String description) {
        Journal journal = new Journal();
        for (int step = 0; step < 30; step++) {
            anything(journal, random, 0, description);
        }
    }

    private void anything(Journal journal, Random random, int depth, String description) {
        switch (random.nextInt(5)) {
            case 0 -> {
                this.statistics.reset();
                journal.reset();
            }
            case 1 -> pass(random.nextInt((int) MAX_AGE_NANOS));
            case 2, 3 -> {
                iterate(1 + random.nextInt(3));
                journal.recorded();
            }
            default -> {
                boolean ended = depth == 0 && random.nextInt(4) == 0;
                int firstBegin = journal.begins.size() - 1;
                long firstEnd = journal.oldestAllowed(ended);
                if (depth < 3 && !ended) {
                    this.onNextRead =
                            () -> {
                                for (int i = random.nextInt(4); i > 0; i--) {
                                    anything(journal, random, depth + 1, description);
                                }
                            };
                }
                Window window = this.statistics.window(ended);
                this.onNextRead = NOTHING;
                SessionStats stats = this.statistics.stats(window);

                long now = this.recorder.count();
                long begin = window.begin().iterations();
                assertThat(journal.begins.subList(firstBegin, journal.begins.size()))
                        .as(description)
                        .contains(begin);
                assertThat(window.recorded())
                        .as(description)
                        .isBetween(Math.max(begin, firstEnd), now);
                assertThat(stats)
                        .as(description)
                        .isEqualTo(expected(begin, window.recorded(), now));
            }
        }
    }

    /** What was done, and when. */
    private final class Journal {

        private final List<Long> begins = new ArrayList<>(List.of(0L));
        private final List<Long> instants =
                new ArrayList<>(List.of(RunStatisticsTests.this.clock.nanoTime()));
        private final List<Long> counts = new ArrayList<>(List.of(0L));

        void reset() {
            this.begins.add(RunStatisticsTests.this.recorder.count());
        }

        void recorded() {
            this.instants.add(RunStatisticsTests.this.clock.nanoTime());
            this.counts.add(RunStatisticsTests.this.recorder.count());
        }

        /** {@return the iterations that figures contain which are just not too old} */
        long oldestAllowed(boolean ended) {
            long now = RunStatisticsTests.this.clock.nanoTime();
            long oldest = 0;
            for (int i = 0; i < this.counts.size(); i++) {
                if (ended || now - this.instants.get(i) >= MAX_AGE_NANOS) {
                    oldest = this.counts.get(i);
                }
            }
            return oldest;
        }
    }

    @Campaign
    @Test
    void readersWriterAndResetsDoNotConfuseEachOther() throws Exception {
        int threads = 4;
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            for (int round = 0; round < Campaign.Rounds.of(20_000, 500); round++) {
                Race race = new Race(new CyclicBarrier(threads));
                List<Future<?>> tasks =
                        Arrays.asList(
                                executor.submit(race::write),
                                executor.submit(race::reset),
                                executor.submit(race::read),
                                executor.submit(race::read));
                for (Future<?> task : tasks) {
                    task.get();
                }
            }
        } finally {
            executor.shutdownNow();
        }
    }

    /** One run with its readers. */
    private static final class Race {

        private static final int ITERATIONS = 300;

        private final RunStatisticsTests run = new RunStatisticsTests();
        private final CyclicBarrier barrier;
        private volatile boolean ended;

        Race(CyclicBarrier barrier) {
            this.barrier = barrier;
        }

        Void write() throws Exception {
            this.barrier.await();
            for (int i = 0; i < ITERATIONS; i++) {
                this.run.iterate(1);
                this.run.pass(MAX_AGE_NANOS / 4);
            }
            this.ended = true;
            return null;
        }

        Void reset() throws Exception {
            this.barrier.await();
            while (!this.ended) {
                this.run.statistics.reset();
                long begin = this.run.statistics.window(false).begin().iterations();
                assertThat(begin).isLessThanOrEqualTo(this.run.recorder.count());
                long next = begin + 20;
                while (!this.ended && this.run.recorder.count() < next) {
                    Thread.onSpinWait();
                }
            }
            return null;
        }

        Void read() throws Exception {
            this.barrier.await();
            Window before = this.run.statistics.window(false);
            SessionStats counted = this.run.statistics.stats(before);
            boolean last;
            do {
                last = this.ended;
                Window window = this.run.statistics.window(last);
                SessionStats stats = this.run.statistics.stats(window);
                long begin = window.begin().iterations();
                long now = begin + stats.iterations();

                assertThat(stats).isEqualTo(expected(begin, window.recorded(), now));
                assertThat(begin).isGreaterThanOrEqualTo(before.begin().iterations());
                assertThat(window.recorded()).isBetween(before.recorded(), now);
                assertThat(now)
                        .isGreaterThanOrEqualTo(before.begin().iterations() + counted.iterations());
                if (last) {
                    assertThat(now).isEqualTo(ITERATIONS);
                    assertThat(window.recorded()).isEqualTo(ITERATIONS);
                }
                before = window;
                counted = stats;
            } while (!last);
            return null;
        }
    }
}
