package dev.rfx.session.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.rfx.session.Session;
import dev.rfx.session.test.VirtualClock;
import dev.rfx.session.testkit.ScriptedRobot;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OncePerScrapeTests {

    private final Session session = new Session(new ScriptedRobot(), observation -> observation);
    private final AtomicInteger computations = new AtomicInteger();
    private final VirtualClock clock = new VirtualClock();
    private final OncePerScrape<Integer> value =
            new OncePerScrape<>(any -> this.computations.incrementAndGet(), this.clock::nanoTime);

    /** The clock overflows right after it. */
    @BeforeEach
    void passHalfAMinute() {
        this.clock.advance(Duration.ofSeconds(30));
    }

    private int read(String meter) {
        return this.value.read(meter, this.session);
    }

    @Test
    void metersOfOneScrapeShareTheValue() {
        assertThat(read("p50")).isEqualTo(1);
        this.clock.advance(Duration.ofNanos(OncePerScrape.MAX_AGE_NANOS));

        assertThat(read("p99")).isEqualTo(1);
    }

    @Test
    void secondReadOfAMeterBeginsTheNextScrape() {
        read("p50");
        read("p99");

        assertThat(read("p99")).isEqualTo(2);
        assertThat(read("p50")).isEqualTo(2);
        assertThat(read("p50")).isEqualTo(3);
    }

    @Test
    void oldValueIsNotShared() {
        read("p50");
        this.clock.advance(Duration.ofNanos(OncePerScrape.MAX_AGE_NANOS + 1));

        assertThat(read("p99")).isEqualTo(2);
    }

    @Test
    void failedComputationIsRepeatedByTheNextMeter() {
        OncePerScrape<Integer> failing =
                new OncePerScrape<>(
                        any -> {
                            if (this.computations.incrementAndGet() == 2) {
                                throw new IllegalStateException("on purpose");
                            }
                            return this.computations.get();
                        },
                        this.clock::nanoTime);
        failing.read("p50", this.session);
        assertThatIllegalStateException().isThrownBy(() -> failing.read("p50", this.session));

        assertThat(failing.read("p99", this.session)).isEqualTo(3);
    }
}
