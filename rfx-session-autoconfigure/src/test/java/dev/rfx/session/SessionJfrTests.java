package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.rfx.session.jfr.IterationEvents;
import dev.rfx.session.test.VirtualClock;
import dev.rfx.session.testkit.ChildJvm;
import dev.rfx.session.testkit.ScriptedRobot;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contents of a flight recording. The loops run on virtual time. */
class SessionJfrTests {

    private static final long PERIOD = 20_000_000;

    @TempDir Path directory;

    private final VirtualClock clock = new VirtualClock();
    private final ScriptedRobot robot = new ScriptedRobot();
    private final SessionOptions options =
            SessionOptions.defaults()
                    .withName("recorded arm")
                    .withWarmup(Duration.ZERO)
                    .withSpinWindow(Duration.ZERO);

    @AfterEach
    void close() {
        this.clock.close();
    }

    private Session session() {
        return this.clock.session(this.robot, observation -> observation, this.options);
    }

    /** Records the default events, and the given ones. */
    private List<RecordedEvent> record(Runnable task, String... more) throws Exception {
        Path file = this.directory.resolve("session.jfr");
        try (Recording recording = new Recording()) {
            for (String event : more) {
                recording.enable(event);
            }
            recording.start();
            task.run();
            recording.stop();
            recording.dump(file);
        }
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().startsWith("rfx."))
                .filter(event -> event.getString("session").equals("recorded arm"))
                .toList();
    }

    private static List<RecordedEvent> named(List<RecordedEvent> events, String name) {
        return events.stream()
                .filter(event -> event.getEventType().getName().equals(name))
                .toList();
    }

    @Test
    void quietRunRecordsItsBeginAndItsEnd() throws Exception {
        List<RecordedEvent> events = record(() -> session().run(Duration.ofNanos(10 * PERIOD)));

        assertThat(events)
                .extracting(event -> event.getEventType().getName())
                .containsExactlyInAnyOrder("rfx.SessionStarted", "rfx.SessionStopped");
        assertThat(named(events, "rfx.SessionStarted").get(0).getDouble("rateHz")).isEqualTo(50);
        RecordedEvent stopped = named(events, "rfx.SessionStopped").get(0);
        assertThat(stopped.getLong("iterations")).isEqualTo(10);
        assertThat(stopped.getLong("overruns")).isZero();
        assertThat(stopped.getEventType().getCategoryNames()).containsExactly("rfx");
        assertThat(stopped.getStackTrace()).isNull();
    }

    @Test
    void eachOverrunAndLateWakeupIsAnEventWithItsTimes() throws Exception {
        this.robot.onObserve(() -> this.clock.advance(Duration.ofNanos(1_000)));
        this.robot.onAct(
                () ->
                        this.clock.advance(
                                Duration.ofNanos(
                                        this.robot.acts.get() % 4 == 2
                                                ? PERIOD * 3 / 2
                                                : PERIOD / 2)));
        LongSupplier oversleep = () -> this.robot.acts.get() == 3 ? PERIOD * 3 / 4 : 0;
        this.clock.oversleeping(oversleep);
        Instant before = Instant.now();

        List<RecordedEvent> events = record(() -> session().run(Duration.ofNanos(10 * PERIOD)));

        List<RecordedEvent> overruns = named(events, "rfx.Overrun");
        assertThat(overruns)
                .extracting(event -> event.getLong("iteration"))
                .containsExactly(1L, 5L);
        RecordedEvent overrun = overruns.get(0);
        assertThat(overrun.getDuration("observe")).isEqualTo(Duration.ofNanos(1_000));
        assertThat(overrun.getDuration("policy")).isZero();
        assertThat(overrun.getDuration("act")).isEqualTo(Duration.ofNanos(PERIOD * 3 / 2));
        assertThat(overrun.getDuration("lateness")).isZero();
        assertThat(overruns)
                .extracting(RecordedEvent::getStartTime)
                .allSatisfy(time -> assertThat(time).isBetween(before, Instant.now()))
                .isSorted()
                .doesNotHaveDuplicates();
        List<RecordedEvent> lateWakeups = named(events, "rfx.LateWakeup");
        assertThat(lateWakeups).hasSize(1);
        assertThat(lateWakeups.get(0).getLong("iteration")).isEqualTo(3);
        assertThat(lateWakeups.get(0).getDuration("lateness"))
                .isEqualTo(Duration.ofNanos(PERIOD * 3 / 4));
    }

    @Test
    void singleIterationsAreRecordedOnRequest() throws Exception {
        List<RecordedEvent> events =
                record(() -> session().run(Duration.ofNanos(5 * PERIOD)), "rfx.Iteration");

        assertThat(named(events, "rfx.Iteration"))
                .extracting(event -> event.getLong("iteration"))
                .containsExactly(0L, 1L, 2L, 3L, 4L);
    }

    /** In a JVM of its own: in this one a test may have used the flight recorder before. */
    @Test
    void firstRecordingOfAJvmMayBeginInTheMiddleOfARun() throws Exception {
        try (ChildJvm jvm = ChildJvm.start(RecordingLater.class)) {
            assertThat(jvm.awaitExit(Duration.ofSeconds(30))).as(jvm.output()).isZero();

            assertThat(jvm.output()).contains("EVENTS OF CONSECUTIVE ITERATIONS");
        }
    }

    static final class RecordingLater {

        public static void main(String[] args) throws Exception {
            Path file = Files.createTempFile("later", ".jfr");
            CountDownLatch started = new CountDownLatch(1);
            try (Session session =
                            new Session(
                                    new ScriptedRobot(),
                                    observation -> "action",
                                    SessionOptions.defaults()
                                            .withRateHz(1000)
                                            .withWarmup(Duration.ZERO)
                                            .withWatchdogTimeout(Duration.ZERO));
                    Recording recording = new Recording()) {
                session.addListener(
                        new SessionListener() {
                            @Override
                            public void started(SessionView session) {
                                started.countDown();
                            }
                        });
                session.start();
                started.await();
                recording.enable("rfx.Iteration");
                recording.start();
                long end = session.stepCount() + 100;
                while (session.stepCount() < end) {
                    Thread.onSpinWait();
                }
                recording.stop();
                recording.dump(file);
                List<Long> iterations =
                        named(RecordingFile.readAllEvents(file), "rfx.Iteration").stream()
                                .map(event -> event.getLong("iteration"))
                                .toList();
                assertThat(iterations).isNotEmpty();
                long first = iterations.get(0);
                assertThat(iterations)
                        .isEqualTo(
                                LongStream.range(first, first + iterations.size())
                                        .boxed()
                                        .toList());
                System.out.println("EVENTS OF CONSECUTIVE ITERATIONS");
            } finally {
                Files.delete(file);
            }
        }
    }

    @Test
    void failureIsAnEventWithItsMessage() throws Exception {
        this.robot.onAct(
                () -> {
                    if (this.robot.acts.get() == 4) {
                        throw new IllegalStateException("unplugged");
                    }
                });

        List<RecordedEvent> events =
                record(
                        () ->
                                assertThatThrownBy(() -> session().run())
                                        .isInstanceOf(SessionException.class));

        RecordedEvent failure = named(events, "rfx.Failure").get(0);
        assertThat(failure.getString("phase")).isEqualTo("act");
        assertThat(failure.getLong("iteration")).isEqualTo(3);
        assertThat(failure.getString("message")).contains("unplugged");
        assertThat(named(events, "rfx.SessionStopped")).isEmpty();
    }

    @Test
    void stallIsAnEventWithTheCallThatDoesNotReturn() throws Exception {
        this.robot.onObserve(
                () -> {
                    if (this.robot.observes.get() == 4) {
                        this.clock.sleep(Duration.ofHours(1)); // until it is interrupted
                    }
                });

        List<RecordedEvent> events =
                record(
                        () ->
                                assertThatThrownBy(() -> session().run())
                                        .isInstanceOf(SessionUnresponsiveException.class));

        RecordedEvent stall = named(events, "rfx.Stall").get(0);
        assertThat(stall.getString("phase")).isEqualTo("observe");
        assertThat(stall.getLong("iteration")).isEqualTo(3);
        assertThat(named(events, "rfx.Failure")).hasSize(1);
    }

    @Test
    void eventsOfTheWarmUpAreDiscarded() throws Exception {
        Path file = this.directory.resolve("dry.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("rfx.Iteration");
            recording.start();
            IterationEvents.DISCARD.iteration(0, 0, 0, 0, 0, PERIOD * 2, true, false);
            recording.stop();
            recording.dump(file);
        }

        assertThat(RecordingFile.readAllEvents(file))
                .extracting(event -> event.getEventType().getName())
                .doesNotContain("rfx.Iteration", "rfx.Overrun", "rfx.LateWakeup");
    }

    @Test
    void aRecordingThatAsksForAllOfThemDoesNotLetTheLoopAllocate() throws Exception {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int warmUp = 20_000;
        int measured = 100_000;
        long[] bytes = new long[2];
        this.robot.onAct(
                () -> {
                    int act = this.robot.acts.get();
                    if (act == warmUp || act == warmUp + measured) {
                        bytes[act == warmUp ? 0 : 1] = threads.getCurrentThreadAllocatedBytes();
                    }
                });

        record(
                () -> session().run(Duration.ofNanos((warmUp + measured + 1) * PERIOD)),
                "rfx.Iteration");

        assertThat(bytes[0]).isPositive();
        // The JVM itself allocates a little on the thread.
        assertThat((bytes[1] - bytes[0]) / (double) measured).as("bytes an event").isLessThan(1);
    }
}
