package dev.rfx.session.sample.live;

import dev.rfx.session.Observation;
import dev.rfx.session.Policy;
import dev.rfx.session.Session;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.Tensor;
import dev.rfx.session.robot.LimitOptions;
import dev.rfx.session.robot.MockRobot;
import java.util.List;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/** An application with eight simulated arms, {@code arm1} to {@code arm8}, at 50 Hz. */
@EnableAutoConfiguration
class EightArms {

    private static final int JOINTS = 6;

    static ConfigurableApplicationContext start() {
        return new SpringApplicationBuilder(EightArms.class)
                .initializers(
                        context -> {
                            for (int i = 1; i <= 8; i++) {
                                String name = "arm" + i;
                                Waving policy = new Waving();
                                GenericApplicationContext beans =
                                        (GenericApplicationContext) context;
                                beans.registerBean(name + "Policy", Waving.class, () -> policy);
                                beans.registerBean(
                                        name, Session.class, () -> session(name, policy));
                            }
                        })
                .run(
                        "--server.port=0",
                        "--rfx.session.limits.min=-1.5",
                        "--rfx.session.limits.max=1.5",
                        "--rfx.session.limits.max-speed=",
                        "--rfx.session.page.enabled=true",
                        "--rfx.session.page.commands=true");
    }

    private static Session session(String name, Waving policy) {
        return new Session(
                new MockRobot(JOINTS, 50),
                policy,
                SessionOptions.defaults()
                        .withRateHz(50)
                        .withName(name)
                        .withLimits(
                                LimitOptions.none()
                                        .withMin(List.of(-1.5f))
                                        .withMax(List.of(1.5f))));
    }

    /** A sine of five seconds, until a test lets it fail. */
    static final class Waving implements Policy<Observation, Tensor> {

        private volatile boolean fails;
        private long iteration;

        void fail() {
            this.fails = true;
        }

        @Override
        public Tensor selectAction(Observation observation) {
            if (this.fails) {
                throw new IllegalStateException("The camera sends no images");
            }
            float[] goals = new float[JOINTS];
            for (int i = 0; i < JOINTS; i++) {
                goals[i] = (float) Math.sin(2 * Math.PI * this.iteration / 250 + i);
            }
            this.iteration++;
            return Tensor.of(goals);
        }
    }
}
