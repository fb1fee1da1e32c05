package dev.rfx.session.sample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.Tensor;
import org.junit.jupiter.api.Test;

/** The distance of an arm from its commands. */
class TrackingErrorTests {

    private final TrackingError error = new TrackingError(2);

    /** √((0.3² + 0.4²) / 2) = 0.3536; velocities follow the positions in the state. */
    @Test
    void eachJointHasItsRootMeanSquareAndItsMaximum() {
        this.error.add(Tensor.of(1, 0), Tensor.of(1.3f, 0, 9, 9));
        this.error.add(Tensor.of(1, 0), Tensor.of(0.6f, 0, 9, 9));

        assertThat(this.error)
                .hasToString("RMS / max in rad: joint 0 0.3536 / 0.4000, joint 1 0.0000 / 0.0000");
    }

    @Test
    void clearForgetsWhatWasAdded() {
        this.error.add(Tensor.of(9, 9), Tensor.of(0, 0));

        this.error.clear();

        this.error.add(Tensor.of(0, 0.1f), Tensor.of(0, 0));
        assertThat(this.error)
                .hasToString("RMS / max in rad: joint 0 0.0000 / 0.0000, joint 1 0.1000 / 0.1000");
    }
}
