package dev.rfx.session.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.RestartPolicy;
import dev.rfx.session.Session;
import dev.rfx.session.SessionException;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.testkit.ScriptedRobot;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KeepAliveTests {

    private final ScriptedRobot leftRobot = new ScriptedRobot();
    private final Session left = session(this.leftRobot);
    private final Session right = session(new ScriptedRobot());
    private final KeepAlive keepAlive = new KeepAlive(List.of(this.left, this.right));

    KeepAliveTests() {
        this.left.addListener(this.keepAlive);
        this.right.addListener(this.keepAlive);
    }

    private static Session session(ScriptedRobot robot) {
        return new Session(
                robot,
                observation -> observation,
                SessionOptions.defaults().withWarmup(Duration.ZERO));
    }

    @AfterEach
    void close() {
        this.left.stop();
        this.right.stop();
    }

    /** Returns the thread, once that of the previous test has ended. */
    private static Thread thread() {
        while (true) {
            List<Thread> threads =
                    Thread.getAllStackTraces().keySet().stream()
                            .filter(thread -> thread.getName().equals(KeepAlive.THREAD))
                            .toList();
            if (threads.size() == 1) {
                return threads.get(0);
            }
        }
    }

    @Test
    void oneThreadLivesUntilTheLastSessionHasStopped() throws Exception {
        this.left.start();
        this.right.start();
        this.keepAlive.ensure();
        Thread thread = thread();
        assertThat(thread.isDaemon()).isFalse();

        this.left.stop();
        assertThat(thread.isAlive()).isTrue();
        this.right.stop();

        thread.join();
    }

    @Test
    void restartPolicyThatThrowsLeavesTheThreadAliveWhileTheSessionRunsOrWaits() throws Exception {
        this.left.setRestartPolicy(new BrokenPolicy());
        this.left.start();
        this.keepAlive.ensure();
        Thread thread = thread();
        this.leftRobot.onAct(
                () -> {
                    throw new IOException("unplugged");
                });
        this.left.awaitStopped(Duration.ofMinutes(1));

        assertThat(this.left.snapshot().restart()).isNotNull();
        assertThat(thread.isAlive()).as("the restart is in an hour").isTrue();
        this.left.stop();
        thread.join();
    }

    /** Restarts in an hour, and throws when its attempts are read a second time. */
    private static final class BrokenPolicy implements RestartPolicy {

        private boolean asked;

        @Override
        public Duration delayAfter(SessionException failure) {
            return Duration.ofHours(1);
        }

        @Override
        public int attempts() {
            if (!this.asked) {
                this.asked = true;
                return 1;
            }
            throw new IllegalStateException("attempts() fails on purpose");
        }

        @Override
        public int maxAttempts() {
            return 3;
        }
    }
}
