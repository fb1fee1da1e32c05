package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SessionStatsTests {

    private static final double TARGET_NANOS = 20_000_000;

    /** The result of numpy 1.24.2 for {@link #periods(int)}. */
    record Expected(int samples, double p50, double p95, double p99, double max) {}

    static List<Expected> computedByNumpy() {
        return List.of(
                new Expected(1, 0.000735276, 0.000735276, 0.000735276, 0.000735276),
                new Expected(2, 0.000778246, 0.000816919, 0.0008203566, 0.000821216),
                new Expected(3, 0.000735276, 0.000812622, 0.0008194972, 0.000821216),
                new Expected(5, 0.000735276, 0.0008107382, 0.0008191204400000001, 0.000821216),
                new Expected(101, 0.000496143, 0.000925782, 0.00095711, 0.000988034),
                new Expected(
                        10_000, 0.0005062305, 0.00095247655, 0.0009905392399999998, 0.000999981));
    }

    /** Periods of 19 to 21 ms from a linear congruential generator, easy to repeat in Python. */
    private static long[] periods(int samples) {
        long[] periods = new long[samples];
        long x = 42;
        for (int i = 0; i < samples; i++) {
            x = x * 6364136223846793005L + 1442695040888963407L;
            periods[i] = 20_000_000 + (x >>> 33) % 2_000_001 - 1_000_000;
        }
        return periods;
    }

    @ParameterizedTest
    @MethodSource("computedByNumpy")
    void percentilesAreThoseOfNumpyToTheLastBit(Expected expected) {
        SessionStats stats = SessionStats.of(1, 0, TARGET_NANOS, periods(expected.samples()));

        assertThat(stats.p50JitterSeconds()).isEqualTo(expected.p50());
        assertThat(stats.p95JitterSeconds()).isEqualTo(expected.p95());
        assertThat(stats.p99JitterSeconds()).isEqualTo(expected.p99());
        assertThat(stats.maxJitterSeconds()).isEqualTo(expected.max());
    }

    /** The last bit depends on the rank from which numpy interpolates. */
    @Test
    void percentileIsInterpolatedFromTheNearerRank() {
        long[] periods = {20_039_002, 20_595_853, 19_942_651, 19_990_370};

        SessionStats stats = SessionStats.of(5, 0, TARGET_NANOS, periods);

        assertThat(stats.p50JitterSeconds()).isEqualTo(4.81755e-05);
        assertThat(stats.p95JitterSeconds()).isEqualTo(0.0005150773999999999);
        assertThat(stats.p99JitterSeconds()).isEqualTo(0.0005796978799999998);
    }

    @Test
    void mapHasTheKeysOfRfxInItsOrder() {
        SessionStats stats = new SessionStats(7, 1, 0.02, 0.0201, 1e-4, 2e-4, 3e-4, 4e-4);

        assertThat(stats.toMap())
                .containsExactly(
                        java.util.Map.entry("iterations", 7L),
                        java.util.Map.entry("overruns", 1L),
                        java.util.Map.entry("target_period_s", 0.02),
                        java.util.Map.entry("avg_period_s", 0.0201),
                        java.util.Map.entry("p50_jitter_s", 1e-4),
                        java.util.Map.entry("p95_jitter_s", 2e-4),
                        java.util.Map.entry("p99_jitter_s", 3e-4),
                        java.util.Map.entry("max_jitter_s", 4e-4));
    }

    @Test
    void withoutPeriodsAllTimesAreZero() {
        assertThat(SessionStats.of(1, 0, TARGET_NANOS, new long[0]))
                .isEqualTo(new SessionStats(1, 0, 0.02, 0, 0, 0, 0, 0));
    }
}
