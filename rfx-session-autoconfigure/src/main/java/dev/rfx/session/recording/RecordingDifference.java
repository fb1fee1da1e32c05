package dev.rfx.session.recording;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How two recordings differ, in timing and in the actions that the robot received, as a table.
 * Iterations of the same number are compared.
 *
 * <pre>{@code
 * System.out.println(RecordingDifference.between(Path.of("before.mcap"), Path.of("after.mcap")));
 * }</pre>
 *
 * @since 0.1
 */
public final class RecordingDifference {

    private static final double[] SHARES = {0.5, 0.99, 1};
    private static final String[] NAMES = {"p50", "p99", "largest"};

    private final Path first;
    private final Path second;
    private final TimingSummary firstTiming;
    private final TimingSummary secondTiming;
    private final Map<String, Deviation> deviations = new LinkedHashMap<>();
    private long compared;
    private long different;
    private long onlyInOne;
    private long firstDifferent;

    private RecordingDifference(Path first, Path second, double firstRate, double secondRate) {
        this.first = first;
        this.second = second;
        this.firstTiming = new TimingSummary(firstRate);
        this.secondTiming = new TimingSummary(secondRate);
    }

    /**
     * Compares two recordings.
     *
     * @param first a file that a recorder has written
     * @param second another one
     * @return how they differ
     * @throws IOException if a file cannot be read or is damaged; the message says where
     */
    public static RecordingDifference between(Path first, Path second) throws IOException {
        try (RecordingReader before = RecordingReader.open(first);
                RecordingReader after = RecordingReader.open(second)) {
            RecordedIteration left = before.next();
            RecordedIteration right = after.next();
            RecordingDifference difference =
                    new RecordingDifference(
                            first,
                            second,
                            RecordingFormat.rateHz(first, before.metadata()),
                            RecordingFormat.rateHz(second, after.metadata()));
            while (left != null || right != null) {
                boolean takesLeft =
                        right == null || left != null && left.number() <= right.number();
                boolean takesRight =
                        left == null || right != null && right.number() <= left.number();
                difference.add(takesLeft ? left : null, takesRight ? right : null);
                left = takesLeft ? before.next() : left;
                right = takesRight ? after.next() : right;
            }
            return difference;
        } catch (IllegalArgumentException ex) { // a value that is not of its type
            throw new IOException("%s or %s: %s".formatted(first, second, ex.getMessage()), ex);
        }
    }

    private void add(@Nullable RecordedIteration left, @Nullable RecordedIteration right) {
        if (left != null) {
            this.firstTiming.add(left);
        }
        if (right != null) {
            this.secondTiming.add(right);
        }
        if (left == null || right == null) {
            this.onlyInOne++;
            return;
        }
        this.compared++;
        if (!compare(left.sent(), right.sent())) {
            if (this.different == 0) {
                this.firstDifferent = left.number();
            }
            this.different++;
        }
    }

    /** {@return whether both actions are the same} */
    private boolean compare(@Nullable RecordedValue left, @Nullable RecordedValue right) {
        if (left == null || right == null) {
            return left == right;
        }
        Map<String, Double> numbers = new HashMap<>();
        left.forEachNumber(numbers::put);
        right.forEachNumber(
                (name, number) -> {
                    Double before = numbers.get(name);
                    if (before != null) {
                        this.deviations
                                .computeIfAbsent(name, unused -> new Deviation())
                                .add(Math.abs(number - before));
                    }
                });
        return left.isSameAs(right);
    }

    /** {@return whether both have the same iterations with the same actions, bit by bit} */
    public boolean isIdentical() {
        return this.different == 0 && this.onlyInOne == 0;
    }

    /** {@return the table} */
    @Override
    public String toString() {
        TextTable timing = new TextTable(0);
        timing.row("", "first", "second", "difference");
        timing.row(
                "duration",
                seconds("%.3f s", this.firstTiming.durationNanos()),
                seconds("%.3f s", this.secondTiming.durationNanos()),
                seconds(
                        "%+.3f s",
                        this.secondTiming.durationNanos() - this.firstTiming.durationNanos()));
        Map<String, Long> after = this.secondTiming.counts();
        this.firstTiming
                .counts()
                .forEach(
                        (name, count) -> {
                            long other = after.getOrDefault(name, 0L);
                            timing.row(
                                    name,
                                    Long.toString(count),
                                    Long.toString(other),
                                    String.format(Locale.ROOT, "%+d", other - count));
                        });
        this.firstTiming
                .times()
                .forEach((name, times) -> addTimes(timing, name, times, this.secondTiming));
        TextTable actions = new TextTable(0);
        actions.row("action", "mean difference", "largest");
        this.deviations.forEach(
                (name, deviation) ->
                        actions.row(name, number(deviation.mean()), number(deviation.largest)));
        return "first   %s%nsecond  %s%n%n%s%n%s%n%s%n"
                .formatted(this.first, this.second, timing, actions, conclusion());
    }

    private static void addTimes(
            TextTable table, String name, Figures before, TimingSummary second) {
        Figures after = second.times().getOrDefault(name, new Figures());
        for (int i = 0; i < SHARES.length; i++) {
            long left = before.percentile(SHARES[i]);
            long right = after.percentile(SHARES[i]);
            table.row(
                    name + " " + NAMES[i],
                    Figures.millis(left),
                    Figures.millis(right),
                    (right < left ? "" : "+") + Figures.millis(right - left));
        }
    }

    private String conclusion() {
        String alone =
                this.onlyInOne == 0
                        ? ""
                        : "; %d iterations are in one recording only".formatted(this.onlyInOne);
        if (this.different == 0) {
            return "%d iterations compared, their actions are identical%s"
                    .formatted(this.compared, alone);
        }
        return "%d iterations compared, the actions of %d differ, first in iteration %d%s"
                .formatted(this.compared, this.different, this.firstDifferent, alone);
    }

    private static String seconds(String format, long nanos) {
        return String.format(Locale.ROOT, format, nanos / 1e9);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.6g", value);
    }

    /** How one number of the actions differs. */
    private static final class Deviation {

        private double sum;
        private double largest;
        private long count;

        void add(double difference) {
            // Both may be infinite, or not numbers.
            double known = Double.isNaN(difference) ? 0 : difference;
            this.sum += known;
            this.largest = Math.max(this.largest, known);
            this.count++;
        }

        double mean() {
            return this.sum / this.count;
        }
    }
}
