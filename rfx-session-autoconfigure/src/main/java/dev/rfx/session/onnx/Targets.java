package dev.rfx.session.onnx;

import dev.rfx.session.Observation;
import dev.rfx.session.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Maps the outputs of a model to the joints of the robot, and knows the targets between two
 * decisions. Confined to the control thread; allocates nothing.
 */
final class Targets {

    /** Some joints of the same kind. */
    record Group(Output.Kind kind, int from, int[] joints, Affine.Compiled affine) {

        /** Updates the targets of its joints. Changes its outputs. */
        void update(float[] outputs, float[] targets) {
            this.affine.denormalize(outputs, this.from);
            boolean delta = this.kind == Output.Kind.DELTA;
            for (int i = 0; i < this.joints.length; i++) {
                int joint = this.joints[i];
                float value = this.affine.output(i, outputs[this.from + i]);
                float target = delta ? targets[joint] + value : value;
                targets[joint] = this.affine.clip(i, target);
            }
        }
    }

    private final List<Group> groups;
    private final boolean needsPositions;
    private final boolean[] velocity;
    private final boolean interpolate;
    private final int every;

    /** The targets of the decision before, or where the joints were at the first one. */
    private final float[] former;

    private final float[] targets;

    /** A copy of the outputs, because the model may get them back as its last action. */
    private final float[] work;

    /**
     * Creates the targets of a robot.
     *
     * @param joints the number of the robot's joints
     * @param outputs the number of the outputs
     * @param held the joints without output
     * @param every the number of iterations from one decision to the next
     * @param interpolate whether the targets in between lead to those of the decision
     */
    Targets(
            int joints,
            List<Group> groups,
            int outputs,
            int[] held,
            int every,
            boolean interpolate) {
        this.groups = groups;
        this.needsPositions =
                held.length > 0
                        || groups.stream().anyMatch(group -> group.kind == Output.Kind.DELTA);
        this.velocity = new boolean[joints];
        for (Group group : groups) {
            for (int joint : group.joints) {
                this.velocity[joint] = group.kind == Output.Kind.VELOCITY;
            }
        }
        this.every = every;
        this.interpolate = interpolate;
        this.former = new float[joints];
        this.targets = new float[joints];
        this.work = new float[outputs];
    }

    /**
     * Takes the outputs of the first decision of a run, which counts from the observed positions.
     *
     * @throws ModelException if positions are needed and not observed
     */
    void begin(Observation observation, float[] outputs) {
        Tensor state = observation.find(Observation.STATE);
        boolean observed = state != null && state.size() >= this.targets.length;
        if (!observed && this.needsPositions) {
            throw noPositions(state);
        }
        for (int i = 0; i < this.targets.length; i++) {
            this.targets[i] = state == null || !observed || this.velocity[i] ? 0 : state.get(i);
        }
        update(outputs);
        if (!observed) {
            System.arraycopy(this.targets, 0, this.former, 0, this.targets.length);
        }
    }

    private ModelException noPositions(@Nullable Tensor state) {
        return ModelException.observationMisfit(
                "The policy counts from the positions of %d joints, which are the first values of"
                                .formatted(this.targets.length)
                        + " tensor '%s', but the observation has %s"
                                .formatted(
                                        Observation.STATE,
                                        state == null ? "no such tensor" : state.size()));
    }

    /** Takes the outputs of a decision. */
    void update(float[] outputs) {
        System.arraycopy(this.targets, 0, this.former, 0, this.targets.length);
        System.arraycopy(outputs, 0, this.work, 0, this.work.length);
        for (int i = 0; i < this.groups.size(); i++) {
            this.groups.get(i).update(this.work, this.targets);
        }
    }

    /**
     * Writes the targets of an iteration.
     *
     * @param step the number of the iteration since the decision, from 0
     */
    void write(int step, Tensor action) {
        boolean exact = !this.interpolate || step == this.every - 1;
        float part = (step + 1f) / this.every;
        for (int i = 0; i < this.targets.length; i++) {
            float former = this.former[i];
            float target = this.targets[i];
            action.set(i, exact ? target : former + (target - former) * part);
        }
    }
}
