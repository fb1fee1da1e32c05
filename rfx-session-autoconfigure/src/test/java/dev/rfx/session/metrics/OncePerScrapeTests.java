package dev.rfx.session.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.rfx.session.Session;
import dev.rfx.session.testkit.ScriptedRobot;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class OncePerScrapeTests {

    private final Session session = new Session(new ScriptedRobot(), observation -> observation);
    private final AtomicInteger computations = new AtomicInteger();
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE); // the clock may overflow
    private final OncePerScrape<Integer> value =
            new OncePerScrape<>(any -> this.computations.incrementAndGet(), this.now::get);

    private int read(String meter) {
        return this.value.read(meter, this.session);
    }

    @Test
    void metersOfOneScrapeShareTheValue() {
        assertThat(read("p50")).isEqualTo(1);
        this.now.addAndGet(OncePerScrape.MAX_AGE_NANOS);

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
        this.now.addAndGet(OncePerScrape.MAX_AGE_NANOS + 1);

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
                        this.now::get);
        failing.read("p50", this.session);
        assertThatIllegalStateException().isThrownBy(() -> failing.read("p50", this.session));

        assertThat(failing.read("p99", this.session)).isEqualTo(3);
    }
}
