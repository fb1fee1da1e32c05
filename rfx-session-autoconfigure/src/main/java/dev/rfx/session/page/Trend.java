package dev.rfx.session.page;

import dev.rfx.session.Observation;
import dev.rfx.session.RobotReading;
import dev.rfx.session.Session;
import dev.rfx.session.Tensor;
import dev.rfx.session.timing.IterationReader;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The points of one session in the last two minutes. Confined to one thread. */
final class Trend {

    /** Two minutes. */
    private static final int POINTS = 600;

    /** A figure covers the iterations of two seconds, or of three periods if that is longer. */
    private static final double NANOS_OF_A_FIGURE = 2e9;

    private static final int PERIODS_OF_A_FIGURE = 3;

    private static final double NANOS_PER_MICRO = 1e3;
    private static final float[] NONE = {};

    /** The reading of {@code SafetyLimits} and of the SO-101. */
    private static final String CLAMPS = "clamps";

    private final Session session;
    private final IterationReader iterations;
    private final double targetNanos;
    private final int batchesOfAFigure;
    private final Increase overruns;
    private final Increase clamps;
    private final Increase failures;
    private final Deque<Batch> batches = new ArrayDeque<>();
    private final Deque<Point> points = new ArrayDeque<>();

    Trend(Session session) {
        this.session = session;
        this.iterations = session.iterationReader();
        this.overruns = new Increase(() -> session.totals().overruns());
        this.clamps = new Increase(() -> clamps(session));
        this.failures = new Increase(() -> session.totals().failures());
        this.overruns.next();
        this.failures.next();
        this.targetNanos = 1e9 / session.options().rateHz();
        this.batchesOfAFigure =
                (int)
                        Math.ceil(
                                Math.max(NANOS_OF_A_FIGURE, PERIODS_OF_A_FIGURE * this.targetNanos)
                                        / (LiveFeed.INTERVAL_MILLIS * 1e6));
    }

    /** The increase of a count between two points. */
    private static final class Increase {

        private static final long UNKNOWN = -1;

        private final LongSupplier count;
        private long last = UNKNOWN;

        Increase(LongSupplier count) {
            this.count = count;
        }

        /** The next increase is zero: what has been meanwhile is not of one point. */
        void skip() {
            this.last = UNKNOWN;
        }

        /** A count that cannot be read has not increased. */
        long next() {
            long now;
            try {
                now = this.count.getAsLong();
            } catch (RuntimeException | Error ex) {
                return 0; // the page shows the session as unknown
            }
            long increase = this.last == UNKNOWN ? 0 : Math.max(now - this.last, 0);
            this.last = now;
            return increase;
        }
    }

    private static long clamps(Session session) {
        return (long)
                session.readings().stream()
                        .filter(reading -> reading.name().equals(CLAMPS))
                        .mapToDouble(RobotReading::value)
                        .filter(Double::isFinite)
                        .sum();
    }

    /** The iterations between two points. */
    private static final class Batch {
        private double[] jitter = new double[64];
        private int periods;
        private long periodNanos;
        private int iterations;
        private long observeNanos;
        private long policyNanos;
        private long actNanos;

        void add(long period, double jitterNanos) {
            if (this.periods == this.jitter.length) {
                this.jitter = Arrays.copyOf(this.jitter, 2 * this.periods);
            }
            this.jitter[this.periods++] = jitterNanos;
            this.periodNanos += period;
        }
    }

    /**
     * Adds a point.
     *
     * @param time time of the point, in milliseconds since 1970
     * @param watched whether the robot may be read, too
     */
    void sample(long time, boolean watched) {
        if (!watched) {
            this.clamps.skip();
        }
        Batch batch = new Batch();
        this.iterations.read(
                (period, lateness, observe, policy, act) -> {
                    if (period >= 0) {
                        batch.add(period, Math.abs(period - this.targetNanos));
                    }
                    batch.iterations++;
                    batch.observeNanos += observe;
                    batch.policyNanos += policy;
                    batch.actNanos += act;
                });
        if (this.session.isRunning()) {
            this.batches.add(batch);
            if (this.batches.size() > this.batchesOfAFigure) {
                this.batches.remove();
            }
        } else {
            this.batches.clear(); // figures of an earlier run are not current
        }
        this.points.add(point(time, watched));
        if (this.points.size() > POINTS) {
            this.points.remove();
        }
    }

    private Point point(long time, boolean watched) {
        double[] jitter =
                this.batches.stream()
                        .flatMapToDouble(batch -> Arrays.stream(batch.jitter, 0, batch.periods))
                        .sorted()
                        .toArray();
        boolean iterating = this.batches.stream().anyMatch(batch -> batch.iterations > 0);
        float[] goals =
                iterating && this.session.latestAction() instanceof Tensor action
                        ? action.toArray()
                        : NONE;
        return new Point(
                time,
                percentile(jitter, 0.5),
                percentile(jitter, 0.99),
                mean(this.batches.stream().mapToLong(batch -> batch.observeNanos).sum()),
                mean(this.batches.stream().mapToLong(batch -> batch.policyNanos).sum()),
                mean(this.batches.stream().mapToLong(batch -> batch.actNanos).sum()),
                iterating ? positions(goals.length) : NONE,
                goals,
                this.overruns.next(),
                watched ? this.clamps.next() : 0,
                this.failures.next());
    }

    private static @Nullable Double percentile(double[] sorted, double quantile) {
        return sorted.length == 0
                ? null
                : sorted[(int) Math.round(quantile * (sorted.length - 1))] / NANOS_PER_MICRO;
    }

    private @Nullable Double mean(long nanos) {
        int count = this.batches.stream().mapToInt(batch -> batch.iterations).sum();
        return count == 0 ? null : nanos / NANOS_PER_MICRO / count;
    }

    /** The state begins with the positions. There are as many positions as goals. */
    private float[] positions(int joints) {
        if (this.session.latestObservation() instanceof Observation observation) {
            Tensor state = observation.find(Observation.STATE);
            if (state != null) {
                float[] values = state.toArray();
                return joints > 0 && joints < values.length
                        ? Arrays.copyOf(values, joints)
                        : values;
            }
        }
        return NONE;
    }

    /** Returns the rate of the last two seconds, 0 without iterations. */
    double rateHz() {
        long periods = this.batches.stream().mapToLong(batch -> batch.periods).sum();
        long nanos = this.batches.stream().mapToLong(batch -> batch.periodNanos).sum();
        return nanos == 0 ? 0 : periods * 1e9 / nanos;
    }

    /** Returns the last point, if there is one. */
    List<Point> latest() {
        return this.points.isEmpty() ? List.of() : List.of(this.points.getLast());
    }

    /** Returns all points, oldest first. */
    List<Point> points() {
        return List.copyOf(this.points);
    }

    /** Returns the number of periods in each bin, over the window of the statistics. */
    int[] histogram() {
        int[] counts = new int[PeriodBins.COUNT];
        for (long period : this.session.periodNanos()) {
            counts[PeriodBins.of((period - this.targetNanos) / NANOS_PER_MICRO)]++;
        }
        return counts;
    }
}
