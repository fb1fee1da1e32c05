package dev.rfx.session.thread;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.rfx.session.Session;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.testkit.ChildJvm;
import dev.rfx.session.testkit.ScriptedRobot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The slice of a control thread whose options do not mention it. */
@EnabledOnOs(OS.LINUX)
class DefaultSliceTests {

    private static final int OTHER = 0;
    private static final long KERNELS_SLICE = 2_800_000;
    private static final long PERMISSION_DENIED = -1;

    private final ScriptedRobot robot = new ScriptedRobot();

    /** The slice of a thread that the test has not tuned. */
    private static long kernelsSlice() {
        return Kernel.ofThisJvm().getScheduling(Kernel.MAIN_THREAD).sliceNanos();
    }

    private static void assumeThatTheDefaultIsAvailable() {
        String obstacle = DefaultSlice.obstacle();
        assumeTrue(obstacle == null, obstacle);
        assumeTrue(
                kernelsSlice() > 0,
                "this kernel has no slices: Linux " + System.getProperty("os.version"));
    }

    /** Runs a session with the options, and returns what a task finds on its control thread. */
    private <T> T onControlThread(ThreadOptions thread, Supplier<T> task) {
        SessionOptions options =
                SessionOptions.defaults().withWarmup(Duration.ZERO).withThread(thread);
        CompletableFuture<T> found = new CompletableFuture<>();
        this.robot.onObserve(
                () -> {
                    try {
                        found.complete(task.get());
                    } catch (Throwable ex) {
                        found.completeExceptionally(ex);
                    }
                });
        try (Session session = new Session(this.robot, observation -> "action", options)) {
            session.start();
            return found.join();
        }
    }

    private static Kernel.Scheduling ofThisThread() {
        return Kernel.ofThisJvm().getScheduling(Kernel.CALLING_THREAD);
    }

    @Test
    void isShort() {
        assumeThatTheDefaultIsAvailable();

        Kernel.Scheduling found =
                onControlThread(ThreadOptions.defaults(), DefaultSliceTests::ofThisThread);

        assertThat(found).isEqualTo(new Kernel.Scheduling(OTHER, 0, 0, 100_000));
    }

    @Test
    void isTheKernelsIfTheOptionIsZero() {
        Kernel.Scheduling found =
                onControlThread(
                        ThreadOptions.defaults().withSlice(Duration.ZERO),
                        DefaultSliceTests::ofThisThread);

        assertThat(found.sliceNanos()).isEqualTo(kernelsSlice());
    }

    @Test
    void isNotInheritedByThreadsAndProcesses() {
        assumeThatTheDefaultIsAvailable();

        onControlThread(
                ThreadOptions.defaults(),
                () -> {
                    assertThat(ofThisThread().sliceNanos()).isEqualTo(100_000);
                    assertThat(
                                    CompletableFuture.supplyAsync(
                                                    DefaultSliceTests::ofThisThread,
                                                    task -> new Thread(task).start())
                                            .join()
                                            .sliceNanos())
                            .isEqualTo(kernelsSlice());
                    assertThat(ofChildProcess().sliceNanos()).isEqualTo(kernelsSlice());
                    return null;
                });
    }

    private static Kernel.Scheduling ofChildProcess() {
        try {
            Process child = new ProcessBuilder("cat").start();
            try {
                return Kernel.ofThisJvm().getScheduling((int) child.pid());
            } finally {
                child.destroyForcibly();
            }
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    @Test
    void isInTheStatus() {
        assumeThatTheDefaultIsAvailable();
        SessionOptions options = SessionOptions.defaults().withWarmup(Duration.ZERO);

        try (Session session = new Session(this.robot, observation -> "action", options)) {
            session.start();

            ThreadStatus status = session.threadStatus();
            assertThat(status.slice()).isEqualTo(DefaultSlice.LENGTH);
            assertThat(status.scheduling()).isEqualTo("OTHER");
            assertThat(status.systemCalls()).isIn("JNA", "java.lang.foreign");
            assertThat(status.problem()).isNull();
            assertThat(status.note()).isNull();
        }
    }

    @Test
    void isNotTakenWithAFifoPriority() {
        assertThat(ThreadOptions.defaults().withFifoPriority(1).takesDefaultSlice()).isFalse();
    }

    /** A process that the user has started with {@code chrt} or {@code nice} keeps what it has. */
    @ParameterizedTest
    @CsvSource({"1, 0, 50, FIFO 50", "3, 0, 0, policy 3", "0, -5, 0, OTHER nice -5"})
    void isNotTakenByAThreadThatIsNotOrdinary(int policy, int nice, int priority, String name) {
        ScriptedSystemCalls calls =
                new ScriptedSystemCalls(
                        new Kernel.Scheduling(policy, nice, priority, KERNELS_SLICE), 0);

        ThreadStatus status = tune(ThreadOptions.defaults(), () -> new Kernel(calls));

        assertThat(status.note()).isEqualTo("The scheduling of the process is kept: " + name);
        assertThat(calls.attempts()).isZero();
    }

    /** Before Linux 6.12 a thread has no slice that could be read, and what it sets is ignored. */
    @Test
    void isNotTriedOnAnOldKernel() {
        ScriptedSystemCalls calls =
                new ScriptedSystemCalls(new Kernel.Scheduling(OTHER, 0, 0, 0), 0);

        ThreadStatus status = tune(ThreadOptions.defaults(), () -> new Kernel(calls));

        assertThat(status.note())
                .isEqualTo(
                        "This kernel does not let a thread choose its slice: Linux "
                                + System.getProperty("os.version"));
        assertThat(status.problem()).isNull();
        assertThat(status.slice()).isNull();
        assertThat(calls.attempts()).isZero();
    }

    @Test
    void configuredSliceIsRefusedOnAnOldKernel() {
        ScriptedSystemCalls calls =
                new ScriptedSystemCalls(new Kernel.Scheduling(OTHER, 0, 0, 0), 0);
        ThreadOptions options = ThreadOptions.defaults().withSlice(DefaultSlice.LENGTH);

        assertThatExceptionOfType(ThreadTuningException.class)
                .isThrownBy(() -> tune(options, () -> new Kernel(calls)))
                .withMessageContaining("Use Linux 6.12 or newer");
    }

    @Test
    void failsWithoutATrace() {
        ScriptedSystemCalls calls =
                new ScriptedSystemCalls(
                        new Kernel.Scheduling(OTHER, 0, 0, KERNELS_SLICE), PERMISSION_DENIED);

        ThreadStatus status = tune(ThreadOptions.defaults(), () -> new Kernel(calls));

        assertThat(status.slice()).isEqualTo(Duration.ofNanos(KERNELS_SLICE));
        assertThat(status.note())
                .isEqualTo("A slice of PT0.0001S is not available: the kernel reports error 1");
        assertThat(status.problem()).isNull();
        assertThat(new ThreadTuning(ThreadOptions.defaults()).isToBeWarnedOf(status)).isFalse();
    }

    @Test
    void failsWithoutATraceIfNoCallCanBeMade() {
        ThreadStatus status =
                tune(
                        ThreadOptions.defaults(),
                        () -> {
                            throw new OutOfMemoryError("no memory for the library");
                        });

        assertThat(status)
                .isEqualTo(
                        new ThreadStatus(
                                null,
                                null,
                                null,
                                null,
                                false,
                                null,
                                null,
                                "java.lang.OutOfMemoryError: no memory for the library"));
    }

    /** The JVM would warn, or the kernel could end the process. */
    @Test
    void isNotTriedBeyondAnObstacle() {
        ThreadTuner tuner =
                new ThreadTuner(
                        () -> {
                            throw new AssertionError("a call was tried");
                        },
                        () -> "obstacle",
                        CpuLatency.DEVICE);

        ThreadStatus status = tuner.tune(ThreadOptions.defaults()).status();

        assertThat(status.note()).isEqualTo("obstacle");
    }

    @Test
    void filterOfSystemdCouldEndTheProcess() {
        List<String> filtered = List.of("Name:\tjava", "Seccomp:\t2", "Seccomp_filters:\t1");

        assertThat(DefaultSlice.isEndedByAFilteredCall("4f1c", filtered)).isTrue();
        assertThat(DefaultSlice.isEndedByAFilteredCall(null, filtered)).isFalse();
        assertThat(DefaultSlice.isEndedByAFilteredCall("4f1c", List.of("Seccomp:\t0"))).isFalse();
        assertThat(DefaultSlice.isEndedByAFilteredCall("4f1c", List.of())).as("unknown").isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "6.18.44-fc, true",
        "6.12, true",
        "7.0.1, true",
        "10.1, true",
        "a version, true",
        "6.11.9, false",
        "6.1.0-44-amd64, false",
        "5.15, false",
        "4.20, false"
    })
    void kernelHasSlicesFromItsVersionOn(String version, boolean expected) {
        assertThat(DefaultSlice.isInKernel(version)).isEqualTo(expected);
    }

    @Test
    void failsWithoutATraceIfACallThrows() {
        SystemCalls calls =
                new SystemCalls() {
                    @Override
                    public String means() {
                        return "script";
                    }

                    @Override
                    public long address(ByteBuffer memory) {
                        return 0;
                    }

                    @Override
                    public long call(
                            long number, long first, long second, long third, long fourth) {
                        throw new OutOfMemoryError("no direct memory");
                    }
                };

        ThreadStatus status = tune(ThreadOptions.defaults(), () -> new Kernel(calls));

        assertThat(status.note()).isEqualTo("java.lang.OutOfMemoryError: no direct memory");
        assertThat(status.scheduling()).isNull();
        assertThat(status.problem()).isNull();
    }

    @Test
    @EnabledForJreRange(minVersion = 22)
    void isTakenWithoutJnaWhereNativeAccessIsEnabled() throws Exception {
        assumeTrue(DefaultSlice.isInKernel(System.getProperty("os.version")));

        String output = ofChildJvm("--enable-native-access=ALL-UNNAMED");

        assertThat(output).contains("slice=PT0.0001S", "systemCalls=java.lang.foreign");
        assertThat(output).doesNotContain("WARNING");
    }

    @Test
    @EnabledForJreRange(minVersion = 22)
    void provokesNoWarningWhereNativeAccessIsNotEnabled() throws Exception {
        assumeTrue(DefaultSlice.isInKernel(System.getProperty("os.version")));

        String output = ofChildJvm("-Dunused=true");

        assertThat(output).contains("slice=null", "note=Native access is not enabled");
        assertThat(output).doesNotContain("WARNING");
    }

    private static String ofChildJvm(String option) throws Exception {
        try (ChildJvm jvm =
                ChildJvm.start(
                        List.of(option), file -> !file.startsWith("jna"), PrintsItsStatus.class)) {
            jvm.awaitLine("ThreadStatus");
            assertThat(jvm.awaitExit(Duration.ofMinutes(1))).isZero();
            return jvm.output();
        }
    }

    static final class PrintsItsStatus {
        public static void main(String[] args) {
            ScriptedRobot robot = new ScriptedRobot();
            SessionOptions options = SessionOptions.defaults().withWarmup(Duration.ZERO);
            try (Session session = new Session(robot, observation -> "action", options)) {
                session.start();
                System.out.println(session.threadStatus());
            }
        }
    }

    private static ThreadStatus tune(ThreadOptions options, Supplier<Kernel> kernel) {
        return new ThreadTuner(kernel, () -> null, CpuLatency.DEVICE).tune(options).status();
    }
}
