package dev.rfx.session.sample;

import dev.rfx.session.SessionOptions;
import dev.rfx.session.robot.MockRobot;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Profile;

/**
 * Declares a robot and a policy, which the starter connects with a session. The policy is a sine,
 * or with {@code --sample.recording=FILE} the commands of a recording. The robot is simulated, or
 * with {@code --rfx.session.so101.port=PATH} an SO-101. The profile {@code go1} has a robot and a
 * policy of its own.
 */
@SpringBootApplication(proxyBeanMethods = false)
public final class SampleApplication {

    static final int JOINTS = 6;

    private static final Logger logger = LoggerFactory.getLogger(SampleApplication.class);

    SampleApplication() {}

    /**
     * Starts the application; with {@code --sample.so101=scan|read|monitor} the tool that inspects
     * an arm; with {@code --sample.replay=FILE} or {@code --sample.recording.info=FILE} the tool
     * that reads a recording.
     *
     * @param args properties, as {@code --rfx.session.rate-hz=100}
     */
    public static void main(String[] args) {
        if (So101Tool.isWanted(args)) {
            So101Tool.start(args);
        } else if (RecordingTool.isWanted(args)) {
            // Without an application the logging is not set up: nothing but the answer is printed.
            LoggingSystem.get(SampleApplication.class.getClassLoader()).beforeInitialize();
            System.exit(RecordingTool.run(args, System.out, System.err));
        } else {
            SpringApplication.run(SampleApplication.class, args);
        }
    }

    /** The simulation needs the rate, because each action advances it by one period. */
    @Bean
    @Profile("!go1")
    @ConditionalOnProperty(
            name = "rfx.session.so101.port",
            havingValue = "false",
            matchIfMissing = true)
    MockRobot robot(SessionOptions options) {
        return new MockRobot(JOINTS, options.rateHz());
    }

    @Bean
    @Profile("!go1")
    @ConditionalOnProperty(name = "sample.recording", havingValue = "false", matchIfMissing = true)
    SinePolicy sinePolicy() {
        return new SinePolicy(JOINTS);
    }

    @Bean
    @ConditionalOnWebApplication
    ApplicationListener<ApplicationReadyEvent> pageAddressLog() {
        return ready ->
                logger.info(
                        "The live page is at http://localhost:{}/rfx",
                        ready.getApplicationContext()
                                .getEnvironment()
                                .getProperty("local.server.port"));
    }

    /** Reads the recording here, so that an invalid one is refused before anything moves. */
    @Bean
    @ConditionalOnProperty("sample.recording")
    TrackedReplay replay(@Value("${sample.recording}") String file) {
        return TrackedReplay.of(Path.of(file), JOINTS);
    }
}
