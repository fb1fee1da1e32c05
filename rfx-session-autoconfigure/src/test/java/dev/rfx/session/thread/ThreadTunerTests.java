package dev.rfx.session.thread;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.rfx.session.testkit.ChildJvm;
import dev.rfx.session.testkit.Privileges;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The tuner on the kernel of the test machine. */
@EnabledOnOs(OS.LINUX)
class ThreadTunerTests {

    private static final ThreadOptions DEFAULTS = ThreadOptions.defaults();

    private final ThreadTuner tuner = new ThreadTuner();
    private final Kernel kernel = Kernel.ofThisJvm();

    private ThreadStatus tune(ThreadOptions options) {
        return this.tuner.tune(options).status();
    }

    /** Runs a task on a new thread, because the tuning of a thread cannot be undone. */
    private static <V> V onThread(Callable<V> task) throws Exception {
        CompletableFuture<V> result = new CompletableFuture<>();
        new Thread(
                        () -> {
                            try {
                                result.complete(task.call());
                            } catch (Throwable ex) {
                                result.completeExceptionally(ex);
                            }
                        })
                .start();
        try {
            return result.get();
        } catch (ExecutionException ex) {
            throw ex.getCause() instanceof Exception cause ? cause : ex;
        }
    }

    private static void assumeThatFifoIsPermitted() throws Exception {
        assumeTrue(
                onThread(() -> Kernel.ofThisJvm().setFifo(1)) == 0,
                "SCHED_FIFO is not permitted here: needs CAP_SYS_NICE or the limit rtprio");
    }

    @Test
    void fifoIsInForceAndNotInherited() throws Exception {
        assumeThatFifoIsPermitted();

        onThread(
                () -> {
                    ThreadStatus status = tune(DEFAULTS.withFifoPriority(7));

                    assertThat(status.scheduling()).isEqualTo("FIFO 7");
                    assertThat(status.problem()).isNull();
                    assertThat(onThread(() -> this.kernel.getScheduling(Kernel.CALLING_THREAD)))
                            .hasToString("OTHER");
                    return null;
                });
    }

    @Test
    void fifoThatIsNotPermittedSaysWhichLimitToRaise() throws Exception {
        onThread(
                () -> {
                    Privileges.drop(
                            () ->
                                    assertThatExceptionOfType(ThreadTuningException.class)
                                            .isThrownBy(() -> tune(DEFAULTS.withFifoPriority(80)))
                                            .withMessageStartingWith(
                                                    "The control thread is not permitted to use SCHED_FIFO"
                                                            + " at priority 80. ")
                                            .withMessageContaining("CAP_SYS_NICE")
                                            .withMessageContaining("rtprio to 80")
                                            .withMessageContaining("LimitRTPRIO=80")
                                            .withMessageContaining("--ulimit rtprio=80"));
                    return null;
                });
    }

    @Test
    void whatIsNotRequiredAndNotPermittedIsAProblemAndTheRestIsInForce() throws Exception {
        int first = this.kernel.getAffinity(Kernel.MAIN_THREAD).first();
        ThreadOptions options =
                DEFAULTS.withFifoPriority(80).withCpus(Set.of(first)).withRequired(false);

        ThreadStatus status =
                onThread(
                        () -> {
                            CompletableFuture<ThreadStatus> tuned = new CompletableFuture<>();
                            Privileges.drop(() -> tuned.complete(tune(options)));
                            return tuned.join();
                        });

        assertThat(status.scheduling()).isEqualTo("OTHER");
        assertThat(status.cpus()).containsExactly(first);
        assertThat(status.problem())
                .isEqualTo("The control thread is not permitted to use SCHED_FIFO at priority 80");
    }

    @Test
    void sliceNeedsNoRightButAKernelThatHasIt() throws Exception {
        Duration slice = Duration.ofNanos(300_000);
        ThreadOptions options = DEFAULTS.withSlice(slice);

        onThread(
                () -> {
                    Privileges.drop(
                            () -> {
                                if (hasSlices()) {
                                    assertThat(tune(options).slice()).isEqualTo(slice);
                                } else {
                                    assertThatExceptionOfType(ThreadTuningException.class)
                                            .isThrownBy(() -> tune(options))
                                            .withMessageContaining("Linux 6.12");
                                }
                            });
                    return null;
                });
    }

    private static boolean hasSlices() {
        String[] version = System.getProperty("os.version").split("\\D+");
        int major = Integer.parseInt(version[0]);
        return major > 6 || (major == 6 && Integer.parseInt(version[1]) >= 12);
    }

    @Test
    void threadRunsOnItsProcessorsAndWhatItStartsIsReleased() throws Exception {
        SortedSet<Integer> all = this.kernel.getAffinity(Kernel.MAIN_THREAD);

        onThread(
                () -> {
                    ThreadStatus status = tune(DEFAULTS.withCpus(Set.of(all.last())));

                    assertThat(status.cpus()).containsExactly(all.last());
                    onThread(
                            () -> {
                                this.tuner.release();
                                assertThat(this.kernel.getAffinity(Kernel.CALLING_THREAD))
                                        .isEqualTo(all);
                                return null;
                            });
                    return null;
                });
    }

    @Test
    void processorThatIsNotThereIsRefused() throws Exception {
        onThread(
                () -> {
                    assertThatExceptionOfType(ThreadTuningException.class)
                            .isThrownBy(() -> tune(DEFAULTS.withCpus(Set.of(1023))))
                            .withMessageStartingWith(
                                    "None of the processors [1023] is available to this process. Choose"
                                            + " some of [0");
                    return null;
                });
    }

    @Test
    void memoryThatIsLimitedIsNotLocked() throws Exception {
        onThread(
                () -> {
                    Privileges.drop(
                            () -> {
                                assumeTrue(!MemoryLimits.isUnlimited(), "memlock is unlimited");
                                assertThatExceptionOfType(ThreadTuningException.class)
                                        .isThrownBy(() -> tune(DEFAULTS.withLockMemory(true)))
                                        .withMessageContaining("CAP_IPC_LOCK")
                                        .withMessageContaining("LimitMEMLOCK=infinity");
                            });
                    return null;
                });
    }

    /** In a small JVM of its own, so that the memory of this one is not locked. */
    @Test
    void memoryThatMayBeLockedIsLocked() throws Exception {
        assumeTrue(MemoryLimits.isUnlimited(), "this process may not lock its memory");
        try (ChildJvm jvm = ChildJvm.start(List.of("-Xmx32m"), file -> true, MemoryLocker.class)) {
            assertThat(jvm.awaitExit(Duration.ofSeconds(30))).isZero();

            assertThat(jvm.awaitLine("locked before")).isEqualTo("locked before: 0 kB");
            assertThat(jvm.awaitLine("in force")).isEqualTo("in force: true, problem null");
            assertThat(jvm.awaitLine("locked after")).matches("locked after: [1-9]\\d{4,} kB");
        }
    }

    static final class MemoryLocker {

        public static void main(String[] args) throws IOException {
            System.out.println("locked before: " + lockedMemory());
            ThreadStatus status = new ThreadTuner().tune(DEFAULTS.withLockMemory(true)).status();
            System.out.printf(
                    "in force: %s, problem %s%n", status.memoryLocked(), status.problem());
            System.out.println("locked after: " + lockedMemory());
        }

        private static String lockedMemory() throws IOException {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("VmLck:"))
                    .map(line -> line.substring("VmLck:".length()).strip())
                    .findFirst()
                    .orElse("unknown");
        }
    }

    @Test
    void memoryMayBeLockedWithTheCapabilityOrWithoutALimit() {
        List<String> none = List.of("Name:\tjava", "CapEff:\t0000000000000000");
        List<String> limited = List.of("Max locked memory         8388608    8388608    bytes");

        assertThat(MemoryLimits.isUnlimited(none, limited)).isFalse();
        assertThat(MemoryLimits.isUnlimited(List.of("CapEff:\t0000000000004000"), limited))
                .isTrue();
        assertThat(
                        MemoryLimits.isUnlimited(
                                none,
                                List.of("Max locked memory         unlimited  unlimited  bytes")))
                .isTrue();
    }
}
