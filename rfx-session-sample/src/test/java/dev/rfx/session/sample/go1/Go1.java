package dev.rfx.session.sample.go1;

import dev.rfx.session.onnx.Input;
import dev.rfx.session.onnx.OnnxPolicy;
import dev.rfx.session.onnx.Output;
import dev.rfx.session.onnx.Term;
import java.nio.file.Path;
import java.util.List;

/** The policy of {@code application-go1.yml}, in Java. */
final class Go1 {

    private static final float[] HOME = {
        0.1f, 0.9f, -1.8f, -0.1f, 0.9f, -1.8f, 0.1f, 0.9f, -1.8f, -0.1f, 0.9f, -1.8f
    };

    private Go1() {}

    /**
     * Creates the policy.
     *
     * @param joints the joints of the robot
     * @param velocity the command: forwards and to the left in m/s, turn to the left in rad/s
     */
    static OnnxPolicy policy(Path directory, List<String> joints, float... velocity) {
        return OnnxPolicy.builder(directory.resolve(Simulator.POLICY))
                .robotJoints(joints)
                .defaultPose(HOME)
                .command("velocity", velocity)
                .input(
                        Input.of(
                                Term.of("linear_velocity").size(3),
                                Term.of("gyro").size(3),
                                Term.of("gravity").size(3),
                                Term.of("state").perJoint().minusDefaultPose(),
                                Term.of("state").from(12).perJoint(),
                                Term.lastAction(),
                                Term.command("velocity", 3)))
                .output(Output.of(Output.Kind.POSITION).scale(0.5f).offsetDefaultPose())
                .build();
    }
}
