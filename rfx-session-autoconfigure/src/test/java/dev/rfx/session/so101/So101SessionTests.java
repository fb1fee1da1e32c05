package dev.rfx.session.so101;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.rfx.session.Observation;
import dev.rfx.session.Policy;
import dev.rfx.session.RobotReading;
import dev.rfx.session.Session;
import dev.rfx.session.SessionException;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.SessionState;
import dev.rfx.session.Tensor;
import dev.rfx.session.so101.protocol.Register;
import dev.rfx.session.testkit.Campaign;
import dev.rfx.session.testkit.ChildJvm;
import dev.rfx.session.testkit.Sessions;
import dev.rfx.session.timing.IterationRecord;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of a running session when something happens to its arm. */
class So101SessionTests {

    private static final Calibration CALIBRATION = So101Fixture.calibration(700, 3400);
    private static final Duration READ_TIMEOUT = Duration.ofMillis(300);
    private static final SessionOptions OPTIONS =
            SessionOptions.defaults().withRateHz(100).withWarmup(Duration.ZERO);

    private final VirtualSo101 arm = VirtualSo101.start();
    private final So101Robot robot =
            So101Robot.builder(this.arm.port().toString(), CALIBRATION)
                    // A machine that is busy with other things shall not lose the link.
                    .readTimeout(READ_TIMEOUT)
                    .build();
    private Session session = session(OPTIONS);

    @AfterEach
    void unplug() {
        this.arm.setStalled(false);
        this.session.requestStop();
        this.arm.close();
    }

    private Session session(SessionOptions options) {
        Tensor home = Tensor.zeros(6);
        return new Session(this.robot, observation -> home, options);
    }

    private void awaitIterations(long iterations) {
        Sessions.awaitIterations(this.session, iterations);
    }

    private double reading(String name) {
        return this.session.readings().stream()
                .filter(reading -> reading.name().equals(name))
                .mapToDouble(RobotReading::value)
                .sum();
    }

    private SessionException failure() throws InterruptedException {
        assertThat(this.session.awaitStopped(Duration.ofSeconds(30))).isTrue();
        assertThat(this.session.state()).isEqualTo(SessionState.FAILED);
        return this.session.failure();
    }

    @Test
    void onePercentOfLostRepliesIsNoFailure() {
        this.session = session(OPTIONS.withRateHz(500));
        this.session.start();
        this.arm.damageRandomly(0.01, 3, ReplyFault.lost());

        awaitIterations(300);

        this.session.stop();
        assertThat(this.session.failure()).isNull();
        assertThat(this.session.recentIterations())
                .extracting(IterationRecord::observe)
                .as("the read time-out is for all attempts")
                .allMatch(observe -> observe.compareTo(READ_TIMEOUT.plusMillis(100)) < 0);
        assertThat(reading("link.retries")).as("of 1800 replies").isBetween(5.0, 100.0);
    }

    @Test
    void silenceFailsTheSessionAfterFiveMeasurements() throws Exception {
        this.session.start();
        awaitIterations(3);
        this.arm.setSilent(true);

        SessionException failure = failure();

        assertThat(failure).hasCauseInstanceOf(LinkLostException.class);
        assertThat(failure.getCause()).hasMessageStartingWith("5 errors in a row on ");
        assertThat(reading("link.failed.cycles")).isEqualTo(5);
        assertThat(failure.getSuppressed())
                .as("stop() could not tell the servos either")
                .hasAtLeastOneElementOfType(LinkException.class);
    }

    @Test
    void unpluggedArmFailsTheSessionAndCanBeStartedAgainWhenItIsBack() throws Exception {
        this.session.start();
        awaitIterations(3);
        this.arm.unplugAfter(17);
        long before = this.session.stepCount();
        SessionException failure = failure();
        assertThat(failure).hasCauseInstanceOf(LinkLostException.class);
        assertThat(failure.iteration()).as("at once").isLessThanOrEqualTo(before + 2);
        this.arm.plugIn();

        this.session.start();
        awaitIterations(3);

        this.session.stop();
        assertThat(this.session.state()).isEqualTo(SessionState.STOPPED);
    }

    @Test
    void deadServoFailsTheSessionNamingIt() throws Exception {
        this.session.start();
        awaitIterations(3);
        this.arm.setDead(Joint.WRIST_FLEX, true);

        assertThat(failure()).hasMessageContaining("wrist_flex (id 4)");
    }

    @Test
    void servoFaultFailsTheSessionAndTheArmHolds() throws Exception {
        this.session.start();
        awaitIterations(3);
        this.arm.setErrorByte(Joint.ELBOW_FLEX, 0x20);

        assertThat(failure())
                .hasCauseInstanceOf(ServoFaultException.class)
                .hasMessageContaining("elbow_flex (id 3): overload");
        assertThat(this.arm.isTorqueOn(Joint.ELBOW_FLEX)).isTrue();
    }

    @Test
    void writeThatBlocksDoesNotKeepStopFromReturningNorThePortFromBeingClosed() throws Exception {
        this.session =
                session(
                        OPTIONS.withRateHz(10_000)
                                .withStopTimeout(Duration.ofSeconds(1))
                                .withWatchdogTimeout(Duration.ZERO));
        this.session.start();
        awaitIterations(3);
        this.arm.setStalled(true);
        // The arm does not read, and does not answer: the session fails, or hangs in a write.
        long begin = System.nanoTime();
        try {
            this.session.stop();
        } catch (SessionException ex) {
            // says that it hung
        }

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(4));
        assertThat(this.session.awaitStopped(Duration.ofSeconds(10))).isTrue();
        this.arm.setStalled(false);
        this.session.start();
        assertThat(this.session.state()).isEqualTo(SessionState.RUNNING);
    }

    @Test
    void loopDoesNotActOnAStaleObservation() throws Exception {
        this.session =
                session(
                        OPTIONS.withMaxObservationAge(Duration.ofMillis(100))
                                .withMaxStaleIterations(100));
        this.session.start();
        awaitIterations(3);
        this.arm.setSilent(true);
        failure();

        assertThat(this.session.totals().stale()).as("the failed cycles but the last").isEqualTo(4);
    }

    @Test
    void armThatIsNotThereFailsTheStart() {
        this.arm.unplug();

        assertThatExceptionOfType(SessionException.class)
                .isThrownBy(this.session::start)
                .withCauseInstanceOf(PortException.class);
    }

    // ---- the end of the JVM

    @Campaign
    @Test
    void torqueIsOffBeforeATerminatedJvmIsGone() throws Exception {
        for (int i = 0; i < Campaign.Rounds.of(20, 1); i++) {
            runInChild(i, true, StopMode.TORQUE_OFF);
            assertTorqueIs(false);
        }
    }

    @Campaign
    @Test
    void torqueIsOffBeforeAJvmExits() throws Exception {
        for (int i = 0; i < Campaign.Rounds.of(20, 1); i++) {
            runInChild(i, false, StopMode.TORQUE_OFF);
            assertTorqueIs(false);
        }
    }

    @Test
    void armHoldsWhereItIsWhenAJvmIsTerminated() throws Exception {
        runInChild(0, true, StopMode.HOLD);

        assertTorqueIs(true);
        assertThat(this.arm.requests())
                .filteredOn(request -> request.instruction() == WireRequest.Instruction.WRITE)
                .extracting(WireRequest::id, request -> request.parameter(0))
                .as("each servo got its goal alone, and once more if it moved on")
                .startsWith(
                        Arrays.stream(Joint.values())
                                .map(joint -> tuple(joint.id(), Register.GOAL_POSITION.address()))
                                .toArray(Tuple[]::new));
    }

    @Test
    void armParksBeforeATerminatedJvmIsGone() throws Exception {
        runInChild(0, true, StopMode.PARK_THEN_TORQUE_OFF);

        assertTorqueIs(false);
        for (Joint joint : Joint.values()) {
            assertThat(this.arm.position(joint)).isEqualTo(2050 - 326);
        }
    }

    private void assertTorqueIs(boolean on) {
        for (Joint joint : Joint.values()) {
            assertThat(this.arm.isTorqueOn(joint)).as("%s", joint).isEqualTo(on);
        }
    }

    /** SIGTERM, or System.exit from another thread than the control thread. */
    private void runInChild(int round, boolean terminate, StopMode mode) throws Exception {
        try (ChildJvm jvm =
                ChildJvm.start(
                        DriveUntilTheEnd.class,
                        this.arm.port().toString(),
                        Boolean.toString(terminate),
                        mode.name())) {
            jvm.awaitLine("driving");
            assertThat(this.arm.goals()).as("the arm was driven").hasSizeGreaterThan(6);
            this.arm.forget();
            if (terminate) {
                jvm.terminate();
            }
            assertThat(jvm.awaitExit(Duration.ofSeconds(10)))
                    .as("round %d: %s", round, jvm.output())
                    .isEqualTo(terminate ? 143 : 3);
        }
    }

    @Test
    void armWithoutASessionIsStoppedWhenItsJvmEnds() throws Exception {
        try (ChildJvm jvm = ChildJvm.start(Forget.class, this.arm.port().toString())) {
            assertThat(jvm.awaitExit(Duration.ofSeconds(8))).isEqualTo(3);
        }

        assertThat(this.arm.goals()).as("it was held").isNotEmpty();
        assertTorqueIs(false);
    }

    @Test
    void armParksThoughAPolicyHangsWhenItsJvmEnds() throws Exception {
        try (ChildJvm jvm = ChildJvm.start(HangAtTheEnd.class, this.arm.port().toString())) {
            jvm.awaitLine("hanging");
            jvm.terminate();
            assertThat(jvm.awaitExit(Duration.ofSeconds(20))).isEqualTo(143);
        }

        assertTorqueIs(false);
        for (Joint joint : Joint.values()) {
            assertThat(this.arm.position(joint)).isEqualTo(2050);
        }
    }

    /** The JVM stops the arm after a second, and the session when the policy is back. */
    static final class HangAtTheEnd {
        public static void main(String[] args) throws Exception {
            So101Robot robot =
                    So101Robot.builder(args[0], CALIBRATION)
                            .startPose(List.of(0.0, 0.0, 0.0, 0.0, 0.0, 0.0))
                            .startSpeed(0.3)
                            .maxSpeed(Double.POSITIVE_INFINITY)
                            .stopMode(StopMode.PARK_THEN_TORQUE_OFF)
                            .readTimeout(Duration.ofMillis(200))
                            .build();
            Tensor away = Tensor.of(0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f);
            Policy<Observation, Tensor> policy =
                    observation -> {
                        if (observation.get(Observation.STATE).get(0) > 0.49f) {
                            System.out.println("hanging");
                            Thread.sleep(1_500);
                        }
                        return away;
                    };
            new Session(robot, policy, OPTIONS.withStopTimeout(Duration.ofSeconds(8))).start();
            Thread.sleep(Duration.ofMinutes(1).toMillis());
        }
    }

    static final class Forget {
        public static void main(String[] args) throws Exception {
            So101Robot.builder(args[0], CALIBRATION)
                    .stopMode(StopMode.TORQUE_OFF)
                    .readTimeout(Duration.ofMillis(200))
                    .build()
                    .reset();
            System.exit(3);
        }
    }

    static final class DriveUntilTheEnd {
        public static void main(String[] args) throws Exception {
            So101Robot robot =
                    So101Robot.builder(args[0], CALIBRATION)
                            .startPose(List.of(-0.5, -0.5, -0.5, -0.5, -0.5, -0.5))
                            .startSpeed(4.0)
                            .stopMode(StopMode.valueOf(args[2]))
                            .readTimeout(Duration.ofMillis(200))
                            .build();
            Tensor home = Tensor.zeros(6);
            Policy<Observation, Tensor> policy = observation -> home;
            // No watchdog: on a busy machine, a JVM that has just begun would stall the loop.
            Session session =
                    new Session(
                            robot,
                            policy,
                            OPTIONS.withStopTimeout(Duration.ofSeconds(10))
                                    .withWatchdogTimeout(Duration.ZERO));
            session.start();
            Sessions.awaitIterations(session, 5);
            System.out.println("driving");
            if (Boolean.parseBoolean(args[1])) {
                Thread.sleep(Duration.ofMinutes(1).toMillis());
            }
            System.exit(3);
        }
    }
}
