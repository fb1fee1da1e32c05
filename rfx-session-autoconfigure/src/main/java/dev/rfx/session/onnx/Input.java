package dev.rfx.session.onnx;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An input of a model: its terms, in the order of the model, each with its history. Immutable.
 *
 * @since 0.1
 */
public final class Input {

    /**
     * The order of the values of an input with a history. The oldest frame always comes first.
     *
     * @since 0.1
     */
    public enum Layout {
        /** All frames of the first term, then all frames of the second. */
        TERM_MAJOR,
        /** All terms of the oldest frame, then all terms of the next. */
        TIME_MAJOR
    }

    private final @Nullable String name;
    private final List<Term> terms;
    private final int history;
    private final Layout layout;

    private Input(@Nullable String name, List<Term> terms, int history, Layout layout) {
        if (terms.isEmpty()) {
            throw new IllegalArgumentException("An input needs a term");
        }
        this.name = name;
        this.terms = List.copyOf(terms);
        this.history = history;
        this.layout = layout;
    }

    /**
     * {@return the only input of a model that is not recurrent}
     *
     * @param terms its terms, at least one
     * @throws IllegalArgumentException if there is no term
     */
    public static Input of(Term... terms) {
        return new Input(null, List.of(terms), 1, Layout.TERM_MAJOR);
    }

    /**
     * {@return this input with a name} For a model with several inputs.
     *
     * @param name the name of the input in the model
     */
    public Input named(String name) {
        return new Input(name, this.terms, this.history, this.layout);
    }

    /**
     * {@return this input with the values of the last decisions} The first observation of a run
     * fills all of them.
     *
     * @param frames the number of decisions, at least 1
     * @param layout the order of the values. With {@link Layout#TIME_MAJOR}, no term has a history
     *     of its own.
     * @throws IllegalArgumentException if the number is less than 1, or a term has another history
     *     and the layout does not allow it
     */
    public Input history(int frames, Layout layout) {
        Term.requirePositive("history", frames);
        for (Term term : this.terms) {
            Integer own = term.history();
            if (layout == Layout.TIME_MAJOR && own != null && own != frames) {
                throw new IllegalArgumentException(
                        "The term '%s' has a history of %d, but the input one of %d in time-major"
                                        .formatted(term, own, frames)
                                + " order");
            }
        }
        return new Input(this.name, this.terms, frames, layout);
    }

    /** {@return the name, or null for the only input} */
    @Nullable String name() {
        return this.name;
    }

    List<Term> terms() {
        return this.terms;
    }

    /** {@return the number of frames of a term} */
    int framesOf(Term term) {
        Integer own = term.history();
        return own == null ? this.history : own;
    }

    Layout layout() {
        return this.layout;
    }

    /** {@return the name and the terms} */
    @Override
    public String toString() {
        return (this.name == null ? "input" : this.name) + this.terms;
    }
}
