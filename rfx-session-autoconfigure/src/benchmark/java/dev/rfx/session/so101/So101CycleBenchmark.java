package dev.rfx.session.so101;

import dev.rfx.session.Tensor;
import dev.rfx.session.so101.protocol.Register;
import dev.rfx.session.so101.protocol.ReplyParser;
import dev.rfx.session.so101.protocol.Request;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * How many cycles per second (position, velocity, goals) the driver reaches on a bus that takes 10
 * µs a byte, where 1000 are possible. Each round also measures a bare client on the same bus: it
 * sends the same bytes, sleeps until shortly before the last reply is due, and checks nothing. It
 * shows what the pseudo-terminal and the machine allow. Not part of the normal build: {@code mvn
 * -Pbenchmark verify -pl rfx-session-autoconfigure}.
 */
@Tag("benchmark")
class So101CycleBenchmark {

    private static final int ROUNDS = 9;
    private static final int CYCLES = 2_000;
    private static final int WARM_UP_CYCLES = 200;

    /** The bytes of a cycle take 1 ms. The bare client wakes 100 µs before, as the driver does. */
    private static final long SLEEP_NANOS = 900_000;

    private static final long LOST_NANOS = 1_000_000_000;

    /** One round in the order of its cycles. */
    private static final class Round {

        private final long[] nanos = new long[CYCLES];

        void run(Runnable cycle) {
            for (int i = 0; i < WARM_UP_CYCLES; i++) {
                cycle.run();
            }
            for (int i = 0; i < CYCLES; i++) {
                long begin = System.nanoTime();
                cycle.run();
                this.nanos[i] = System.nanoTime() - begin;
            }
        }

        double rate() {
            return CYCLES * 1e9 / Arrays.stream(this.nanos).sum();
        }

        double medianMicros() {
            return Arrays.stream(this.nanos).sorted().toArray()[CYCLES / 2] / 1e3;
        }
    }

    private double retries;

    @Test
    @Timeout(300)
    void cyclesPerSecond() throws Exception {
        Round[] driver = new Round[ROUNDS];
        Round[] bare = new Round[ROUNDS];
        try (VirtualSo101 arm = VirtualSo101.builder().paced().start()) {
            for (int i = -1; i < ROUNDS; i++) { // the first round warms up
                Round byDriver = byDriver(arm);
                Round byBareClient = byBareClient(arm);
                if (i >= 0) {
                    driver[i] = byDriver;
                    bare[i] = byBareClient;
                }
            }
        }
        System.out.printf(
                "SO-101 at full speed, %d rounds of %d cycles; the wire allows 1000 Hz%n",
                ROUNDS, CYCLES);
        print("driver", driver);
        print("bare client", bare);
        System.out.printf("  retries of the driver: %.0f%n", this.retries);
    }

    private Round byDriver(VirtualSo101 arm) throws InterruptedException {
        Tensor home = Tensor.zeros(6);
        Round round = new Round();
        try (So101Robot robot =
                So101Robot.builder(arm.port().toString(), So101Fixture.calibration(700, 3400))
                        .readTimeout(Duration.ofMillis(100))
                        .build()) {
            robot.reset();
            round.run(
                    () -> {
                        robot.observe();
                        robot.act(home);
                    });
            this.retries +=
                    robot.readings().stream()
                            .filter(reading -> reading.name().equals("link.retries"))
                            .mapToDouble(reading -> reading.value())
                            .sum();
        }
        arm.forget();
        return round;
    }

    private static Round byBareClient(VirtualSo101 arm) {
        int[] ids = Arrays.stream(Joint.values()).mapToInt(Joint::id).toArray();
        int[] middle = new int[ids.length];
        Arrays.fill(middle, So101Fixture.MIDDLE);
        int count = Measurement.MOTION_BYTES;
        Request measure = new Request().syncRead(ids, Register.PRESENT_POSITION, count);
        Request goals = new Request().syncWrite(ids, Register.GOAL_POSITION, middle);
        int replyBytes = ids.length * (ReplyParser.OVERHEAD + count);
        byte[] chunk = new byte[ReplyParser.MAX_CHUNK];
        Round round = new Round();
        ArmPort port = ArmPort.open(arm.port().toString(), 1_000_000);
        try {
            round.run(
                    () -> {
                        port.write(measure);
                        LockSupport.parkNanos(SLEEP_NANOS);
                        long begin = System.nanoTime();
                        int received = 0;
                        while (received < replyBytes) {
                            received += port.read(chunk);
                            if (System.nanoTime() - begin > LOST_NANOS) {
                                throw new IllegalStateException("A byte of a reply is lost.");
                            }
                        }
                        port.write(goals);
                    });
        } finally {
            port.close();
        }
        arm.forget();
        return round;
    }

    private static void print(String name, Round[] rounds) {
        double[] rates = Arrays.stream(rounds).mapToDouble(Round::rate).sorted().toArray();
        double[] medians =
                Arrays.stream(rounds).mapToDouble(Round::medianMicros).sorted().toArray();
        System.out.printf(
                "  %-11s median %.0f Hz (%.0f to %.0f), cycle p50 %.0f µs%n",
                name, rates[ROUNDS / 2], rates[0], rates[ROUNDS - 1], medians[ROUNDS / 2]);
    }
}
