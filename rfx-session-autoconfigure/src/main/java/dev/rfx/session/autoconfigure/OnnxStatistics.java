package dev.rfx.session.autoconfigure;

import static dev.rfx.session.autoconfigure.PropertyChecks.checked;
import static dev.rfx.session.autoconfigure.PropertyChecks.require;

import dev.rfx.session.onnx.Normalization;
import java.util.List;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * The statistics of a training, which normalize a term of a trained policy, or map its output back:
 * mean and std, or low and high.
 *
 * @param mean Mean of each value.
 * @param std Standard deviation of each value.
 * @param low Value that is normalized to -1, for each value: a minimum or a quantile.
 * @param high Value that is normalized to 1, for each value: a maximum or a quantile.
 */
record OnnxStatistics(
        @DefaultValue List<Float> mean,
        @DefaultValue List<Float> std,
        @DefaultValue List<Float> low,
        @DefaultValue List<Float> high) {

    /**
     * Returns the normalization with these properties.
     *
     * @param group the name of the group of properties
     * @throws InvalidConfigurationPropertyValueException if a value is missing or outside its range
     */
    Normalization toNormalization(String group) {
        boolean meanStd = !this.mean.isEmpty();
        boolean range = !this.low.isEmpty();
        require(
                meanStd != range && meanStd == !this.std.isEmpty() && range == !this.high.isEmpty(),
                group,
                this,
                "mean and std, or low and high");
        return checked(
                group,
                this,
                any ->
                        meanStd
                                ? Normalization.meanStd(
                                        OnnxValues.array(this.mean), OnnxValues.array(this.std))
                                : Normalization.range(
                                        OnnxValues.array(this.low), OnnxValues.array(this.high)));
    }
}
