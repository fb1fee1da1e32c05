package dev.rfx.session.sample.go1;

import dev.rfx.session.SessionOptions;
import java.nio.file.Path;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;

/** The simulated Go1. Its policy is configured in {@code application-go1.yml}. */
@Configuration(proxyBeanMethods = false)
@Profile("go1")
class Go1Configuration {

    private static final String ROBOT = "go1_flat.xml";
    private static final String POLICY = "go1_policy.onnx";

    /** Looks for the policy as well, so that one message names all missing files. */
    @Bean
    MujocoServer simulator(
            @Value("${sample.go1.directory}") String directory,
            @Value("${sample.go1.node}") String node)
            throws InterruptedException {
        return MujocoServer.start(Path.of(directory), node, ROBOT, POLICY);
    }

    @Bean
    MujocoRobot robot(MujocoServer simulator, SessionOptions options) {
        return MujocoRobot.connect(simulator.port(), options.rateHz(), System::nanoTime);
    }
}
