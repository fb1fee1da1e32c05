package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import dev.rfx.session.testkit.ScriptedRobot;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;

@Timeout(60)
class NotifierTests {

    private static final SessionOptions OPTIONS =
            SessionOptions.defaults().withWarmup(Duration.ZERO).withSpinWindow(Duration.ZERO);

    private final ScriptedRobot robot = new ScriptedRobot();
    private final Session session = new Session(this.robot, observation -> "action", OPTIONS);
    private final List<String> reported = new CopyOnWriteArrayList<>();

    /** An appender that throws, as one on a full disk may. */
    private static final class ThrowingLog extends TurboFilter {
        @Override
        public FilterReply decide(
                Marker marker,
                Logger logger,
                Level level,
                String format,
                Object[] params,
                Throwable t) {
            if (logger.getName().startsWith("dev.rfx.session")) {
                throw new IllegalStateException("no space left on device");
            }
            return FilterReply.NEUTRAL;
        }
    }

    @Test
    void logThatThrowsKeepsNoEventFromAListener() throws Exception {
        this.session.addListener(
                new SessionListener() {
                    @Override
                    public void started(SessionView session) {
                        throw new IllegalStateException("the log of this is what throws");
                    }

                    @Override
                    public String toString() {
                        throw new IllegalStateException("and so does the name");
                    }
                });
        this.session.addListener(
                new SessionListener() {
                    @Override
                    public void started(SessionView session) {
                        NotifierTests.this.reported.add("started");
                    }

                    @Override
                    public void failed(SessionView session, SessionException failure) {
                        NotifierTests.this.reported.add("failed");
                    }
                });
        this.robot.onAct(
                () -> {
                    throw new IllegalStateException("boom");
                });
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        ThrowingLog log = new ThrowingLog();
        context.addTurboFilter(log);
        try {
            this.session.start();
            assertThat(this.session.awaitStopped(Duration.ofSeconds(50))).isTrue();
            this.session.stop();
            while (this.reported.size() < 2) {
                Thread.onSpinWait();
            }
        } finally {
            context.getTurboFilterList().remove(log);
        }
        assertThat(this.reported).containsExactly("started", "failed");
    }

    @Test
    void listenerThatBlocksKeepsNoLaterRunInMemory() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        this.session.addListener(
                new SessionListener() {
                    @Override
                    public void started(SessionView session) {
                        try {
                            never.await();
                        } catch (InterruptedException ex) {
                            Thread.currentThread().interrupt();
                        }
                    }
                });
        List<WeakReference<Object>> seen = new ArrayList<>();
        for (int run = 0; run < 3; run++) {
            this.session.start();
            long before = this.session.stepCount();
            while (this.session.stepCount() <= before) {
                Thread.onSpinWait();
            }
            seen.add(new WeakReference<>(currentRun()));
            this.session.requestStop();
            assertThat(this.session.awaitStopped(Duration.ofSeconds(50))).isTrue();
        }

        for (WeakReference<Object> run : seen.subList(0, 2)) {
            while (run.get() != null) {
                System.gc();
            }
        }
        never.countDown();
    }

    private Object currentRun() throws ReflectiveOperationException {
        var field = Session.class.getDeclaredField("register");
        field.setAccessible(true);
        return ((RunRegister) field.get(this.session)).current();
    }
}
