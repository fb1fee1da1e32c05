package dev.rfx.session.autoconfigure;

import static dev.rfx.session.autoconfigure.PropertyChecks.checked;
import static dev.rfx.session.autoconfigure.PropertyChecks.require;

import dev.rfx.session.onnx.Input;
import dev.rfx.session.onnx.Term;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * An input of a trained policy, in {@code rfx.session.onnx.inputs}.
 *
 * @param name Name of the input in the model. Required if the model has several that are not
 *     recurrent.
 * @param terms What the input consists of, in the order of the model.
 * @param history Number of decisions whose values the input has; at least 1. The first observation
 *     of a run fills all of them.
 * @param layout Order of the values of an input with a history. The oldest come first.
 */
record OnnxInput(
        @Nullable String name,
        @DefaultValue List<OnnxTerm> terms,
        @DefaultValue("1") int history,
        @DefaultValue("term-major") Input.Layout layout) {

    /**
     * Returns the input with these properties.
     *
     * @param group the name of the group of properties
     * @throws InvalidConfigurationPropertyValueException if a value is outside its range
     */
    Input toInput(String group) {
        require(!this.terms.isEmpty(), group + ".terms", this.terms, "a list of terms");
        Term[] terms = new Term[this.terms.size()];
        for (int i = 0; i < terms.length; i++) {
            terms[i] = this.terms.get(i).toTerm("%s.terms[%d]".formatted(group, i));
        }
        Input input = new OnnxValues(group).ifSet("name", this.name, Input.of(terms), Input::named);
        return checked(
                group + ".history", this.history, frames -> input.history(frames, this.layout));
    }
}
