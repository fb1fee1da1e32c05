package dev.rfx.session.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.JsonPath;
import dev.rfx.session.Robot;
import dev.rfx.session.RobotReading;
import dev.rfx.session.Session;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.Tensor;
import dev.rfx.session.recording.RecordingOptions;
import dev.rfx.session.robot.LimitOptions;
import dev.rfx.session.robot.MockRobot;
import dev.rfx.session.robot.SafetyLimits;
import dev.rfx.session.testkit.Campaign;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveFeedTests {

    private final UnreadableRobot unreadable = new UnreadableRobot();
    private final Session broken = new Session(this.unreadable, observation -> observation);
    private final Session healthy =
            new Session(
                    SafetyLimits.around(new MockRobot(6, 50)).max(1).build(),
                    observation -> Tensor.zeros(6));
    private final LiveFeed feed =
            new LiveFeed(
                    Map.of("broken", this.broken, "healthy", this.healthy), false, new Viewers(60));

    @AfterEach
    void close() {
        this.feed.stop();
        this.broken.close();
        this.healthy.close();
    }

    /** A robot whose readings fail on request. */
    private static final class UnreadableRobot implements Robot<String, String> {

        private volatile boolean fails;
        private volatile boolean failsByError;
        private final AtomicInteger reads = new AtomicInteger();

        @Override
        public String observe() {
            return "observation";
        }

        @Override
        public void act(String action) {}

        @Override
        public String reset() {
            return observe();
        }

        @Override
        public List<RobotReading> readings() {
            this.reads.incrementAndGet();
            if (this.fails) {
                throw new IllegalStateException("readings() fails on purpose");
            }
            if (this.failsByError) {
                throw new NoClassDefFoundError("readings() fails on purpose");
            }
            return List.of();
        }
    }

    private static final class Received implements Viewers.Connection {

        private final BlockingQueue<String> frames = new LinkedBlockingQueue<>();
        private final CountDownLatch closed = new CountDownLatch(1);
        private volatile boolean gone;

        @Override
        public void send(String message) throws IOException {
            if (this.gone) {
                throw new IOException("gone");
            }
            this.frames.add(message);
        }

        @Override
        public void close() {
            this.closed.countDown();
        }

        String next() throws InterruptedException {
            String frame = this.frames.poll(1, TimeUnit.MINUTES);
            assertThat(frame).as("the feed goes on").isNotNull();
            return frame;
        }
    }

    private static List<String> sessions(String frame) {
        return List.copyOf(JsonPath.<Map<String, Object>>read(frame, "$.sessions").keySet());
    }

    @Test
    void sessionThatCannotBeReadIsLeftOutAndTheOthersGoOn() throws Exception {
        Received viewer = new Received();
        this.feed.start();
        this.feed.add(viewer);
        assertThat(sessions(viewer.next())).containsExactly("broken", "healthy");

        this.unreadable.fails = true;
        List<String> last = sessions(viewer.next());
        while (last.contains("broken")) {
            last = sessions(viewer.next());
        }
        assertThat(last).containsExactly("healthy");
        assertThat(sessions(viewer.next())).containsExactly("healthy");

        this.unreadable.fails = false;
        while (!last.contains("broken")) {
            last = sessions(viewer.next());
        }
    }

    @Test
    void errorOfARobotEndsNoFeed() throws Exception {
        Received viewer = new Received();
        this.feed.start();
        this.feed.add(viewer);

        this.unreadable.failsByError = true;
        List<String> last = sessions(viewer.next());
        while (last.contains("broken")) {
            last = sessions(viewer.next());
        }
        assertThat(last).containsExactly("healthy");

        this.unreadable.failsByError = false;
        while (!last.contains("broken")) {
            last = sessions(viewer.next());
        }
    }

    /** A reading may use the bus of the robot. */
    @Test
    void withoutViewersNoRobotIsRead() throws Exception {
        Viewers viewers = new Viewers(1);
        LiveFeed page = new LiveFeed(Map.of("robot", this.broken), false, viewers);
        page.sample();
        assertThat(this.unreadable.reads).hasValue(0);

        Received viewer = new Received();
        viewers.add(viewer, () -> "first");
        page.sample();
        assertThat(this.unreadable.reads).hasPositiveValue();

        viewer.gone = true;
        page.sample();
        assertThat(viewer.closed.await(1, TimeUnit.MINUTES)).isTrue();
        this.unreadable.reads.set(0);
        page.sample();
        assertThat(this.unreadable.reads).hasValue(0);
    }

    @Test
    void firstViewerSeesWhatWasBefore() throws Exception {
        for (int i = 0; i < 5; i++) {
            this.feed.sample();
        }
        Received viewer = new Received();
        this.feed.start();
        this.feed.add(viewer);

        assertThat(times(viewer.next())).hasSizeGreaterThanOrEqualTo(5);
    }

    /** No point is lost between the first frame and the next, whenever a viewer arrives. */
    @Campaign
    @Test
    void whoComesAtAnyTimeMissesNoPoint() throws Exception {
        this.feed.start();
        Received first = new Received();
        this.feed.add(first);
        List<Long> all = new ArrayList<>(times(first.next()));
        List<Received> others = new ArrayList<>();
        for (int i = 0; i < Campaign.Rounds.of(50, 5); i++) {
            Received viewer = new Received();
            this.feed.add(viewer);
            others.add(viewer);
            all.addAll(times(first.next()));
        }
        all.addAll(times(first.next()));

        for (Received viewer : others) {
            List<Long> seen = new ArrayList<>();
            while (!seen.contains(all.get(all.size() - 1))) {
                seen.addAll(times(viewer.next()));
            }
            assertThat(seen).containsExactlyElementsOf(all);
        }
    }

    private static List<Long> times(String frame) {
        return JsonPath.read(frame, "$.sessions.healthy.points[*].time");
    }

    @Test
    void frameHasTheLimitsOfASessionAndWhatItKeepsInMemory(@TempDir Path folder) throws Exception {
        SessionOptions options =
                SessionOptions.defaults()
                        .withLimits(
                                LimitOptions.none()
                                        .withMin(List.of(-1.5f))
                                        .withMax(List.of(1.5f, 2f)))
                        .withRecording(
                                RecordingOptions.into(folder).withLast(Duration.ofSeconds(30)));
        try (Session limited =
                new Session(new MockRobot(2, 50), observation -> Tensor.zeros(2), options)) {
            LiveFeed page = new LiveFeed(Map.of("limited", limited), true, new Viewers(1));
            Received viewer = new Received();
            page.start();
            page.add(viewer);

            String frame = viewer.next();

            page.stop();
            assertThat(JsonPath.<Boolean>read(frame, "$.commands")).isTrue();
            assertThat(JsonPath.<List<Double>>read(frame, "$.sessions.limited.min"))
                    .containsExactly(-1.5);
            assertThat(JsonPath.<List<Double>>read(frame, "$.sessions.limited.max"))
                    .containsExactly(1.5, 2.0);
            assertThat(JsonPath.<Double>read(frame, "$.sessions.limited.savableSeconds"))
                    .isEqualTo(30);
        }
    }

    @Test
    void sessionWithoutThemHasNeither() throws Exception {
        Received viewer = new Received();
        this.feed.start();
        this.feed.add(viewer);

        String frame = viewer.next();

        assertThat(JsonPath.<Boolean>read(frame, "$.commands")).isFalse();
        assertThat(JsonPath.<List<Double>>read(frame, "$.sessions.healthy.min")).isEmpty();
        assertThat(JsonPath.<List<Double>>read(frame, "$.sessions.healthy.max")).isEmpty();
        assertThat(JsonPath.<Double>read(frame, "$.sessions.healthy.savableSeconds")).isNull();
    }
}
