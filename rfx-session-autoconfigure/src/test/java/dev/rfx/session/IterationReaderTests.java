package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.test.VirtualClock;
import dev.rfx.session.testkit.ScriptedRobot;
import dev.rfx.session.timing.IterationReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class IterationReaderTests {

    private static final long PERIOD = 20_000_000;

    private final VirtualClock clock = new VirtualClock();
    private final ScriptedRobot robot = new ScriptedRobot();
    private final Session session =
            this.clock.session(
                    this.robot,
                    observation -> observation,
                    SessionOptions.defaults()
                            .withWarmup(Duration.ZERO)
                            .withSpinWindow(Duration.ZERO));
    private final IterationReader reader = this.session.iterationReader();
    private final List<List<Long>> iterations = new ArrayList<>();

    @AfterEach
    void close() {
        this.clock.close();
    }

    private void read() {
        this.iterations.clear();
        this.reader.read(
                (period, late, observe, policy, act) ->
                        this.iterations.add(List.of(period, late, observe, policy, act)));
    }

    private void run(int count) {
        this.session.run(Duration.ofNanos(count * PERIOD));
    }

    @Test
    void beforeTheFirstRunThereIsNothing() {
        read();

        assertThat(this.iterations).isEmpty();
    }

    @Test
    void eachIterationIsReadOnce() {
        this.robot.onObserve(() -> this.clock.advance(Duration.ofNanos(1_000)));
        this.robot.onAct(() -> this.clock.advance(Duration.ofNanos(3_000)));
        run(3);

        read();
        assertThat(this.iterations)
                .containsExactly(
                        List.of(-1L, 0L, 1_000L, 0L, 3_000L),
                        List.of(PERIOD, 0L, 1_000L, 0L, 3_000L),
                        List.of(PERIOD, 0L, 1_000L, 0L, 3_000L));
        read();
        assertThat(this.iterations).isEmpty();
    }

    @Test
    void restOfTheLastRunComesBeforeThoseOfTheNext() {
        this.session.start();
        this.clock.advance(Duration.ofNanos(2 * PERIOD));
        read();
        assertThat(this.iterations).hasSize(2);
        this.clock.advance(Duration.ofNanos(2 * PERIOD));
        this.session.stop();
        run(3);

        read();

        assertThat(this.iterations)
                .extracting(times -> times.get(0))
                .as("a run has no first period")
                .containsExactly(PERIOD, PERIOD, -1L, PERIOD, PERIOD);
        assertThat(this.reader.lost()).isZero();
    }

    @Test
    void readerThatReadsTooSeldomGetsTheNumberOfLostIterations() {
        run(10_000);

        read();

        assertThat(this.iterations.size() + this.reader.lost()).isEqualTo(10_000);
        assertThat(this.iterations).hasSizeGreaterThanOrEqualTo(4096);
        assertThat(this.iterations.get(0).get(0)).isEqualTo(-1);
    }

    @Test
    void readersDoNotDisturbEachOther() {
        run(5);
        read();
        IterationReader other = this.session.iterationReader();
        int[] count = {0};

        other.read((period, late, observe, policy, act) -> count[0]++);

        assertThat(count[0]).isEqualTo(5);
    }

    @Test
    void elapsedTimeIsThatOfTheLoop() {
        assertThat(this.session.elapsed()).isZero();
        Duration[] inTheThird = new Duration[1];
        this.robot.onAct(
                () -> {
                    this.clock.advance(Duration.ofNanos(3_000));
                    inTheThird[0] = this.session.elapsed();
                });

        run(3);

        assertThat(inTheThird[0]).isEqualTo(Duration.ofNanos(2 * PERIOD + 3_000));
        assertThat(this.session.elapsed()).isEqualTo(Duration.ofNanos(2 * PERIOD + 3_000));
    }

    @Test
    void latestObservationAndActionAreThoseOfTheLastIteration() {
        assertThat(this.session.latestObservation()).isNull();
        assertThat(this.session.latestAction()).isNull();

        run(3);

        assertThat(this.session.latestObservation()).isNotNull();
        assertThat(this.session.latestAction()).isEqualTo(this.session.latestObservation());
    }
}
