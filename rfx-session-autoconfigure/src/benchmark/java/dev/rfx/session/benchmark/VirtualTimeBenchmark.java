package dev.rfx.session.benchmark;

import dev.rfx.session.Robot;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.Tensor;
import dev.rfx.session.test.VirtualSession;
import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How long a million iterations take on virtual time, with an idle robot. */
@Tag("benchmark")
class VirtualTimeBenchmark {

    private static final int ROUNDS = 5;
    private static final int ITERATIONS = 1_000_000;

    @Test
    @Timeout(300)
    void measure() {
        for (double rate : new double[] {50, 1000}) {
            double[] seconds = new double[ROUNDS];
            for (int i = 0; i < ROUNDS; i++) {
                long begin = System.nanoTime();
                try (VirtualSession<Tensor, Tensor> session =
                        VirtualSession.of(
                                new IdleRobot(),
                                observation -> observation,
                                SessionOptions.defaults().withRateHz(rate))) {
                    session.step(ITERATIONS);
                }
                seconds[i] = (System.nanoTime() - begin) / 1e9;
            }
            System.out.printf(
                    Locale.ROOT,
                    "%d iterations at %.0f Hz: first %.2f s (cold), then %s s (target 2)%n",
                    ITERATIONS,
                    rate,
                    seconds[0],
                    Arrays.toString(Arrays.copyOfRange(seconds, 1, ROUNDS)));
        }
    }

    private static final class IdleRobot implements Robot<Tensor, Tensor> {

        private final Tensor state = Tensor.zeros(6);

        @Override
        public Tensor observe() {
            return this.state;
        }

        @Override
        public void act(Tensor action) {}

        @Override
        public Tensor reset() {
            return this.state;
        }
    }
}
