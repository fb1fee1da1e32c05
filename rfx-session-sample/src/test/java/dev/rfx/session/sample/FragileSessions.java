package dev.rfx.session.sample;

import dev.rfx.session.Observation;
import dev.rfx.session.Policy;
import dev.rfx.session.RestartPolicy;
import dev.rfx.session.Robot;
import dev.rfx.session.Session;
import dev.rfx.session.SessionException;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.Tensor;
import dev.rfx.session.recording.RecordingOptions;
import dev.rfx.session.robot.MockRobot;
import dev.rfx.session.so101.So101Robot;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;

/**
 * An application with many sessions, all healthy until a test injects a fault. It is no
 * {@code @Configuration}: the sample's component scan must not find it in other tests.
 */
@EnableAutoConfiguration
class FragileSessions {

    private static final int JOINTS = 6;

    @Bean
    Session healthy(SessionOptions options) {
        return session("healthy", options, new FragilePolicy());
    }

    @Bean
    Session stopped(SessionOptions options) {
        return session("stopped", options, new FragilePolicy());
    }

    @Bean
    FragilePolicy slowPolicy() {
        return new FragilePolicy();
    }

    @Bean
    Session slow(SessionOptions options, FragilePolicy slowPolicy) {
        return session("slow", options, slowPolicy);
    }

    @Bean
    FragilePolicy hungPolicy() {
        return new FragilePolicy();
    }

    @Bean
    Session hung(SessionOptions options, FragilePolicy hungPolicy) {
        return session("hung", options, hungPolicy);
    }

    @Bean
    FragilePolicy restartedPolicy() {
        return new FragilePolicy();
    }

    @Bean
    Session restarted(SessionOptions options, FragilePolicy restartedPolicy) {
        Session session = session("restarted", options, restartedPolicy);
        session.setRestartPolicy(new AtOnce());
        return session;
    }

    /** Its recording cannot be written, and its ring is full after a few seconds. */
    @Bean
    Session lossy(SessionOptions options, @Value("${lossy.directory}") Path directory) {
        return session(
                "lossy",
                options.withRecording(RecordingOptions.into(directory).withRingBytes(64 * 1024)),
                new FragilePolicy());
    }

    @Bean
    Session noisy(
            SessionOptions options,
            @Value("${noisy.port}") String port,
            @Value("${noisy.calibration}") Path calibration) {
        Robot<Observation, Tensor> robot =
                So101Robot.builder(port, calibration).maxConsecutiveErrors(1000).build();
        return new Session(robot, new FragilePolicy(), options.withName("noisy"));
    }

    private static Session session(String name, SessionOptions options, FragilePolicy policy) {
        return new Session(new MockRobot(JOINTS, options.rateHz()), policy, options.withName(name));
    }

    /** Holds its position, and runs code of the test in each call. */
    static final class FragilePolicy implements Policy<Observation, Tensor> {

        private final Tensor home = Tensor.zeros(JOINTS);
        private volatile Trouble trouble = () -> {};

        @Override
        public Tensor selectAction(Observation observation) throws Exception {
            this.trouble.happen();
            return this.home;
        }

        /** One and a half periods at 20 Hz. */
        void beSlow() {
            this.trouble = () -> LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(75));
        }

        void hang() {
            this.trouble = () -> new CountDownLatch(1).await();
        }

        void failOnce() {
            this.trouble =
                    () -> {
                        this.trouble = () -> {};
                        throw new IllegalStateException("The policy fails once");
                    };
        }
    }

    private interface Trouble {

        void happen() throws Exception;
    }

    private static final class AtOnce implements RestartPolicy {

        private int attempts;

        @Override
        public synchronized Duration delayAfter(SessionException failure) {
            this.attempts++;
            return Duration.ZERO;
        }

        @Override
        public synchronized int attempts() {
            return this.attempts;
        }

        @Override
        public int maxAttempts() {
            return Integer.MAX_VALUE;
        }
    }
}
