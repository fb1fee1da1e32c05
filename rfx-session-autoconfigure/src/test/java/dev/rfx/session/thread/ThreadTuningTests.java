package dev.rfx.session.thread;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.rfx.session.Session;
import dev.rfx.session.SessionException;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.SessionState;
import dev.rfx.session.testkit.ScriptedRobot;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** How a session applies the options of its thread, with a tuner that the test replaces. */
class ThreadTuningTests {

    private static final ThreadOptions PINNED = ThreadOptions.defaults().withCpus(Set.of(0));

    private final AtomicInteger released = new AtomicInteger();
    private final ThreadTuner supported =
            new ThreadTuner() {
                @Override
                TunedThread tune(ThreadOptions options) {
                    throw new AssertionError("tuned with " + options);
                }

                @Override
                void release() {
                    ThreadTuningTests.this.released.incrementAndGet();
                }
            };

    @Test
    void nothingAskedForIsNothingDone() {
        ThreadTuning tuning =
                new ThreadTuning(ThreadOptions.defaults().withSlice(Duration.ZERO), this.supported);

        assertThat(tuning.tune().status()).isNull();
        tuning.released(() -> {}).run();
        assertThat(this.released).hasValue(0);
    }

    @Test
    void elsewhereThanOnLinuxThereIsAWarningOnce() {
        ThreadTuning tuning = new ThreadTuning(PINNED, null);

        ThreadStatus status = tuning.tune().status();

        assertThat(status.problem())
                .isEqualTo(
                        "thread options need Linux, but this is " + System.getProperty("os.name"));
        assertThat(tuning.isToBeWarnedOf(status)).isTrue();
        assertThat(tuning.isToBeWarnedOf(status)).isFalse();
    }

    @Test
    void elsewhereThanOnLinuxTheDefaultsAskForNothing() {
        assertThat(new ThreadTuning(ThreadOptions.defaults(), null).tune().status()).isNull();
    }

    @Test
    void threadThatAPinnedOneStartsIsReleased() {
        AtomicInteger runs = new AtomicInteger();

        new ThreadTuning(PINNED, this.supported).released(runs::incrementAndGet).run();

        assertThat(this.released).hasValue(1);
        assertThat(runs).hasValue(1);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void optionsAreInForceWhileTheRobotIsDriven() {
        SessionOptions options =
                SessionOptions.defaults().withWarmup(Duration.ZERO).withThread(PINNED);
        ScriptedRobot robot = new ScriptedRobot();
        try (Session session = new Session(robot, observation -> "action", options)) {
            assertThat(session.threadStatus()).isNull();

            session.start();

            assertThat(session.threadStatus().cpus()).containsExactly(0);
            assertThat(session.threadStatus().scheduling()).isEqualTo("OTHER");
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void whatCannotBeHadFailsTheStartBeforeTheRobotIsTouched() {
        SessionOptions options =
                SessionOptions.defaults().withThread(PINNED.withCpus(Set.of(1023)));
        ScriptedRobot robot = new ScriptedRobot();
        Session session = new Session(robot, observation -> "action", options);

        assertThatExceptionOfType(SessionException.class)
                .isThrownBy(session::start)
                .withCauseInstanceOf(ThreadTuningException.class);

        assertThat(robot.resets).hasValue(0);
        assertThat(session.state()).isEqualTo(SessionState.FAILED);
    }

    @Test
    void threadThatRunsBeforeAllOthersSleepsInEachPeriod() {
        SessionOptions options =
                SessionOptions.defaults()
                        .withRateHz(1000)
                        .withThread(ThreadOptions.defaults().withFifoPriority(1));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> options.withSpinWindow(Duration.ofNanos(500_001)))
                .withMessage("spinWindow is PT0.000500001S, but must be PT0S to PT0.0005S");
    }

    /** The kernel's slice is no slice of a real-time thread: a profile may add the priority. */
    @Test
    void sliceOfZeroGoesWithAFifoPriority() {
        ThreadOptions options =
                ThreadOptions.defaults().withSlice(Duration.ZERO).withFifoPriority(1);

        assertThat(options.fifoPriority()).isEqualTo(1);
    }

    @Test
    void valuesOutsideTheirRangeAreRefused() {
        ThreadOptions options = ThreadOptions.defaults();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options.withFifoPriority(0))
                .withMessage("fifoPriority is 0, but must be 1 to 99");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options.withSlice(Duration.ofMillis(101)))
                .withMessage("slice is PT0.101S, but must be PT0.0001S to PT0.1S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options.withFifoPriority(1).withSlice(Duration.ofMillis(1)))
                .withMessageContaining("left out with a FIFO priority");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options.withCpuLatency(Duration.ofMillis(11)))
                .withMessage("cpuLatency is PT0.011S, but must be PT0S to PT0.01S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options.withCpuLatency(Duration.ofNanos(1_500)))
                .withMessageContaining("a whole number of microseconds");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options.withCpus(Set.of(2000)))
                .withMessage("cpus is [2000], but must be numbers from 0 to 1023");
    }
}
