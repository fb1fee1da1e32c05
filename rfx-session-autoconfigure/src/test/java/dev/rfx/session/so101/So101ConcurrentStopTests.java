package dev.rfx.session.so101;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.rfx.session.Observation;
import dev.rfx.session.testkit.Campaign;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** A stop while another thread is in a call. */
class So101ConcurrentStopTests extends So101Fixture {

    @Test
    void armIsToldToStopThoughAMeasurementTakesItsTime() throws Exception {
        this.robot =
                builder().readTimeout(Duration.ofSeconds(1)).stopMode(StopMode.TORQUE_OFF).build();
        this.robot.reset();
        this.arm.setDead(Joint.SHOULDER_PAN, true);
        this.arm.forget();
        CompletableFuture<Void> observed = CompletableFuture.runAsync(this.robot::observe);
        while (this.arm.requests().isEmpty()) {
            Thread.onSpinWait();
        }

        assertThatExceptionOfType(LinkException.class).isThrownBy(this.robot::stop);

        observed.join();
        for (Joint joint : EnumSet.range(Joint.SHOULDER_LIFT, Joint.GRIPPER)) {
            assertThat(this.arm.isTorqueOn(joint)).as("%s", joint).isFalse();
        }
    }

    @Test
    void resetThatWaitsForAnotherOneIsEndedByAStop() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Supplier<Calibration> slow =
                () -> {
                    begun.countDown();
                    try {
                        goOn.await();
                    } catch (InterruptedException ex) {
                        throw new IllegalStateException(ex);
                    }
                    return CALIBRATION;
                };
        this.robot = new So101Robot.Builder(this.arm.port().toString(), slow).build();
        FutureTask<Observation> first = new FutureTask<>(this.robot::reset);
        FutureTask<Observation> second = new FutureTask<>(this.robot::reset);
        FutureTask<Void> stop =
                new FutureTask<>(
                        () -> {
                            this.robot.stop();
                            return null;
                        });
        new Thread(first).start();
        begun.await();
        startAndAwait(second, Thread.State.WAITING);
        startAndAwait(stop, Thread.State.TIMED_WAITING);

        goOn.countDown();

        for (FutureTask<Observation> reset : List.of(first, second)) {
            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(reset::get)
                    .withCauseInstanceOf(InterruptedException.class);
        }
        stop.get();
        assertThat(this.arm.requests()).isEmpty();
    }

    private static void startAndAwait(Runnable task, Thread.State state) {
        Thread thread = new Thread(task);
        thread.start();
        while (thread.getState() != state) {
            Thread.onSpinWait();
        }
    }

    @Test
    void stopWhileThePortIsNotOpenYetIsNotForgotten() throws Exception {
        CompletableFuture<So101Robot> made = new CompletableFuture<>();
        Supplier<Calibration> slow =
                () -> {
                    CompletableFuture.runAsync(made.join()::close).join();
                    return CALIBRATION;
                };
        this.robot = new So101Robot.Builder(this.arm.port().toString(), slow).build();
        made.complete(this.robot);

        assertThatExceptionOfType(InterruptedException.class).isThrownBy(this.robot::reset);

        assertThat(this.arm.requests()).isEmpty();
    }

    /**
     * Whatever the reset is at when the stop comes, torque is off when both are back. The stop
     * comes a little after a random request, and in each fourth round when the reset is done.
     */
    @Campaign
    @Test
    void stopWhileTheArmIsBeingConnectedLeavesNoTorque() throws Exception {
        Random random = new Random(7);
        ExecutorService threads = Executors.newSingleThreadExecutor();
        this.robot = builder().stopMode(StopMode.TORQUE_OFF).build();
        this.robot.reset(); // so that the servos need no time to be configured
        this.robot.stop();
        this.arm.forget();
        this.robot.reset();
        int requests = this.arm.requests().size();
        this.robot.stop();
        int reached = 0;
        int rounds = Campaign.Rounds.of(1_000, 50);
        try {
            for (int round = 0; round < rounds; round++) {
                CountDownLatch begun = new CountDownLatch(1);
                Supplier<Calibration> telling =
                        () -> {
                            begun.countDown();
                            return CALIBRATION;
                        };
                this.robot =
                        new So101Robot.Builder(this.arm.port().toString(), telling)
                                .readTimeout(Duration.ofMillis(300))
                                .stopMode(StopMode.TORQUE_OFF)
                                .build();
                this.arm.forget();
                int after = round % 4 == 0 ? Integer.MAX_VALUE : random.nextInt(requests);
                Future<Observation> resetting = threads.submit(this.robot::reset);
                begun.await();
                while (this.arm.requests().size() < after && !resetting.isDone()) {
                    Thread.onSpinWait();
                }
                LockSupport.parkNanos(random.nextInt(500_000));

                this.robot.stop();

                try {
                    resetting.get();
                    reached++;
                } catch (ExecutionException ex) {
                    assertThat(ex).hasCauseInstanceOf(InterruptedException.class);
                }
                assertTorqueIsOff();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(reached).as("resets that were done before the stop").isBetween(1, rounds - 1);
    }

    @Test
    void writeThatNobodyReadsIsFreedByAStopFromAnotherThread() throws Exception {
        this.robot.reset();
        this.arm.setStalled(true);
        Thread writer =
                new Thread(
                        () -> {
                            try {
                                while (true) {
                                    this.robot.act(all(0));
                                }
                            } catch (LinkLostException | IllegalStateException ex) {
                                // freed
                            }
                        });
        writer.start();
        awaitBlocked(writer);
        long begin = System.nanoTime();

        assertThatExceptionOfType(LinkLostException.class)
                .isThrownBy(this.robot::stop)
                .withMessageContaining("A call blocks in the port");

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(3));
        writer.join();
        this.arm.setStalled(false);
        ArmPort.open(this.arm.port().toString(), 1_000_000).close(); // it is free again
    }

    /** A write that spins in native code looks like one that runs: it makes no progress. */
    private void awaitBlocked(Thread writer) throws InterruptedException {
        StackTraceElement[] stack = writer.getStackTrace();
        int same = 0;
        while (same < 20) {
            Thread.sleep(10);
            StackTraceElement[] now = writer.getStackTrace();
            boolean writing = now.length > 0 && now[0].getMethodName().equals("writeBytes");
            same = writing && Arrays.equals(stack, now) ? same + 1 : 0;
            stack = now;
        }
    }
}
