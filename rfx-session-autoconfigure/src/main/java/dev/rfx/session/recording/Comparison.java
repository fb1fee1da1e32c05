package dev.rfx.session.recording;

import dev.rfx.session.EndOfRunException;
import dev.rfx.session.Tensor;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Compares actions with recorded ones, number by number. */
final class Comparison implements ValueWriter {

    private final Codecs codecs;
    private final double tolerance;
    private long iterations;
    private long differences;
    private ReplayResult.@Nullable Difference first;
    private double largest;

    // The action that is being compared.
    private long iteration;
    private @Nullable RecordedValue recorded;
    private int fields;
    private boolean differs;

    Comparison(Codecs codecs, double tolerance) {
        this.codecs = codecs;
        this.tolerance = tolerance;
    }

    /** Compares the action of an iteration. */
    void compare(RecordedIteration iteration, Object action) throws IOException {
        RecordedValue selected = iteration.selected();
        if (selected == null) {
            return;
        }
        this.iteration = iteration.number();
        this.recorded = selected;
        this.fields = 0;
        this.differs = false;
        write(action);
        if (this.fields != selected.layout().fields().size()) {
            differ(
                    "the number of fields",
                    Integer.toString(selected.layout().fields().size()),
                    Integer.toString(this.fields),
                    Double.POSITIVE_INFINITY);
        }
        this.iterations++;
        this.differences += this.differs ? 1 : 0;
    }

    @SuppressWarnings("unchecked")
    private void write(Object action) throws IOException {
        Codec<Object> codec = (Codec<Object>) this.codecs.find(action.getClass());
        if (codec == null) {
            throw new IOException(
                    "The policy selected a %s, which needs a codec: see Replay.withCodec"
                            .formatted(action.getClass().getName()));
        }
        codec.write(action, this);
    }

    /** Notes that the policy ended the run, in an iteration which the recording has. */
    void endedEarly(RecordedIteration iteration, EndOfRunException end) {
        this.iteration = iteration.number();
        this.iterations++;
        this.differences++;
        differ("the end of the run", "later", end.getMessage(), Double.POSITIVE_INFINITY);
    }

    ReplayResult result(
            long firstIteration,
            long missing,
            boolean otherModel,
            Duration recorded,
            Duration replayed) {
        return new ReplayResult(
                this.iterations,
                firstIteration,
                missing,
                this.differences,
                this.first,
                this.largest,
                otherModel,
                recorded,
                replayed);
    }

    private void differ(String field, String recorded, String replayed, double difference) {
        this.differs = true;
        this.largest = Math.max(this.largest, difference);
        if (this.first == null) {
            this.first = new ReplayResult.Difference(this.iteration, field, recorded, replayed);
        }
    }

    /** {@return the recorded value of a field; null if the recording has no such field} */
    private <T> @Nullable T recorded(String field, Function<RecordedValue, T> value) {
        RecordedValue action = this.recorded;
        if (action == null) {
            throw new IllegalStateException("No action is being compared");
        }
        this.fields++;
        try {
            return value.apply(action);
        } catch (IllegalArgumentException ex) {
            differ(field, "no such field", "a field", Double.POSITIVE_INFINITY);
            return null;
        }
    }

    private void compare(String field, float recorded, float replayed) {
        if (Float.floatToIntBits(recorded) != Float.floatToIntBits(replayed)) {
            differBy(field, recorded, replayed);
        }
    }

    private void compare(String field, double recorded, double replayed) {
        if (Double.doubleToLongBits(recorded) != Double.doubleToLongBits(replayed)) {
            differBy(field, recorded, replayed);
        }
    }

    /** For numbers with other bits. Without a tolerance, 0 is not -0. */
    private void differBy(String field, double recorded, double replayed) {
        double difference = Math.abs(recorded - replayed);
        if (this.tolerance > 0 && difference <= this.tolerance) {
            this.largest = Math.max(this.largest, difference);
            return;
        }
        differ(
                field,
                Double.toString(recorded),
                Double.toString(replayed),
                Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference);
    }

    private void compare(String field, String recorded, String replayed) {
        if (!recorded.equals(replayed)) {
            differ(field, recorded, replayed, Double.POSITIVE_INFINITY);
        }
    }

    private boolean hasLength(String name, int recorded, int replayed) {
        if (recorded == replayed) {
            return true;
        }
        differ(
                name + ".length",
                Integer.toString(recorded),
                Integer.toString(replayed),
                Double.POSITIVE_INFINITY);
        return false;
    }

    @Override
    public void number(String name, float value) {
        Double before = recorded(name, action -> action.number(name));
        if (before != null) {
            compare(name, before.floatValue(), value);
        }
    }

    @Override
    public void number(String name, double value) {
        Double before = recorded(name, action -> action.number(name));
        if (before != null) {
            compare(name, before.doubleValue(), value);
        }
    }

    @Override
    public void integer(String name, long value) {
        Long before = recorded(name, action -> action.integer(name));
        if (before != null) {
            compare(name, before.toString(), Long.toString(value));
        }
    }

    @Override
    public void flag(String name, boolean value) {
        Boolean before = recorded(name, action -> action.flag(name));
        if (before != null) {
            compare(name, before.toString(), Boolean.toString(value));
        }
    }

    @Override
    public void numbers(String name, float[] values) {
        float[] before = recorded(name, action -> action.floats(name));
        if (before != null) {
            compare(name, before, values);
        }
    }

    private void compare(String name, float[] before, float[] values) {
        if (hasLength(name, before.length, values.length)) {
            for (int i = 0; i < values.length; i++) {
                if (Float.floatToIntBits(before[i]) != Float.floatToIntBits(values[i])) {
                    differBy(name + "[" + i + "]", before[i], values[i]);
                }
            }
        }
    }

    @Override
    public void numbers(String name, double[] values) {
        double[] before = recorded(name, action -> action.doubles(name));
        if (before != null && hasLength(name, before.length, values.length)) {
            for (int i = 0; i < values.length; i++) {
                compare(name + "[" + i + "]", before[i], values[i]);
            }
        }
    }

    @Override
    public void integers(String name, long[] values) {
        long[] before = recorded(name, action -> action.integers(name));
        if (before != null && hasLength(name, before.length, values.length)) {
            for (int i = 0; i < values.length; i++) {
                compare(name + "[" + i + "]", Long.toString(before[i]), Long.toString(values[i]));
            }
        }
    }

    @Override
    public void tensor(String name, Tensor value) {
        float[] before = recorded(name, action -> action.floats(name));
        if (before == null || this.recorded == null) {
            return;
        }
        int[] shape = this.recorded.field(name).shape();
        if (value.hasShape(shape)) {
            compare(name, before, value.toArray());
        } else {
            differ(
                    name + ".shape",
                    Arrays.toString(shape),
                    Arrays.toString(value.shape()),
                    Double.POSITIVE_INFINITY);
        }
    }

    @Override
    public void text(String name, String value) {
        String before = recorded(name, action -> action.text(name));
        if (before != null) {
            compare(name, before, value);
        }
    }
}
