package dev.rfx.session.so101;

import dev.rfx.session.Tensor;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * How many cycles per second (position, velocity, goals) the driver reaches on a bus that takes 10
 * µs a byte, where 1000 are possible. Not part of the normal build: {@code mvn -Pbenchmark verify
 * -pl rfx-session-autoconfigure}.
 */
@Tag("benchmark")
class So101CycleBenchmark {

    private static final int ROUNDS = 9;
    private static final int CYCLES = 2_000;

    @Test
    @Timeout(300)
    void cyclesPerSecond() throws Exception {
        Tensor home = Tensor.zeros(6);
        double[] rates = new double[ROUNDS];
        double[] medians = new double[ROUNDS];
        try (VirtualSo101 arm = VirtualSo101.builder().paced().start();
                So101Robot robot =
                        So101Robot.builder(
                                        arm.port().toString(), So101Fixture.calibration(700, 3400))
                                .readTimeout(Duration.ofMillis(100))
                                .build()) {
            robot.reset();
            for (int round = -1; round < ROUNDS; round++) {
                long[] nanos = new long[CYCLES];
                long begin = System.nanoTime();
                for (int i = 0; i < CYCLES; i++) {
                    long cycle = System.nanoTime();
                    robot.observe();
                    robot.act(home);
                    nanos[i] = System.nanoTime() - cycle;
                }
                long total = System.nanoTime() - begin;
                if (round >= 0) {
                    Arrays.sort(nanos);
                    rates[round] = CYCLES * 1e9 / total;
                    medians[round] = nanos[CYCLES / 2] / 1e3;
                }
            }
            Arrays.sort(rates);
            Arrays.sort(medians);
            System.out.printf(
                    "SO-101 at full speed, %d rounds of %d cycles: median %.0f Hz (%.0f to %.0f), cycle"
                            + " p50 %.0f µs; retries %.0f%n",
                    ROUNDS,
                    CYCLES,
                    rates[ROUNDS / 2],
                    rates[0],
                    rates[ROUNDS - 1],
                    medians[ROUNDS / 2],
                    robot.readings().stream()
                            .filter(reading -> reading.name().equals("link.retries"))
                            .mapToDouble(reading -> reading.value())
                            .sum());
        }
    }
}
