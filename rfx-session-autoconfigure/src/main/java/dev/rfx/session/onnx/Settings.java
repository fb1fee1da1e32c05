package dev.rfx.session.onnx;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What the builder of an {@link OnnxPolicy} has collected. Immutable, but for the commands' values.
 */
record Settings(
        Path file,
        List<String> robotJoints,
        List<String> joints,
        List<Float> defaultPose,
        List<Input> inputs,
        Map<String, String> recurrent,
        Map<String, Command> commands,
        List<Output> outputs,
        List<String> held,
        double rateHz,
        int every,
        OnnxPolicy.Between between) {

    /** {@return whether the robot names its joints} */
    boolean named() {
        return !this.robotJoints.isEmpty();
    }

    /**
     * {@return the joints}
     *
     * @param count their number, if the robot does not name them
     */
    Joints jointsOf(int count) {
        return named()
                ? Joints.named(this.joints, this.robotJoints, this.defaultPose)
                : Joints.unnamed(count, this.defaultPose);
    }
}
