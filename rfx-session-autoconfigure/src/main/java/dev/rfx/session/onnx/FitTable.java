package dev.rfx.session.onnx;

import org.jspecify.annotations.Nullable;

/** A table of both sides: what is configured, and what the model has. */
final class FitTable {

    private final StringBuilder lines = new StringBuilder(":");
    private @Nullable String problem;

    /** Adds an input or output of the model. */
    void port(String kind, ModelInfo.Port port, String use) {
        row("%s '%s'".formatted(kind, port.name()), "model: %s%s".formatted(port.describe(), use));
    }

    /** Adds a part of the input or output. */
    void part(String what, int frames, int width) {
        String values = frames == 1 ? "" + width : frames + " × " + width;
        row("  " + what, values);
    }

    /** Adds what does not fit. The first problem is also said after the table. */
    void misfit(String problem) {
        row("", "<-- " + problem);
        if (this.problem == null) {
            this.problem = problem;
        }
    }

    private void row(String left, String right) {
        this.lines.append("%n  %-32s %s".formatted(left, right));
    }

    /** {@return the table, or null if everything fits} */
    @Nullable String misfit() {
        return this.problem == null
                ? null
                : this.lines.append("%n%s".formatted(this.problem)).toString();
    }
}
