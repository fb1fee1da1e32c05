package dev.rfx.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.rfx.session.testkit.IgnoringInterrupts;
import dev.rfx.session.testkit.ScriptedRobot;
import dev.rfx.session.thread.ThreadOptions;
import dev.rfx.session.thread.ThreadTuning;
import dev.rfx.session.thread.ThreadTuningException;
import dev.rfx.session.thread.Tunings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The request for a short latency of the processors, with a file in the place of the device. */
@EnabledOnOs(OS.LINUX)
class CpuLatencyTests {

    /** The kernel's slice: these tests need no system call. */
    private static final ThreadOptions LATENCY =
            ThreadOptions.defaults()
                    .withSlice(Duration.ZERO)
                    .withCpuLatency(Duration.ofNanos(258_000));

    private final ScriptedRobot robot = new ScriptedRobot();

    @TempDir private Path folder;
    private Path device;

    @BeforeEach
    void createDevice() throws IOException {
        this.device = Files.createFile(this.folder.resolve("cpu_dma_latency"));
    }

    private Session session(ThreadOptions thread) {
        return session(thread, SessionOptions.defaults().stopTimeout());
    }

    private Session session(ThreadOptions thread, Duration stopTimeout) {
        SessionOptions options =
                SessionOptions.defaults()
                        .withWarmup(Duration.ZERO)
                        .withStopTimeout(stopTimeout)
                        .withThread(thread);
        ThreadTuning tuning = Tunings.withLatencyDevice(thread, this.device);
        SessionPlatform platform =
                new JvmPlatform() {
                    @Override
                    public ThreadTuning tuning(ThreadOptions options) {
                        return tuning;
                    }
                };
        return new Session(this.robot, observation -> "action", options, platform);
    }

    private static boolean isOpen(Path file) {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.anyMatch(descriptor -> leadsTo(descriptor, file));
        } catch (IOException ex) {
            throw new AssertionError(ex);
        }
    }

    private static boolean leadsTo(Path descriptor, Path file) {
        try {
            return Files.readSymbolicLink(descriptor).equals(file);
        } catch (IOException ex) {
            return false; // closed meanwhile
        }
    }

    @Test
    void isOneNumberOf32Bits() throws IOException {
        try (Session session = session(LATENCY)) {
            session.start();

            ByteBuffer written = ByteBuffer.wrap(Files.readAllBytes(this.device));
            assertThat(written.remaining()).isEqualTo(4);
            assertThat(written.order(ByteOrder.nativeOrder()).getInt()).isEqualTo(258);
        }
    }

    @Test
    void isInForceUntilTheRobotHasStopped() {
        AtomicBoolean openDuringStop = new AtomicBoolean();
        this.robot.onStop(() -> openDuringStop.set(isOpen(this.device)));
        Session session = session(LATENCY);

        session.start();
        assertThat(isOpen(this.device)).isTrue();
        assertThat(session.threadStatus().cpuLatency()).isEqualTo(Duration.ofNanos(258_000));
        session.stop();

        assertThat(openDuringStop).isTrue();
        assertThat(isOpen(this.device)).isFalse();
    }

    @Test
    void isInForceAgainInTheNextRun() {
        try (Session session = session(LATENCY)) {
            session.start();
            session.stop();
            session.start();

            assertThat(isOpen(this.device)).isTrue();
        }
        assertThat(isOpen(this.device)).isFalse();
    }

    @Test
    void endsWithARunThatFails() {
        this.robot.onAct(
                () -> {
                    throw new IOException("cable");
                });

        assertThatExceptionOfType(SessionException.class)
                .isThrownBy(() -> session(LATENCY).run(Duration.ofMinutes(1)));

        assertThat(isOpen(this.device)).isFalse();
    }

    @Test
    void endsWithARobotThatDoesNotReset() {
        this.robot.onReset(
                () -> {
                    throw new IOException("cable");
                });

        assertThatExceptionOfType(SessionException.class)
                .isThrownBy(() -> session(LATENCY).start());

        assertThat(isOpen(this.device)).isFalse();
    }

    @Test
    void endsWithARobotThatDoesNotStop() {
        this.robot.onStop(
                () -> {
                    throw new IOException("cable");
                });
        Session session = session(LATENCY);
        session.start();

        session.stop();

        assertThat(session.state()).isEqualTo(SessionState.FAILED);
        assertThat(isOpen(this.device)).isFalse();
    }

    @Test
    void endsWithAControlThreadThatWasStuck() throws Exception {
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        this.robot.onObserve(
                () -> {
                    blocked.countDown();
                    IgnoringInterrupts.await(release);
                });
        Session session = session(LATENCY, Duration.ofMillis(1));
        session.start();
        blocked.await();

        assertThatExceptionOfType(SessionUnresponsiveException.class).isThrownBy(session::stop);
        assertThat(isOpen(this.device)).isTrue();

        release.countDown();
        assertThat(session.awaitStopped(Duration.ofMinutes(1))).isTrue();
        assertThat(isOpen(this.device)).isFalse();
    }

    @Test
    void endsIfAnotherOptionIsRefused() throws IOException {
        assertThatExceptionOfType(SessionException.class)
                .isThrownBy(() -> session(LATENCY.withCpus(Set.of(1023))).start());

        assertThat(Files.size(this.device)).isEqualTo(4);
        assertThat(isOpen(this.device)).isFalse();
    }

    @Test
    void deviceThatIsMissingFailsTheStartAndIsNotCreated() throws IOException {
        Files.delete(this.device);

        assertThatExceptionOfType(SessionException.class)
                .isThrownBy(() -> session(LATENCY).start())
                .withCauseInstanceOf(ThreadTuningException.class)
                .withMessageContaining("The latency of the processors cannot be limited")
                .withMessageContaining("Let the process write " + this.device);

        assertThat(this.robot.resets).hasValue(0);
        assertThat(this.device).doesNotExist();
    }

    @Test
    void deviceThatIsMissingIsAProblemIfTheOptionIsNotRequired() throws IOException {
        Files.delete(this.device);

        try (Session session = session(LATENCY.withRequired(false))) {
            session.start();

            assertThat(session.threadStatus().cpuLatency()).isNull();
            assertThat(session.threadStatus().problem())
                    .startsWith("The latency of the processors cannot be limited");
        }
    }

    @Test
    void kernelTakesTheRequest() {
        Path real = Path.of("/dev/cpu_dma_latency");
        assumeTrue(Files.isWritable(real), real + " is not writable here");
        this.device = real;
        Session session = session(LATENCY.withCpuLatency(Duration.ofNanos(7_000)));

        session.start();
        // The limit in force is the lowest of all processes.
        assertThat(microsInForce(real)).isBetween(0, 7);
        session.stop();

        assertThat(isOpen(real)).isFalse();
    }

    private static int microsInForce(Path device) {
        try (InputStream input = Files.newInputStream(device)) {
            return ByteBuffer.wrap(input.readNBytes(Integer.BYTES))
                    .order(ByteOrder.nativeOrder())
                    .getInt();
        } catch (IOException ex) {
            throw new AssertionError(ex);
        }
    }
}
