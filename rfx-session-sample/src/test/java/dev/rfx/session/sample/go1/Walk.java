package dev.rfx.session.sample.go1;

import dev.rfx.session.Observation;
import dev.rfx.session.Tensor;
import java.util.List;

/**
 * Where a robot has walked.
 *
 * @param x forwards in m, seen from the start
 * @param y to the left in m
 * @param yaw turned to the left in rad, with whole turns
 * @param lowest the lowest height of the base in m
 * @param tilt the largest angle between the base and the horizontal plane in rad
 */
record Walk(double x, double y, double yaw, double lowest, double tilt) {

    private static final double LYING_M = 0.15;
    private static final double FALLING_RAD = 1;

    static Walk of(List<Observation> observations) {
        double yaw = 0;
        double lowest = Double.POSITIVE_INFINITY;
        double tilt = 0;
        double before = 0;
        for (Observation observation : observations) {
            double now = yaw(observation.get("base_orientation"));
            yaw += Math.IEEEremainder(now - before, 2 * Math.PI);
            before = now;
            lowest = Math.min(lowest, observation.get("base_position").get(2));
            tilt = Math.max(tilt, Math.acos(Math.min(-observation.get("gravity").get(2), 1)));
        }
        Tensor end = observations.get(observations.size() - 1).get("base_position");
        return new Walk(end.get(0), end.get(1), yaw, lowest, tilt);
    }

    private static double yaw(Tensor q) {
        return Math.atan2(
                2 * (q.get(0) * q.get(3) + q.get(1) * q.get(2)),
                1 - 2 * (q.get(2) * q.get(2) + q.get(3) * q.get(3)));
    }

    boolean fell() {
        return this.lowest < LYING_M || this.tilt > FALLING_RAD;
    }
}
