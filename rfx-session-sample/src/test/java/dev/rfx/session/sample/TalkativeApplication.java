package dev.rfx.session.sample;

import dev.rfx.session.Observation;
import dev.rfx.session.Robot;
import dev.rfx.session.Tensor;
import dev.rfx.session.robot.MockRobot;
import org.springframework.boot.SpringApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;

/**
 * The sample in a JVM of its own, with a robot that prints when it is reset and stopped. It is no
 * {@code @Configuration}: the sample's component scan must not find it in other tests.
 */
@Import(SampleApplication.class)
class TalkativeApplication {

    static final String ROBOT_RESET = "robot.reset() was called";
    static final String ROBOT_STOPPED = "robot.stop() was called";
    static final String STARTED = "Session 'rfx-session' started";

    public static void main(String[] args) {
        SpringApplication.run(TalkativeApplication.class, args);
        System.out.println("main has returned");
    }

    @Bean
    @Primary
    TalkativeRobot talkativeRobot(MockRobot robot) {
        return new TalkativeRobot(robot);
    }

    record TalkativeRobot(MockRobot robot) implements Robot<Observation, Tensor> {

        @Override
        public Observation observe() {
            return this.robot.observe();
        }

        @Override
        public void act(Tensor action) {
            this.robot.act(action);
        }

        @Override
        public Observation reset() {
            System.out.println(ROBOT_RESET);
            return this.robot.reset();
        }

        @Override
        public void stop() {
            this.robot.stop();
            System.out.println(ROBOT_STOPPED);
        }
    }
}
