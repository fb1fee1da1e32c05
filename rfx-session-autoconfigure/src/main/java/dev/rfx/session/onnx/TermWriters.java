package dev.rfx.session.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/** Compiles terms against their widths, the joints and the last action. */
final class TermWriters {

    private final Settings settings;
    private final Joints joints;
    private final Map<String, Command> commands;
    private final float[] lastAction;

    /**
     * Creates a compiler.
     *
     * @param lastAction the array that has the output of the last decision
     */
    TermWriters(Settings settings, Fit fit, float[] lastAction) {
        this.settings = settings;
        this.joints = fit.joints();
        this.commands = fit.commands();
        this.lastAction = lastAction;
    }

    /** {@return a writer for each term of an input} */
    List<TermWriter> of(Fit.FittedInput fitted) {
        List<TermWriter> writers = new ArrayList<>();
        List<Term> terms = fitted.input().terms();
        for (int i = 0; i < terms.size(); i++) {
            writers.add(of(terms.get(i), fitted.widths()[i]));
        }
        return writers;
    }

    private TermWriter of(Term term, int width) {
        Term.Source source = term.source();
        if (source instanceof Term.TensorValues values) {
            return ofTensor(term, values, width);
        }
        Affine.Compiled affine =
                term.affine().compile(term.toString(), width, null, () -> new float[0]);
        if (source instanceof Term.CommandValues command) {
            Command values = this.commands.get(command.name());
            return new TermWriter.OfCommand(term, Objects.requireNonNull(values), affine);
        }
        if (source instanceof Term.Phase phase) {
            double seconds = this.settings.every() / this.settings.rateHz();
            return new TermWriter.OfPhase(term, phase, seconds, affine);
        }
        if (source instanceof Term.Constant constant) {
            return new TermWriter.OfArray(term, constant.toArray(), affine);
        }
        return new TermWriter.OfArray(term, this.lastAction, affine);
    }

    private TermWriter ofTensor(Term term, Term.TensorValues values, int width) {
        String what = "the term '" + term + "'";
        List<String> names = values.byJoint() ? this.joints.of(values) : List.of();
        int[] indexes =
                values.byJoint()
                        ? this.joints.indexesInRobot(what, names)
                        : IntStream.range(0, width).toArray();
        for (int i = 0; i < width; i++) {
            indexes[i] += values.from();
        }
        Normalizer normalizer = this.settings.normalizer();
        Normalization whole = normalizer == null ? null : normalizer.ofTensor(values.tensor());
        boolean all = !values.byJoint() && values.size() == 0;
        return new TermWriter.OfTensor(
                term,
                values.tensor(),
                indexes,
                all ? values.from() + width : 0,
                term.affine()
                        .compile(
                                term.toString(),
                                width,
                                whole == null ? null : whole.select(what, indexes),
                                () -> this.joints.defaultPose(what, names)));
    }
}
