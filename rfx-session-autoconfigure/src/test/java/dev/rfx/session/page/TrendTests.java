package dev.rfx.session.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rfx.session.EngageOptions;
import dev.rfx.session.Observation;
import dev.rfx.session.Policy;
import dev.rfx.session.Session;
import dev.rfx.session.SessionException;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.Tensor;
import dev.rfx.session.robot.MockRobot;
import dev.rfx.session.robot.SafetyLimits;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TrendTests {

    private static final int RATE = 1000;
    private static final Duration SOME_ITERATIONS = Duration.ofMillis(50);

    private volatile Policy<Observation, Tensor> policy = observation -> Tensor.zeros(1);

    private final Session session =
            new Session(
                    SafetyLimits.around(new MockRobot(1, RATE)).max(1).build(),
                    (Policy<Observation, Tensor>)
                            observation -> this.policy.selectAction(observation),
                    SessionOptions.defaults()
                            .withRateHz(RATE)
                            .withWarmup(Duration.ZERO)
                            .withEngage(EngageOptions.defaults().withEnabled(false)));

    private final Trend trend = new Trend(this.session);

    @AfterEach
    void close() {
        this.session.close();
    }

    private Point sample() {
        this.trend.sample(0, true);
        return this.trend.latest().get(0);
    }

    @Test
    void pointHasTheOverrunsSinceTheLastOne() {
        this.policy =
                observation -> {
                    for (long end = System.nanoTime() + 2_000_000; System.nanoTime() < end; ) {
                        Thread.onSpinWait();
                    }
                    return Tensor.zeros(1);
                };
        this.session.run(SOME_ITERATIONS);

        assertThat(sample().overruns())
                .isEqualTo(this.session.totals().overruns())
                .isGreaterThan(0);
        assertThat(sample().overruns()).isZero();
    }

    @Test
    void pointHasTheClampsSinceTheLastOne() {
        this.policy = observation -> Tensor.of(5);
        sample();
        this.session.run(SOME_ITERATIONS);

        assertThat(sample().clamps()).isEqualTo(this.session.stepCount()).isGreaterThan(0);
        assertThat(sample().clamps()).isZero();
    }

    @Test
    void pointHasTheFailuresSinceTheLastOne() {
        this.policy =
                observation -> {
                    throw new IllegalStateException("on purpose");
                };
        assertThatThrownBy(() -> this.session.run(SOME_ITERATIONS))
                .isInstanceOf(SessionException.class);

        assertThat(sample().failures()).isEqualTo(1);
        assertThat(sample().failures()).isZero();
    }

    /** What has been before the page was there is no mark. */
    @Test
    void firstPointHasNoMarksOfTheTimeBefore() {
        this.policy = observation -> Tensor.of(5);
        this.session.run(SOME_ITERATIONS);
        Trend later = new Trend(this.session);

        later.sample(0, true);

        assertThat(later.latest().get(0).clamps()).isZero();
    }

    @Test
    void pointAfterATimeWithoutViewersHasNoClampsOfThatTime() {
        this.policy = observation -> Tensor.of(5);
        sample();
        this.trend.sample(0, false);
        this.session.run(SOME_ITERATIONS);

        assertThat(sample().clamps()).isZero();
    }
}
