package dev.rfx.session.onnx;

import dev.rfx.session.Observation;
import dev.rfx.session.Tensor;

/**
 * A term with its width: writes its values into an input. Confined to the control thread; allocates
 * nothing.
 */
abstract class TermWriter {

    private final String name;
    private final int width;
    private final Affine.Compiled affine;

    private TermWriter(String name, int width, Affine.Compiled affine) {
        this.name = name;
        this.width = width;
        this.affine = affine;
    }

    /** {@return the number of values} */
    final int width() {
        return this.width;
    }

    /**
     * Writes the values of a decision.
     *
     * @param decision the number of the decision in this run, from 0
     * @throws ModelException if the observation does not have the values, or one is not finite: a
     *     network may hide that, and command anything
     */
    final void write(Observation observation, long decision, float[] target, int at) {
        read(observation, decision, target, at);
        this.affine.normalize(target, at);
        for (int i = 0; i < this.width; i++) {
            float value = this.affine.input(i, target[at + i]);
            if (!Float.isFinite(value)) {
                throw ModelException.observationMisfit(
                        "Value %d of the term '%s' is %s, but must be finite"
                                .formatted(i, this.name, value));
            }
            target[at + i] = value;
        }
    }

    abstract void read(Observation observation, long decision, float[] target, int at);

    /** Values of a tensor. */
    static final class OfTensor extends TermWriter {

        private final String tensor;
        private final int[] indexes;
        private final int least;
        private final int most;

        /**
         * Creates a writer.
         *
         * @param indexes the position of each value in the tensor
         * @param size the size of the tensor, if the term is the whole tensor; 0 otherwise
         */
        OfTensor(Term term, String tensor, int[] indexes, int size, Affine.Compiled affine) {
            super(term.toString(), indexes.length, affine);
            this.tensor = tensor;
            this.indexes = indexes;
            int end = 0;
            for (int index : indexes) {
                end = Math.max(end, index + 1);
            }
            this.least = end;
            this.most = size == 0 ? Integer.MAX_VALUE : size;
        }

        @Override
        void read(Observation observation, long decision, float[] target, int at) {
            Tensor values = observation.find(this.tensor);
            if (values == null || values.size() < this.least || values.size() > this.most) {
                throw misfit(observation, values == null ? -1 : values.size());
            }
            for (int i = 0; i < this.indexes.length; i++) {
                target[at + i] = values.get(this.indexes[i]);
            }
        }

        private ModelException misfit(Observation observation, int size) {
            StringBuilder table = new StringBuilder();
            for (int i = 0; i < observation.size(); i++) {
                table.append(
                        "%n  %-24s %d values"
                                .formatted(observation.name(i), observation.get(i).size()));
            }
            return ModelException.observationMisfit(
                    "The model needs tensor '%s' with %s%d values, but the observation has %s:%s%n"
                                    .formatted(
                                            this.tensor,
                                            this.most == this.least ? "" : "at least ",
                                            this.least,
                                            size < 0 ? "none" : size,
                                            table)
                            + "The tensor does not fit");
        }
    }

    /** Values of an array: the last action, or a constant. */
    static final class OfArray extends TermWriter {

        private final float[] values;

        OfArray(Term term, float[] values, Affine.Compiled affine) {
            super(term.toString(), values.length, affine);
            this.values = values;
        }

        @Override
        void read(Observation observation, long decision, float[] target, int at) {
            System.arraycopy(this.values, 0, target, at, this.values.length);
        }
    }

    /** A command. */
    static final class OfCommand extends TermWriter {

        private final Command command;

        OfCommand(Term term, Command command, Affine.Compiled affine) {
            super(term.toString(), command.size(), affine);
            this.command = command;
        }

        @Override
        void read(Observation observation, long decision, float[] target, int at) {
            float[] values = this.command.taken();
            System.arraycopy(values, 0, target, at, values.length);
        }
    }

    /** A phase. */
    static final class OfPhase extends TermWriter {

        private final double[] offsets;
        private final double cyclesPerDecision;
        private final int first;
        private final int sines;
        private final int cosines;

        OfPhase(Term term, Term.Phase phase, double secondsPerDecision, Affine.Compiled affine) {
            super(term.toString(), 2 * phase.offsets().size(), affine);
            this.offsets = phase.offsets().stream().mapToDouble(Double::doubleValue).toArray();
            this.cyclesPerDecision = secondsPerDecision / phase.periodSeconds();
            this.first = phase.beforeFirstUse() ? 1 : 0;
            boolean sinesFirst = phase.order() == Term.PhaseOrder.SIN_COS;
            this.sines = sinesFirst ? 0 : this.offsets.length;
            this.cosines = sinesFirst ? this.offsets.length : 0;
        }

        @Override
        void read(Observation observation, long decision, float[] target, int at) {
            double cycles = (decision + this.first) * this.cyclesPerDecision;
            for (int i = 0; i < this.offsets.length; i++) {
                double cycle = cycles + this.offsets[i];
                double angle = 2 * Math.PI * (cycle - Math.floor(cycle));
                // StrictMath allocates since JDK 21.
                target[at + this.sines + i] = (float) Math.sin(angle);
                target[at + this.cosines + i] = (float) Math.cos(angle);
            }
        }
    }
}
