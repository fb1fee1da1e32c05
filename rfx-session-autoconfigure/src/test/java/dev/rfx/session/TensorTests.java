package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class TensorTests {

    @Test
    void vectorHasACopyOfItsValues() {
        float[] values = {1, 2, 3};
        Tensor tensor = Tensor.of(values);
        values[0] = 9;

        assertThat(tensor.shape()).containsExactly(3);
        assertThat(tensor.toArray()).containsExactly(1, 2, 3);
    }

    @Test
    void shapeSaysHowManyValuesThereAre() {
        assertThat(Tensor.zeros(2, 3, 4).size()).isEqualTo(24);
        assertThat(Tensor.zeros().size()).isEqualTo(1);
        assertThat(Tensor.zeros(0, 3).size()).isZero();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.zeros(2, -1))
                .withMessageContaining("[2, -1]");
        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(() -> Tensor.zeros(1 << 20, 1 << 20));
    }

    @Test
    void copyIsEqualAndIndependent() {
        Tensor tensor = Tensor.of(1, 2);
        Tensor copy = tensor.copy();
        assertThat(copy).isEqualTo(tensor).hasSameHashCodeAs(tensor);

        tensor.set(0, 5);

        assertThat(copy.get(0)).isEqualTo(1);
        assertThat(copy).isNotEqualTo(tensor);
        assertThat(Tensor.zeros(2, 1)).isNotEqualTo(Tensor.zeros(1, 2));
    }

    @Test
    void observationNamesItsTensors() {
        Observation observation = Observation.of("state", Tensor.of(1)).with("load", Tensor.of(2));

        assertThat(observation.names()).containsExactly("state", "load");
        assertThat(observation.get("load")).isEqualTo(Tensor.of(2));
        assertThat(observation.with("load", Tensor.of(3)).get("load")).isEqualTo(Tensor.of(3));
        assertThatExceptionOfType(NoSuchElementException.class)
                .isThrownBy(() -> observation.get("image"))
                .withMessage("The observation has no tensor 'image', only [state, load]");
    }
}
