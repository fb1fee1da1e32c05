package dev.rfx.session.autoconfigure;

import dev.rfx.session.Observation;
import dev.rfx.session.Robot;
import dev.rfx.session.Tensor;
import java.util.List;
import java.util.Random;

/**
 * A robot with named joints, whose observations are random and the same in each run: {@code state}
 * with positions and velocities, {@code gyro} and {@code gravity}.
 */
final class LeggedRobot implements Robot<Observation, Tensor> {

    private final List<String> joints;
    private final Tensor state;
    private final Tensor gyro = Tensor.zeros(3);
    private final Tensor gravity = Tensor.zeros(3);
    private final Observation observation;
    private Random random = new Random(1);

    LeggedRobot(String... joints) {
        this.joints = List.of(joints);
        this.state = Tensor.zeros(2 * joints.length);
        this.observation =
                Observation.of(Observation.STATE, this.state)
                        .with("gyro", this.gyro)
                        .with("gravity", this.gravity);
    }

    @Override
    public List<String> joints() {
        return this.joints;
    }

    @Override
    public Observation reset() {
        this.random = new Random(1);
        return observe();
    }

    @Override
    public Observation observe() {
        for (Tensor tensor : List.of(this.state, this.gyro, this.gravity)) {
            for (int i = 0; i < tensor.size(); i++) {
                tensor.set(i, (float) this.random.nextGaussian());
            }
        }
        return this.observation;
    }

    @Override
    public void act(Tensor action) {}

    @Override
    public void stop() {}
}
