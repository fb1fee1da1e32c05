package dev.rfx.session.recording;

import dev.rfx.session.Tensor;
import java.io.IOException;
import java.time.Duration;
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

    /** {@return a recorded value as the object that it was} */
    Object decode(@Nullable RecordedValue value) throws IOException {
        if (value == null) {
            throw new IOException("The recording has no such value");
        }
        String name = value.layout().type();
        Codec<?> codec = this.codecs.find(type(name));
        if (codec == null) {
            throw new IOException(
                    "The recording has a %s, which needs a codec: see Replay.withCodec"
                            .formatted(name));
        }
        return codec.read(value);
    }

    private static Class<?> type(String name) throws IOException {
        try {
            return Class.forName(name, true, Thread.currentThread().getContextClassLoader());
        } catch (ClassNotFoundException ex) {
            throw new IOException(
                    "The recording has a %s, which is not on the class path".formatted(name), ex);
        }
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

    ReplayResult result(Duration recorded, Duration replayed) {
        return new ReplayResult(
                this.iterations, this.differences, this.first, this.largest, recorded, replayed);
    }

    private void differ(String field, String recorded, String replayed, double difference) {
        this.differs = true;
        this.largest = Math.max(this.largest, difference);
        if (this.first == null) {
            this.first = new ReplayResult.Difference(this.iteration, field, recorded, replayed);
        }
    }

    private RecordedValue recorded() {
        this.fields++;
        if (this.recorded == null) {
            throw new IllegalStateException("No action is being compared");
        }
        return this.recorded;
    }

    private void compare(String field, double recorded, double replayed, boolean same) {
        double difference = Math.abs(recorded - replayed);
        if (same || difference <= this.tolerance) {
            this.largest = Math.max(this.largest, same ? 0 : difference);
            return;
        }
        boolean comparable = !Double.isNaN(difference);
        differ(
                field,
                Double.toString(recorded),
                Double.toString(replayed),
                comparable ? difference : Double.POSITIVE_INFINITY);
    }

    private void compare(String field, float recorded, float replayed) {
        boolean same = Float.floatToIntBits(recorded) == Float.floatToIntBits(replayed);
        if (same) {
            return;
        }
        compare(field, recorded, (double) replayed, false);
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
        compare(name, (float) recorded().number(name), value);
    }

    @Override
    public void number(String name, double value) {
        double before = recorded().number(name);
        compare(
                name,
                before,
                value,
                Double.doubleToLongBits(before) == Double.doubleToLongBits(value));
    }

    @Override
    public void integer(String name, long value) {
        compare(name, Long.toString(recorded().integer(name)), Long.toString(value));
    }

    @Override
    public void flag(String name, boolean value) {
        compare(name, Boolean.toString(recorded().flag(name)), Boolean.toString(value));
    }

    @Override
    public void numbers(String name, float[] values) {
        float[] before = recorded().floats(name);
        if (hasLength(name, before.length, values.length)) {
            for (int i = 0; i < values.length; i++) {
                if (Float.floatToIntBits(before[i]) != Float.floatToIntBits(values[i])) {
                    compare(name + "[" + i + "]", before[i], values[i]);
                }
            }
        }
    }

    @Override
    public void numbers(String name, double[] values) {
        double[] before = recorded().doubles(name);
        if (hasLength(name, before.length, values.length)) {
            for (int i = 0; i < values.length; i++) {
                boolean same =
                        Double.doubleToLongBits(before[i]) == Double.doubleToLongBits(values[i]);
                compare(name + "[" + i + "]", before[i], values[i], same);
            }
        }
    }

    @Override
    public void integers(String name, long[] values) {
        long[] before = recorded().integers(name);
        if (hasLength(name, before.length, values.length)) {
            for (int i = 0; i < values.length; i++) {
                compare(name + "[" + i + "]", Long.toString(before[i]), Long.toString(values[i]));
            }
        }
    }

    @Override
    public void tensor(String name, Tensor value) {
        numbers(name, value.toArray());
    }

    @Override
    public void text(String name, String value) {
        compare(name, recorded().text(name), value);
    }
}
