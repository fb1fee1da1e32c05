package dev.rfx.session.sample;

import dev.rfx.session.Session;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.SessionStats;
import dev.rfx.session.robot.MockRobot;
import java.time.Duration;

/** A session without Spring: one call connects a policy to a robot for five seconds. */
public final class PlainJavaExample {

    private PlainJavaExample() {}

    /**
     * Runs the example.
     *
     * @param args not used
     */
    public static void main(String[] args) {
        SessionOptions options = SessionOptions.defaults();
        MockRobot robot = new MockRobot(6, options.rateHz());
        SinePolicy policy = new SinePolicy(6);

        SessionStats stats = Session.run(robot, policy, options, Duration.ofSeconds(5));

        System.out.println(stats);
    }
}
