package dev.rfx.session.autoconfigure;

import static dev.rfx.session.autoconfigure.PropertyChecks.checked;
import static dev.rfx.session.autoconfigure.PropertyChecks.require;
import static dev.rfx.session.autoconfigure.PropertyChecks.required;

import dev.rfx.session.onnx.Term;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * A part of an input of a trained policy. It has one source: tensor, last-action, command, phase or
 * constant. Each value, normalized if statistics are set, becomes clip((value − minus) · scale).
 *
 * @param tensor Source: name of a tensor of the observation.
 * @param lastAction Source: whether it is the output of the model at the last decision, without
 *     scale and offset.
 * @param command Source: name of a command.
 * @param phase Source: phase of a gait.
 * @param constant Source: fixed values.
 * @param from Position of the first value in the tensor, from 0.
 * @param size Number of values of a tensor or a command. By default what the other terms leave of
 *     the input, or for a command the number of its initial values.
 * @param perJoint Whether the tensor has one value per joint of the robot. The term then has those
 *     of the joints of the model, in its order.
 * @param joints The same for these joints only, in this order.
 * @param normalize Statistics of the training with which the values are normalized.
 * @param minus Offset to subtract: default-pose, one value, or one for each value of the term. By
 *     default 0.
 * @param scale Factor: one value, or one for each value of the term. By default 1.
 * @param clip Lowest and highest value, or such a pair for each value of the term. By default no
 *     limit.
 * @param history Number of decisions whose values the term has; at least 1. By default that of the
 *     input.
 */
record OnnxTerm(
        @Nullable String tensor,
        @DefaultValue("false") boolean lastAction,
        @Nullable String command,
        @Nullable Phase phase,
        @DefaultValue List<Float> constant,
        @Nullable Integer from,
        @Nullable Integer size,
        @DefaultValue("false") boolean perJoint,
        @DefaultValue List<String> joints,
        @Nullable @NestedConfigurationProperty OnnxStatistics normalize,
        @DefaultValue List<String> minus,
        @DefaultValue List<Float> scale,
        @DefaultValue List<List<Float>> clip,
        @Nullable Integer history) {

    /**
     * The phase of a gait, as a sine and a cosine for each offset. It counts decisions, not time.
     *
     * @param period Duration of a cycle; more than 0.
     * @param offsets Offset of each leg, in cycles.
     * @param order Order of the values.
     * @param advancedBeforeFirstUse Whether the first decision has the phase of the second one, as
     *     with some trainers.
     */
    record Phase(
            @Nullable Duration period,
            @DefaultValue("0") List<Double> offsets,
            @DefaultValue("sin-cos") Term.PhaseOrder order,
            @DefaultValue("false") boolean advancedBeforeFirstUse) {

        private Term toTerm(String group) {
            Duration period = required(group + ".period", this.period, "A phase needs its period");
            checked(group + ".period", period, cycle -> Term.phase(cycle, this.order));
            double[] offsets = this.offsets.stream().mapToDouble(offset -> offset).toArray();
            Term term =
                    checked(
                            group + ".offsets",
                            this.offsets,
                            any -> Term.phase(period, this.order, offsets));
            return this.advancedBeforeFirstUse ? term.advancedBeforeFirstUse() : term;
        }
    }

    /**
     * Returns the term with these properties.
     *
     * @param group the name of the group of properties
     * @throws InvalidConfigurationPropertyValueException if a value is outside its range
     */
    Term toTerm(String group) {
        requireOneSource(group);
        requireOptionsOfTensor(group);
        OnnxValues values = new OnnxValues(group);
        Term term = source(group);
        if (this.normalize != null) {
            term = term.normalize(this.normalize.toNormalization(group + ".normalize"));
        }
        term = values.offset("minus", this.minus, term, Term::minus, Term::minusDefaultPose);
        term = values.floats("scale", this.scale, term, Term::scale);
        term = values.ranges("clip", this.clip, term, Term::clip);
        return values.ifSet("history", this.history, term, Term::history);
    }

    private void requireOneSource(String group) {
        List<String> sources = new ArrayList<>();
        addIf(this.tensor != null, "tensor", sources);
        addIf(this.lastAction, "last-action", sources);
        addIf(this.command != null, "command", sources);
        addIf(this.phase != null, "phase", sources);
        addIf(!this.constant.isEmpty(), "constant", sources);
        require(
                sources.size() == 1,
                group,
                sources,
                "exactly one of tensor, last-action, command, phase and constant");
    }

    private static void addIf(boolean set, String source, List<String> sources) {
        if (set) {
            sources.add(source);
        }
    }

    private void requireOptionsOfTensor(String group) {
        boolean tensor = this.tensor != null;
        boolean byJoint = this.perJoint || !this.joints.isEmpty();
        require(
                tensor || this.from == null,
                group + ".from",
                this.from,
                "absent: only a tensor has positions");
        require(
                tensor || !this.perJoint,
                group + ".per-joint",
                this.perJoint,
                "absent: only a tensor has values per joint");
        require(
                tensor || this.joints.isEmpty(),
                group + ".joints",
                this.joints,
                "absent: only a tensor has values per joint");
        require(
                !this.perJoint || this.joints.isEmpty(),
                group + ".joints",
                this.joints,
                "absent if per-joint is set");
        require(
                this.size == null || (tensor ? !byJoint : this.command != null),
                group + ".size",
                this.size,
                "absent: only a tensor without per-joint or joints, and a command, have a size");
        require(
                byJoint || !OnnxValues.isDefaultPose(this.minus),
                group + ".minus",
                this.minus,
                "numbers: only values per joint have a default pose. Set per-joint or joints");
    }

    private Term source(String group) {
        if (this.tensor != null) {
            return ofTensor(group, this.tensor);
        }
        if (this.command != null) {
            return this.size == null
                    ? Term.command(this.command)
                    : checked(group + ".size", this.size, size -> Term.command(this.command, size));
        }
        if (this.phase != null) {
            return this.phase.toTerm(group + ".phase");
        }
        return this.lastAction
                ? Term.lastAction()
                : checked(
                        group + ".constant",
                        this.constant,
                        values -> Term.constant(OnnxValues.array(values)));
    }

    private Term ofTensor(String group, String tensor) {
        OnnxValues values = new OnnxValues(group);
        Term term = Term.of(tensor);
        term = values.ifSet("from", this.from, term, Term::from);
        term = values.ifSet("size", this.size, term, Term::size);
        term = values.ifSet("joints", this.joints, term, Term::joints);
        return this.perJoint ? term.perJoint() : term;
    }
}
