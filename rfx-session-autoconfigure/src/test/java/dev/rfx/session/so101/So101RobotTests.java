package dev.rfx.session.so101;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import dev.rfx.session.Observation;
import dev.rfx.session.RobotReading;
import dev.rfx.session.Tensor;
import dev.rfx.session.so101.protocol.Register;
import dev.rfx.session.testkit.Campaign;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The driver and the real serial library against a virtual arm. */
class So101RobotTests {

    private static final Calibration CALIBRATION = calibration(700, 3400);
    private static final int MIDDLE = 2050;
    private static final double RADIANS_PER_STEP = 2 * Math.PI / 4096;

    private VirtualSo101 arm = VirtualSo101.builder().stepsPerSecond(32_767).start();
    private So101Robot robot = builder().build();

    /** An arm whose joints stay, as good as, where they are put, though they have another goal. */
    private void useWeakArm() {
        this.arm.close();
        this.arm = VirtualSo101.builder().stepsPerSecond(1).start();
        this.robot = builder().build();
    }

    @AfterEach
    void unplug() {
        this.arm.setSilent(false);
        try {
            this.robot.close();
        } catch (So101Exception ex) {
            // A test may have broken the arm for good.
        }
        this.arm.close();
    }

    static Calibration calibration(int min, int max) {
        Map<Joint, JointCalibration> joints = new EnumMap<>(Joint.class);
        for (Joint joint : Joint.values()) {
            joints.put(joint, new JointCalibration(joint, false, 0, min, max));
        }
        return new Calibration(Path.of("arm.json"), joints);
    }

    private So101Robot.Builder builder() {
        // A machine that is busy with other things shall not make a reply late.
        return So101Robot.builder(this.arm.port().toString(), CALIBRATION)
                .readTimeout(Duration.ofMillis(300));
    }

    private void standAt(int steps) {
        for (Joint joint : Joint.values()) {
            this.arm.setPosition(joint, steps);
        }
    }

    private List<Integer> lastGoals() {
        List<GoalWrite> goals = this.arm.goals();
        return goals.subList(goals.size() - 6, goals.size()).stream()
                .map(GoalWrite::steps)
                .toList();
    }

    private double reading(String name) {
        return this.robot.readings().stream()
                .filter(reading -> reading.name().equals(name))
                .mapToDouble(RobotReading::value)
                .sum();
    }

    private static Tensor all(double radians) {
        Tensor action = Tensor.zeros(6);
        for (int i = 0; i < 6; i++) {
            action.set(i, (float) radians);
        }
        return action;
    }

    // ---- connecting

    @Test
    void nothingIsOpenedBeforeTheReset() {
        assertThat(this.arm.requests()).isEmpty();
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(this.robot::observe)
                .withMessage("The arm is not connected. Call reset() first.");
    }

    @Test
    void torqueGoesOnWithoutAMotion() throws Exception {
        for (Joint joint : Joint.values()) {
            this.arm.setPosition(joint, 1000 + 100 * joint.id());
        }

        this.robot.reset();

        for (Joint joint : Joint.values()) {
            assertThat(this.arm.isTorqueOn(joint)).isTrue();
            assertThat(this.arm.position(joint)).isEqualTo(1000 + 100 * joint.id());
        }
        assertThat(this.arm.goals())
                .extracting(GoalWrite::joint, GoalWrite::steps)
                .containsExactlyElementsOf(
                        Arrays.stream(Joint.values())
                                .map(joint -> tuple(joint, 1000 + 100 * joint.id()))
                                .toList());
    }

    @Test
    void servosAreConfiguredWhereTheyDiffer() throws Exception {
        this.robot.reset();

        for (Joint joint : Joint.values()) {
            assertThat(this.arm.get(joint, Register.RETURN_DELAY_TIME)).isZero();
            assertThat(this.arm.get(joint, Register.P_COEFFICIENT)).isEqualTo(16);
            assertThat(this.arm.get(joint, Register.D_COEFFICIENT)).isEqualTo(32);
            assertThat(this.arm.get(joint, Register.I_COEFFICIENT)).isZero();
            assertThat(this.arm.get(joint, Register.MAXIMUM_ACCELERATION)).isEqualTo(254);
            assertThat(this.arm.get(joint, Register.ACCELERATION)).isEqualTo(254);
            assertThat(this.arm.get(joint, Register.LOCK)).as("EEPROM is locked").isEqualTo(1);
        }
        assertThat(this.arm.get(Joint.GRIPPER, Register.MAX_TORQUE_LIMIT)).isEqualTo(500);
        assertThat(this.arm.get(Joint.GRIPPER, Register.PROTECTION_CURRENT)).isEqualTo(250);
        assertThat(this.arm.get(Joint.GRIPPER, Register.OVERLOAD_TORQUE)).isEqualTo(25);
        assertThat(this.arm.get(Joint.GRIPPER, Register.TORQUE_LIMIT))
                .as("what counts until the next power-up")
                .isEqualTo(500);
        this.robot.stop();
        this.arm.forget();

        this.robot.reset();

        assertThat(this.arm.requests())
                .filteredOn(request -> request.instruction() == WireRequest.Instruction.WRITE)
                .as("a second time only goals and torque")
                .extracting(request -> request.parameter(0))
                .containsOnly(Register.GOAL_POSITION.address(), Register.TORQUE_ENABLE.address());
    }

    @Test
    void servoThatHoldsIsNotConfigured() throws Exception {
        this.robot.reset();
        this.robot.stop(); // and holds
        this.arm.set(Joint.ELBOW_FLEX, Register.P_COEFFICIENT, 32);

        assertThatExceptionOfType(ArmBusyException.class)
                .isThrownBy(this.robot::reset)
                .withMessageStartingWith(
                        "elbow_flex (id 3) has P_COEFFICIENT 32 and needs 16, but its torque is on");

        assertThat(this.arm.isTorqueOn(Joint.ELBOW_FLEX)).as("it does not fall").isTrue();
    }

    @Test
    void servosThatDoNotAnswerAreNamed() {
        this.arm.setDead(Joint.ELBOW_FLEX, true);
        this.arm.setDead(Joint.GRIPPER, true);

        assertThatExceptionOfType(NotAnSo101Exception.class)
                .isThrownBy(this.robot::reset)
                .withMessageContaining("from elbow_flex (id 3), gripper (id 6)");

        assertThat(this.arm.goals()).isEmpty();
        for (Joint joint : Joint.values()) {
            assertThat(this.arm.isTorqueOn(joint)).isFalse();
        }
    }

    @Test
    void servoOfAnotherModelIsRefused() {
        this.arm.set(Joint.WRIST_ROLL, Register.MODEL_NUMBER, 1029);

        assertThatExceptionOfType(NotAnSo101Exception.class)
                .isThrownBy(this.robot::reset)
                .withMessageStartingWith("wrist_roll (id 5) has model number 1029");
    }

    @Test
    void servosOfDifferentFirmwareAreRefused() {
        this.arm.set(Joint.WRIST_ROLL, Register.FIRMWARE_MINOR_VERSION, 99);

        assertThatExceptionOfType(NotAnSo101Exception.class)
                .isThrownBy(this.robot::reset)
                .withMessageStartingWith("The servos do not have the same firmware: ");
    }

    @Test
    void servoThatIsCalibratedOtherwiseIsRefused() {
        this.arm.set(Joint.GRIPPER, Register.HOMING_OFFSET, -5);

        assertThatExceptionOfType(CalibrationException.class)
                .isThrownBy(this.robot::reset)
                .withMessageStartingWith(
                        "gripper (id 6) is not calibrated as arm.json says: homing_offset is"
                                + " 0 in the file and -5 in the servo");

        assertNothingWasWritten();
    }

    /** Not even to the EEPROM: it may be another arm. */
    private void assertNothingWasWritten() {
        assertThat(this.arm.requests())
                .extracting(WireRequest::instruction)
                .containsOnly(WireRequest.Instruction.READ);
    }

    private So101Robot writingTo(Path directory, Map<Joint, JointCalibration> joints) {
        Calibration calibration = new Calibration(directory.resolve("arm.json"), joints);
        return So101Robot.builder(this.arm.port().toString(), calibration)
                .readTimeout(Duration.ofMillis(300))
                .writeCalibration(true)
                .build();
    }

    private static Map<Joint, JointCalibration> joints(int homingOffset) {
        Map<Joint, JointCalibration> joints = new EnumMap<>(Joint.class);
        for (Joint joint : Joint.values()) {
            joints.put(joint, new JointCalibration(joint, false, homingOffset, 700, 3400));
        }
        return joints;
    }

    private static List<Path> filesIn(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    @Test
    void calibrationIsWrittenOnRequestAndTheOldValuesAreKept(@TempDir Path directory)
            throws Exception {
        this.arm.set(Joint.SHOULDER_LIFT, Register.MIN_POSITION_LIMIT, 1);
        this.robot = writingTo(directory, joints(-5));

        this.robot.reset();

        assertThat(this.arm.get(Joint.SHOULDER_LIFT, Register.HOMING_OFFSET)).isEqualTo(-5);
        assertThat(this.arm.get(Joint.SHOULDER_LIFT, Register.MIN_POSITION_LIMIT)).isEqualTo(700);
        assertThat(filesIn(directory)).hasSize(1);
        Path file = filesIn(directory).get(0);
        assertThat(file.getFileName().toString())
                .matches("arm\\.json\\.before-\\d{8}T\\d{6}\\.\\d{3}Z\\.json");
        assertThat(file)
                .content()
                .startsWith("[\n")
                .endsWith("\n]\n")
                .contains(
                        """
                        {"joint": "shoulder_lift", "id": 2, "register": "HOMING_OFFSET", "address": 31, "before": 0, "after": -5},
                          {"joint": "shoulder_lift", "id": 2, "register": "MIN_POSITION_LIMIT", "address": 9, "before": 1, "after": 700},
                        """)
                .contains("\"register\": \"P_COEFFICIENT\", \"address\": 21, \"before\": 32,");
    }

    @Test
    void calibrationThatIsThereAlreadyLeavesNoFile(@TempDir Path directory) throws Exception {
        this.robot.reset();
        this.robot.stop();
        this.arm.set(Joint.SHOULDER_PAN, Register.ACCELERATION, 0); // as after a power cycle
        this.robot = writingTo(directory, joints(0));

        this.robot.reset();

        assertThat(filesIn(directory)).isEmpty();
    }

    @Test
    void calibrationOfAnotherArmIsRefusedBeforeAnythingIsWritten(@TempDir Path directory) {
        Map<Joint, JointCalibration> other = joints(0);
        // Where it is it would be at 1050 + 1140 + 1642, as it is wrist_roll 5 of another arm.
        this.arm.set(Joint.WRIST_ROLL, Register.HOMING_OFFSET, 1140);
        this.arm.setPosition(Joint.WRIST_ROLL, 1050);
        other.put(
                Joint.WRIST_ROLL, new JointCalibration(Joint.WRIST_ROLL, false, -1642, 899, 3221));
        this.robot = writingTo(directory, other);

        assertThatExceptionOfType(JointOutOfRangeException.class)
                .isThrownBy(this.robot::reset)
                .withMessageStartingWith(
                        "wrist_roll (id 5) would be at 3832, outside its range of 899 to 3221, with"
                                + " the calibration of the file; nothing was written. Check that"
                                + " this is the file of this arm");

        assertNothingWasWritten();
    }

    @Test
    void positionWithTheNewCalibrationIsWithinATurn(@TempDir Path directory) throws Exception {
        this.arm.set(Joint.WRIST_ROLL, Register.HOMING_OFFSET, 1500);
        this.arm.setPosition(Joint.WRIST_ROLL, 3300);
        Map<Joint, JointCalibration> other = joints(0);
        other.put(
                Joint.WRIST_ROLL, new JointCalibration(Joint.WRIST_ROLL, false, -1500, 3300, 4000));
        this.robot = writingTo(directory, other);

        assertThatExceptionOfType(JointOutOfRangeException.class)
                .isThrownBy(this.robot::reset)
                .withMessageStartingWith("wrist_roll (id 5) would be at 2204, outside");
    }

    @Test
    void calibrationIsNotWrittenWhereTheOldValuesCannotBeKept(@TempDir Path directory) {
        this.robot = writingTo(directory.resolve("missing"), joints(-5));

        assertThatExceptionOfType(CalibrationException.class)
                .isThrownBy(this.robot::reset)
                .withMessageStartingWith(
                        "The calibration was not written to the servos, because what they hold now"
                                + " cannot be saved in "
                                + directory.resolve("missing"));

        assertNothingWasWritten();
    }

    @Test
    void calibrationIsNotWrittenToWhicheverArmIsFound() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                So101Robot.builder(So101Robot.AUTO, CALIBRATION)
                                        .writeCalibration(true)
                                        .build())
                .withMessageStartingWith("port is auto, but must be a path where writeCalibration");
    }

    @Test
    void servoThatDoesNotKeepWhatIsWrittenIsRefused() {
        this.arm.setStubborn(Joint.WRIST_FLEX, Register.P_COEFFICIENT);

        assertThatExceptionOfType(NotAnSo101Exception.class)
                .isThrownBy(this.robot::reset)
                .withMessageStartingWith(
                        "wrist_flex (id 4) does not keep P_COEFFICIENT: 16 was written, and 32 is"
                                + " there");
    }

    @Test
    void accelerationIsAPreference() throws Exception {
        this.arm.setStubborn(Joint.WRIST_FLEX, Register.MAXIMUM_ACCELERATION);

        this.robot.reset();
        this.robot.stop(); // and holds
        this.robot.reset();

        assertThat(this.arm.get(Joint.WRIST_FLEX, Register.ACCELERATION)).isEqualTo(50);
    }

    @Test
    void memoryThatWasLeftOpenIsLocked() throws Exception {
        this.robot.reset();
        this.robot.stop(); // and holds
        this.arm.set(Joint.WRIST_FLEX, Register.LOCK, 0);

        this.robot.reset();

        assertThat(this.arm.get(Joint.WRIST_FLEX, Register.LOCK)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {700 - 35, 3400 + 35})
    void jointOutsideItsRangeIsNotMovedIntoItByTorque(int position) {
        this.arm.setPosition(Joint.ELBOW_FLEX, position);

        assertThatExceptionOfType(JointOutOfRangeException.class)
                .isThrownBy(this.robot::reset)
                .withMessageStartingWith(
                        "elbow_flex (id 3) is at %d, outside its calibrated range of 700 to 3400. "
                                .formatted(position))
                .satisfies(ex -> assertThat(ex.joint()).isEqualTo(Joint.ELBOW_FLEX));

        assertNothingWasWritten();
    }

    @Test
    void jointThatLiesALittleOutsideItsRangeIsLedBackSlowly() throws Exception {
        this.arm.setPosition(Joint.ELBOW_FLEX, 3434);
        AtomicInteger velocity = new AtomicInteger(-1);
        this.arm.afterGoals( // the third servo is told to go back
                3,
                () ->
                        velocity.set(
                                this.arm.get(Joint.ELBOW_FLEX, Register.TORQUE_ENABLE) == 0
                                        ? this.arm.get(Joint.ELBOW_FLEX, Register.GOAL_VELOCITY)
                                        : -2));

        this.robot.reset();

        assertThat(velocity).as("before its torque comes on").hasValue(100);
        assertThat(this.arm.isTorqueOn(Joint.ELBOW_FLEX)).isTrue();
        assertThat(this.arm.position(Joint.ELBOW_FLEX)).isEqualTo(3400);
        assertThat(this.arm.get(Joint.ELBOW_FLEX, Register.GOAL_VELOCITY)).as("then").isZero();
    }

    @Test
    void limitOfSpeedThatAnotherProgramHasLeftDoesNotStay() throws Exception {
        this.arm.set(Joint.ELBOW_FLEX, Register.GOAL_VELOCITY, 10);

        this.robot.reset();

        assertThat(this.arm.get(Joint.ELBOW_FLEX, Register.GOAL_VELOCITY)).isZero();
    }

    /**
     * Lets the arm hold, and then a joint creep towards a goal while the next start looks at it.
     */
    private void creepAtTheNextStart(Joint joint, int goal, int stepsPerSecond) throws Exception {
        standAt(MIDDLE);
        this.robot.reset();
        this.robot.stop(); // and holds
        this.arm.forget();
        this.arm.afterGoals(
                2,
                () -> {
                    this.arm.set(joint, Register.GOAL_VELOCITY, stepsPerSecond);
                    this.arm.set(joint, Register.GOAL_POSITION, goal);
                });
    }

    @ParameterizedTest
    @CsvSource({
        "ELBOW_FLEX, 2120, 20",
        "ELBOW_FLEX, 2120, 5",
        "GRIPPER, 3000, 20",
        "GRIPPER, 3000, 5"
    })
    void jointThatCreepsUnderALimitOfSpeedHoldsBeforeTheLimitGoes(
            Joint joint, int goal, int stepsPerSecond) throws Exception {
        creepAtTheNextStart(joint, goal, stepsPerSecond);

        this.robot.reset();

        assertThat(this.arm.get(joint, Register.GOAL_VELOCITY)).isZero();
        assertThat(this.arm.get(joint, Register.GOAL_POSITION)).isBetween(MIDDLE, MIDDLE + 40);
        assertThat(this.arm.requests())
                .filteredOn(request -> request.instruction() == WireRequest.Instruction.WRITE)
                .filteredOn(request -> request.id() == joint.id())
                .extracting(request -> request.parameter(0))
                .as("it holds where it is before the limit goes")
                .endsWith(Register.GOAL_POSITION.address(), Register.GOAL_VELOCITY.address());
    }

    @Test
    void limitOfSpeedStaysWhileItIsNotKnownWhetherJointsHold() throws Exception {
        standAt(MIDDLE);
        this.robot.reset();
        this.robot.stop(); // and holds
        this.arm.set(Joint.ELBOW_FLEX, Register.GOAL_VELOCITY, 20);
        this.arm.afterGoals(4, () -> this.arm.setDead(Joint.WRIST_ROLL, true));

        assertThatExceptionOfType(LinkException.class).isThrownBy(this.robot::reset);

        assertThat(this.arm.get(Joint.ELBOW_FLEX, Register.GOAL_VELOCITY)).isEqualTo(20);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void adapterThatEchoesIsNamed(boolean servos) {
        this.arm.setEchoing(true);
        this.arm.setSilent(!servos);
        String port = this.arm.port().toString();
        String problem = "The adapter on " + port + " echoes: it sends back what it is sent";

        assertThatExceptionOfType(PortException.class)
                .isThrownBy(this.robot::reset)
                .withMessageStartingWith(problem + ". Connect the arm by the adapter board");
        assertThatExceptionOfType(PortException.class)
                .isThrownBy(() -> So101Inspector.scan(port, 1_000_000))
                .withMessageStartingWith(problem);
        assertThatExceptionOfType(PortException.class)
                .isThrownBy(() -> So101Inspector.open(port, 1_000_000, null))
                .withMessageStartingWith(problem);
        assertThatExceptionOfType(PortException.class)
                .as("auto")
                .isThrownBy(() -> ArmFinder.find(List.of(listed(this.arm.port())), 1_000_000))
                .withMessageStartingWith("No SO-101 answers on any USB serial port")
                .withMessageContaining(problem);
    }

    @Test
    void armIsFoundThoughAnotherAdapterEchoes() {
        try (VirtualSo101 other = VirtualSo101.start()) {
            other.setEchoing(true);

            assertThat(
                            ArmFinder.find(
                                    List.of(listed(other.port()), listed(this.arm.port())),
                                    1_000_000))
                    .isEqualTo(this.arm.port().toString());
        }
    }

    @Test
    void readTimeoutThatIsTooShortForTheWireIsRefused() {
        So101Robot.Builder slow = builder().readTimeout(Duration.ofMillis(50)).baudRate(38_400);

        assertThatIllegalArgumentException()
                .isThrownBy(slow::build)
                .withMessageStartingWith(
                        "readTimeout is PT0.05S, but must be at least PT0.108333333S")
                .withMessageContaining("38400 bit/s");
    }

    @Test
    void interruptEndsTheConnecting() {
        Thread.currentThread().interrupt();

        assertThatExceptionOfType(InterruptedException.class).isThrownBy(this.robot::reset);

        assertThat(this.arm.isTorqueOn(Joint.SHOULDER_PAN)).isFalse();
    }

    @Test
    void portThatIsOpenAlreadyIsBusy() throws Exception {
        this.robot.reset();

        So101Robot second = builder().build();

        assertThatExceptionOfType(PortException.class)
                .isThrownBy(second::reset)
                .withMessageContaining("this application has it open already");
    }

    @Test
    void portThatIsNotThereIsExplained() {
        So101Robot nowhere = So101Robot.builder("/dev/ttyNOWHERE", CALIBRATION).build();

        assertThatExceptionOfType(PortException.class)
                .isThrownBy(nowhere::reset)
                .withMessageStartingWith("There is no serial port /dev/ttyNOWHERE. There");
    }

    @Test
    void fileIsNoSerialPort() throws Exception {
        Path file = Files.createTempFile("no", "port");
        So101Robot onFile = So101Robot.builder(file.toString(), CALIBRATION).build();

        assertThatExceptionOfType(PortException.class)
                .isThrownBy(onFile::reset)
                .withMessageContaining("it is no serial port");
    }

    @Test
    void armIsFoundAmongPortsWithoutOne() throws Exception {
        try (VirtualSo101 silent = VirtualSo101.start();
                VirtualSo101 second = VirtualSo101.start()) {
            silent.setSilent(true);
            ArmPort.Listed here = listed(this.arm.port());

            assertThat(ArmFinder.find(List.of(listed(silent.port()), here), 1_000_000))
                    .isEqualTo(here.path());

            assertThatExceptionOfType(PortException.class)
                    .isThrownBy(
                            () -> ArmFinder.find(List.of(here, listed(second.port())), 1_000_000))
                    .withMessageContaining("more than one")
                    .withMessageContaining(here.path());
            this.robot.reset(); // has the port now
            assertThatExceptionOfType(PortException.class)
                    .isThrownBy(
                            () -> ArmFinder.find(List.of(listed(silent.port()), here), 1_000_000))
                    .withMessageStartingWith(
                            "No SO-101 answers on any USB serial port. There are: ")
                    .withMessageContaining(silent.port() + " (an adapter)")
                    .withMessageContaining(
                            here.path()
                                    + " cannot be opened: this application has it open already. Give"
                                    + " each arm a port of its own");
        }
    }

    @Test
    void armOfWhichAServoDoesNotAnswerIsFoundSoThatItIsNamed() {
        try (VirtualSo101 silent = VirtualSo101.start();
                VirtualSo101 second = VirtualSo101.start()) {
            silent.setSilent(true);
            this.arm.setDead(Joint.SHOULDER_PAN, true);
            ArmPort.Listed here = listed(this.arm.port());

            assertThat(ArmFinder.find(List.of(listed(silent.port()), here), 1_000_000))
                    .isEqualTo(here.path());

            second.setDead(Joint.GRIPPER, true);
            assertThatExceptionOfType(PortException.class)
                    .isThrownBy(
                            () -> ArmFinder.find(List.of(here, listed(second.port())), 1_000_000))
                    .withMessageContaining(
                            here + ", where only shoulder_lift (id 2), elbow_flex (id 3)");
        }
    }

    private static ArmPort.Listed listed(Path port) {
        return new ArmPort.Listed(port.toString(), "an adapter", true);
    }

    @Test
    void portIsOpenedByOneOfManyWhoTryAtOnce() throws Exception {
        String port = this.arm.port().toString();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < 50; round++) {
                CyclicBarrier together = new CyclicBarrier(4);
                Callable<Optional<ArmPort>> opening =
                        () -> {
                            together.await();
                            try {
                                return Optional.of(ArmPort.open(port, 1_000_000));
                            } catch (PortException ex) {
                                return Optional.empty();
                            }
                        };
                List<ArmPort> opened = new ArrayList<>();
                for (Future<Optional<ArmPort>> one :
                        threads.invokeAll(Collections.nCopies(4, opening))) {
                    one.get().ifPresent(opened::add);
                }
                assertThat(opened).hasSize(1);
                opened.get(0).close();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    // ---- observing and acting

    @Test
    void cycleIsOneSyncReadAndOneSyncWrite() throws Exception {
        this.robot.reset();
        this.arm.forget();

        for (int i = 0; i < 10; i++) {
            this.robot.observe();
            this.robot.act(all(0));
        }

        assertThat(this.arm.requests())
                .extracting(WireRequest::instruction)
                .filteredOn(instruction -> instruction == WireRequest.Instruction.SYNC_READ)
                .hasSize(10);
        awaitGoals(60);
        assertThat(this.arm.requests()).hasSize(20);
    }

    private void awaitGoals(int goals) {
        while (this.arm.goals().size() < goals) {
            Thread.onSpinWait();
        }
    }

    @Test
    void observationHasPositionsAndVelocitiesInRadiansAndAStamp() throws Exception {
        standAt(MIDDLE + 100);
        long before = System.nanoTime();

        Observation observation = this.robot.reset();

        Tensor state = observation.get(Observation.STATE);
        assertThat(state.size()).isEqualTo(12);
        for (int i = 0; i < 6; i++) {
            assertThat(state.get(i)).isCloseTo((float) (100 * RADIANS_PER_STEP), within(1e-6f));
            assertThat(state.get(6 + i)).isZero();
        }
        assertThat(observation.hasTimestamp()).isTrue();
        assertThat(observation.timestampNanos()).isBetween(before, System.nanoTime());
        assertThat(observation.names()).containsExactly("state");
    }

    @Test
    void sensorsAreObservedWhereTheyAreAskedFor() throws Exception {
        this.arm.set(Joint.ELBOW_FLEX, Register.PRESENT_LOAD, -250);
        this.arm.set(Joint.ELBOW_FLEX, Register.MAX_VOLTAGE_LIMIT, 140);
        this.arm.set(Joint.ELBOW_FLEX, Register.PRESENT_VOLTAGE, 121);
        this.arm.set(Joint.ELBOW_FLEX, Register.PRESENT_TEMPERATURE, 41);
        this.arm.set(Joint.ELBOW_FLEX, Register.PRESENT_CURRENT, 100);
        this.robot = builder().sensors(EnumSet.allOf(Sensor.class)).build();
        assertThat(reading("voltage")).isNaN();

        Observation observation = this.robot.reset();

        assertThat(observation.names())
                .containsExactly("state", "load", "voltage", "temperature", "current");
        assertThat(observation.get("load").get(2)).isEqualTo(-0.25f);
        assertThat(observation.get("voltage").get(2)).isEqualTo(12.1f);
        assertThat(observation.get("temperature").get(2)).isEqualTo(41);
        assertThat(observation.get("current").get(2)).isEqualTo(0.65f);
        assertThat(this.robot.readings())
                .contains(
                        RobotReading.value("temperature", "elbow_flex", 41),
                        RobotReading.value("voltage", "elbow_flex", 121 * 0.1));
    }

    @ParameterizedTest
    @EnumSource
    void goalsReachTheServosInTheUnitsOfTheRobot(JointUnits units) throws Exception {
        standAt(MIDDLE);
        this.robot = builder().units(units).maxSpeed(Double.POSITIVE_INFINITY).build();
        this.robot.reset();
        this.arm.forget();
        JointScale scale = JointScale.of(CALIBRATION.joint(Joint.SHOULDER_PAN), units);
        Tensor action = Tensor.zeros(6);
        for (Joint joint : Joint.values()) {
            double value =
                    JointScale.of(CALIBRATION.joint(joint), units).toUnits(2000 + joint.id());
            action.set(joint.ordinal(), (float) value);
        }

        this.robot.act(action);

        awaitGoals(6);
        assertThat(lastGoals()).containsExactly(2001, 2002, 2003, 2004, 2005, 2006);
        assertThat(scale.toSteps(action.get(0))).isEqualTo(2001);
    }

    @Test
    void goalsStayWithinTheCalibratedRange() throws Exception {
        standAt(3300);
        this.robot = builder().maxSpeed(Double.POSITIVE_INFINITY).build();
        this.robot.reset();
        this.arm.forget();

        this.robot.act(all(3));
        this.robot.act(all(-3));

        awaitGoals(12);
        assertThat(this.arm.goals())
                .filteredOn(goal -> goal.joint() == Joint.ELBOW_FLEX)
                .extracting(GoalWrite::steps)
                .containsExactly(3400, 700);
        assertThat(reading("clamps")).isEqualTo(12);
    }

    @Test
    void firstGoalOfThePolicyIsApproachedGently() throws Exception {
        AtomicLong now = new AtomicLong();
        standAt(MIDDLE - 1000);
        this.robot = builder().nanoTime(now::get).build();
        this.robot.reset();
        this.arm.forget();

        for (int i = 1; i <= 100; i++) { // two seconds at 50 Hz
            now.addAndGet(20_000_000);
            this.robot.act(all(1));
            awaitGoals(6 * i);
        }

        List<Integer> steps = steps(Joint.ELBOW_FLEX);
        assertThat(steps.get(0)).as("a twentieth of 2 rad/s").isLessThanOrEqualTo(3);
        for (int i = 1; i < steps.size(); i++) {
            assertThat(steps.get(i) - steps.get(i - 1)).as("step %d", i).isLessThanOrEqualTo(2);
        }
        assertThat(Collections.max(steps)).as("2 rad/s are 26.08 steps in 20 ms").isEqualTo(27);
    }

    @Test
    void speedCanBeSetInTheUnitsOfTheActions() throws Exception {
        AtomicLong now = new AtomicLong();
        standAt(MIDDLE);
        this.robot = builder().maxSpeed(2_000 * RADIANS_PER_STEP).nanoTime(now::get).build();
        this.robot.reset();
        this.arm.forget();

        now.addAndGet(100_000_000);
        this.robot.act(all(1));

        awaitGoals(6);
        assertThat(lastGoals()).as("0.1 s at a twentieth").containsOnly(MIDDLE + 10);
    }

    @Test
    void actionThatIsNotFiniteReachesNoServo() throws Exception {
        standAt(MIDDLE);
        this.robot.reset();
        this.arm.forget();
        Tensor action = all(0.05);
        action.set(4, Float.NaN);

        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> this.robot.act(action))
                .withMessage("The goal of wrist_roll (id 5) is NaN, but must be finite");
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> this.robot.act(Tensor.zeros(5)))
                .withMessage("The action has 5 values, but the arm has 6 joints");

        this.robot.observe();
        assertThat(this.arm.goals()).isEmpty();
        this.robot.act(all(0));
        awaitGoals(6);
        assertThat(lastGoals()).as("the last goals are still those of before").containsOnly(MIDDLE);
    }

    // ---- faults

    @Test
    void lostAndDamagedRepliesAreAskedForAgain() throws Exception {
        standAt(MIDDLE);
        this.robot.reset();
        this.arm.damageNext(Joint.ELBOW_FLEX, ReplyFault.lost(), ReplyFault.bitFlip(43));
        long before = System.nanoTime();

        Observation observation = this.robot.observe();

        assertThat(observation.timestampNanos()).isGreaterThan(before);
        assertThat(reading("link.retries")).isEqualTo(2);
        assertThat(reading("link.failed.cycles")).isZero();
        assertThat(observation.get("state").get(2)).isZero();
    }

    @Test
    void measurementThatFailsReturnsTheLastOneWithItsOldStampUntilItFailsTooOften()
            throws Exception {
        standAt(MIDDLE);
        this.robot = builder().readTimeout(Duration.ofMillis(30)).build();
        this.robot.reset();
        Observation last = this.robot.observe();
        double timeoutsBefore = reading("link.timeouts");
        long stamp = last.timestampNanos();
        this.arm.setSilent(true);

        for (int i = 1; i <= 4; i++) {
            long begin = System.nanoTime();
            assertThat(this.robot.observe().timestampNanos()).isEqualTo(stamp);
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .as("the read time-out is for all attempts")
                    .isLessThan(Duration.ofMillis(100));
        }

        assertThatExceptionOfType(LinkLostException.class)
                .isThrownBy(this.robot::observe)
                .withMessageStartingWith("5 errors in a row on ")
                .withMessageContaining("shoulder_pan (id 1): no reply");
        assertThat(reading("link.failed.cycles")).isEqualTo(5);
        assertThat(reading("link.timeouts") - timeoutsBefore).isEqualTo(15);
    }

    @Test
    void servoThatIsSilentWhileOthersReplyIsNamedWithItsRemedy() throws Exception {
        this.robot = builder().maxConsecutiveErrors(1).build();
        this.robot.reset();
        this.arm.setDead(Joint.ELBOW_FLEX, true);

        assertThatExceptionOfType(LinkLostException.class)
                .isThrownBy(this.robot::observe)
                .withMessageContaining(
                        "elbow_flex (id 3): no reply, but wrist_flex (id 4) replies. Check the plugs"
                                + " of this servo");
    }

    @Test
    void goodMeasurementForgivesTheErrorsBefore() throws Exception {
        this.robot = builder().readTimeout(Duration.ofMillis(30)).build();
        this.robot.reset();
        for (int round = 0; round < 3; round++) {
            this.arm.setSilent(true);
            for (int i = 0; i < 4; i++) {
                this.robot.observe();
            }
            this.arm.setSilent(false);
            double failed = reading("link.failed.cycles");
            this.robot.observe();
            assertThat(reading("link.failed.cycles")).as("this one is good").isEqualTo(failed);
        }

        assertThat(reading("link.failed.cycles")).isEqualTo(12);
    }

    @Test
    void servoFaultNamesJointIdFaultAndTemperature() throws Exception {
        this.robot.reset();
        this.arm.setErrorByte(Joint.ELBOW_FLEX, 0x04);
        this.arm.set(Joint.ELBOW_FLEX, Register.PRESENT_TEMPERATURE, 74);

        assertThatExceptionOfType(ServoFaultException.class)
                .isThrownBy(this.robot::observe)
                .withMessageStartingWith("elbow_flex (id 3): overheat, 74 °C. ");
        this.arm.setErrorByte(Joint.ELBOW_FLEX, 0);
    }

    @Test
    void unpluggedPortIsALostLinkAtOnceAndANewResetConnectsAgain() throws Exception {
        useWeakArm();
        standAt(MIDDLE);
        this.robot.reset();
        this.arm.unplugAfter(30);

        assertThatExceptionOfType(LinkLostException.class)
                .isThrownBy(this.robot::observe)
                .withMessageContaining(" is gone");
        assertThatExceptionOfType(LinkLostException.class).isThrownBy(this.robot::stop);
        this.arm.plugIn();
        standAt(MIDDLE + 150);
        this.arm.forget();

        this.robot.reset();

        assertThat(lastGoals().subList(0, 5))
                .as("goals are synchronised with where the joints are now")
                .containsOnly(MIDDLE + 150);
    }

    @Test
    void servoWhosePowerWasGoneForAMomentIsALostLink() throws Exception {
        this.robot = builder().readTimeout(Duration.ofMillis(30)).build();
        this.robot.reset();
        this.arm.setSilent(true);
        this.robot.observe(); // fails once
        this.arm.powerCycle();
        this.arm.setSilent(false);

        assertThatExceptionOfType(LinkLostException.class)
                .isThrownBy(this.robot::observe)
                .withMessageStartingWith(
                        "shoulder_pan (id 1) did not answer for a moment and has no torque now: its"
                                + " power was gone. ");
    }

    @Test
    void servoWhosePowerWasGoneForLessThanAMeasurementIsALostLinkToo() throws Exception {
        this.robot.reset();
        this.arm.powerCycle();
        this.arm.damageNext(Joint.ELBOW_FLEX, ReplyFault.lost());

        assertThatExceptionOfType(LinkLostException.class)
                .isThrownBy(this.robot::observe)
                .withMessageContaining("has no torque now");
    }

    /** Late by less than the read time-out, and by more. */
    @ParameterizedTest
    @ValueSource(ints = {7, 30, 100})
    void replyThatComesLateIsNeverTakenForTheReplyToALaterRequest(int maxLatencyMillis)
            throws Exception {
        useWeakArm();
        this.robot =
                builder().readTimeout(Duration.ofMillis(10)).maxConsecutiveErrors(1000).build();
        this.robot.reset();
        this.arm.setMaxLatency(Duration.ofMillis(maxLatencyMillis), 5);
        int fresh = 0;
        for (int i = 0; i < 300; i++) {
            standAt(1000 + i);
            long moved = System.nanoTime();

            Observation observation = this.robot.observe();

            if (observation.timestampNanos() - moved >= 0) {
                fresh++;
                for (int joint = 0; joint < 6; joint++) {
                    double steps = observation.get("state").get(joint) / RADIANS_PER_STEP + MIDDLE;
                    assertThat(steps).as("cycle %d", i).isCloseTo(1000 + i, within(1.0));
                }
            }
        }

        assertThat(fresh).isBetween(maxLatencyMillis == 7 ? 5 : 0, 295);
        assertThat(reading("link.retries")).isGreaterThan(20);
    }

    @Test
    void voltageAndTemperatureAreUnknownAfterTheEnd() throws Exception {
        this.robot = builder().sensors(EnumSet.of(Sensor.VOLTAGE)).build();
        this.robot.reset();
        assertThat(reading("voltage")).isEqualTo(6 * 7.5);

        this.robot.stop();

        assertThat(reading("voltage")).isNaN();
    }

    // ---- stopping

    @Test
    void stopHoldsTheArmWhereItIs() throws Exception {
        useWeakArm();
        standAt(MIDDLE);
        this.robot.reset();
        standAt(MIDDLE + 100); // pushed
        this.arm.forget();

        this.robot.stop();

        assertThat(lastGoals())
                .as("but a gripper, which may hold something, keeps its force")
                .containsExactly(2150, 2150, 2150, 2150, 2150, MIDDLE);
        for (Joint joint : Joint.values()) {
            assertThat(this.arm.isTorqueOn(joint)).isTrue();
        }
        this.robot.stop(); // does nothing
        assertThat(this.arm.goals()).hasSize(6);
    }

    @Test
    void armThatGravityPullsFromItsGoalDoesNotSinkAtEachStopAndStart() throws Exception {
        useWeakArm();
        this.arm.setNoise(2);
        standAt(MIDDLE);
        this.robot.reset();
        this.arm.forget();
        for (int i = 0; i < 10; i++) {
            standAt(MIDDLE - 80);
            this.robot.stop();
            this.robot.reset();
        }

        assertThat(this.arm.goals())
                .extracting(GoalWrite::steps)
                .as("the first goals were measured with noise")
                .allMatch(goal -> Math.abs(goal - MIDDLE) <= 2);
    }

    /** The adapter delivers what it kept when the first question to a single servo is out. */
    @Test
    void lateMeasurementIsNotTakenForWhereAServoIsWhenItIsToHold() throws Exception {
        this.arm.close();
        this.arm =
                VirtualSo101.builder()
                        .replyDelay(Duration.ofNanos(300_000)) // one reply at a time
                        .stepsPerSecond(1)
                        .start();
        this.robot =
                builder()
                        .readTimeout(Duration.ofMillis(30))
                        .sensors(EnumSet.allOf(Sensor.class))
                        .build();
        for (int round = 0; round < 10; round++) {
            standAt(MIDDLE);
            this.robot.reset();
            this.arm.forget();
            this.arm.setStalled(true);
            for (int i = 0; i < 3; i++) {
                this.robot.observe(); // the first one may be answered still
            }
            CompletableFuture.runAsync(
                    () -> this.arm.setStalled(false),
                    CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS));

            this.robot.stop();

            assertThat(this.arm.goals()).extracting(GoalWrite::steps).containsOnly(MIDDLE);
        }
    }

    @ParameterizedTest
    @MethodSource("setsOfSensors")
    void repliesToDifferentQuestionsHaveDifferentLengths(Set<Sensor> sensors) {
        int measurement = Measurement.registerBytes(sensors);

        assertThat(measurement).as("two bytes of a register").isGreaterThan(2);
        assertThat(measurement).isNotEqualTo(TorqueCheck.BYTES);
        assertThat(measurement).isLessThan(LateReplies.MIN_PROBE_BYTES);
        assertThat(TorqueCheck.BYTES).isLessThan(LateReplies.MIN_PROBE_BYTES);
        assertThat(ServoBus.STATE_BYTES).isGreaterThan(LateReplies.MAX_PROBE_BYTES);
    }

    static Stream<Set<Sensor>> setsOfSensors() {
        return IntStream.range(0, 1 << Sensor.values().length)
                .mapToObj(
                        bits ->
                                Arrays.stream(Sensor.values())
                                        .filter(sensor -> (bits >> sensor.ordinal() & 1) == 1)
                                        .collect(
                                                Collectors.toCollection(
                                                        () -> EnumSet.noneOf(Sensor.class))));
    }

    @Test
    void onlyDefinedRegistersAreAskedForThoughRepliesAreLost() throws Exception {
        this.robot =
                builder()
                        .readTimeout(Duration.ofMillis(50))
                        .sensors(EnumSet.of(Sensor.CURRENT))
                        .build();
        this.robot.reset();
        this.arm.damageRandomly(0.2, 7, ReplyFault.lost());
        for (int i = 0; i < 30; i++) {
            try {
                this.robot.observe();
            } catch (LinkLostException ex) {
                // There may be five in a row.
            }
        }

        assertThat(this.arm.requests())
                .filteredOn(
                        request ->
                                request.instruction() == WireRequest.Instruction.READ
                                        || request.instruction()
                                                == WireRequest.Instruction.SYNC_READ)
                .allMatch(
                        request -> {
                            int first = request.parameter(0);
                            return VirtualServo.areDefined(first, first + request.parameter(1) - 1);
                        });
    }

    @Test
    void jointThatWasAboutToMoveWhenTheStopCameDoesNotMoveOn() throws Exception {
        useWeakArm();
        standAt(MIDDLE);
        this.robot.reset();
        this.arm.forget();
        this.arm.afterGoals(6, () -> this.arm.setPosition(Joint.ELBOW_FLEX, MIDDLE + 20));

        this.robot.stop();

        assertThat(this.arm.goals()).hasSize(7);
        assertThat(this.arm.get(Joint.ELBOW_FLEX, Register.GOAL_POSITION)).isEqualTo(MIDDLE + 20);
    }

    @Test
    void torqueGoesOffOfEveryServoThoughOneDoesNotListen() throws Exception {
        this.robot = builder().stopMode(StopMode.TORQUE_OFF).build();
        this.robot.reset();
        this.arm.setDead(Joint.SHOULDER_PAN, true);

        assertThatExceptionOfType(LinkException.class)
                .isThrownBy(this.robot::stop)
                .withMessageStartingWith("shoulder_pan (id 1): no reply");

        for (Joint joint : EnumSet.range(Joint.SHOULDER_LIFT, Joint.GRIPPER)) {
            assertThat(this.arm.isTorqueOn(joint)).as("%s", joint).isFalse();
        }
    }

    @Test
    void torqueGoesOffThoughAServoReportsAFault() throws Exception {
        this.robot = builder().stopMode(StopMode.TORQUE_OFF).build();
        this.robot.reset();
        this.arm.setErrorByte(Joint.GRIPPER, 0x08);

        assertThatExceptionOfType(ServoFaultException.class).isThrownBy(this.robot::stop);

        for (Joint joint : Joint.values()) {
            assertThat(this.arm.isTorqueOn(joint)).as("%s", joint).isFalse();
        }
    }

    @Test
    void servoThatReportsAFaultHoldsWhereItIsToo() throws Exception {
        useWeakArm();
        standAt(MIDDLE);
        this.robot.reset();
        standAt(MIDDLE + 100);
        this.arm.setErrorByte(Joint.ELBOW_FLEX, 0x24);
        this.arm.forget();

        assertThatExceptionOfType(ServoFaultException.class)
                .isThrownBy(this.robot::stop)
                .withMessageStartingWith("elbow_flex (id 3): overheat, overload, 30 °C");

        assertThat(lastGoals().subList(0, 5)).containsOnly(MIDDLE + 100);
    }

    @Test
    void interruptedThreadStopsTheArmAllTheSame() throws Exception {
        this.robot = builder().stopMode(StopMode.TORQUE_OFF).build();
        this.robot.reset();
        Thread.currentThread().interrupt();

        this.robot.stop();

        assertThat(Thread.interrupted()).isTrue();
        for (Joint joint : Joint.values()) {
            assertThat(this.arm.isTorqueOn(joint)).isFalse();
        }
    }

    // ---- the start pose

    private So101Robot.Builder atMiddle() {
        return builder().startPose(List.of(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)).startSpeed(1.0);
    }

    private So101Robot.Builder parking() {
        return atMiddle().stopMode(StopMode.PARK_THEN_TORQUE_OFF);
    }

    private void useArmOf(int stepsPerSecond) {
        this.arm.close();
        this.arm = VirtualSo101.builder().stepsPerSecond(stepsPerSecond).start();
    }

    private void assertTorqueIsOff() {
        for (Joint joint : Joint.values()) {
            assertThat(this.arm.isTorqueOn(joint)).as("%s", joint).isFalse();
        }
    }

    @Test
    void armParksAtItsStartSpeedBeforeTorqueGoesOff() throws Exception {
        standAt(MIDDLE);
        this.robot = parking().maxSpeed(Double.POSITIVE_INFINITY).build();
        this.robot.reset();
        int before = this.arm.goals().size();
        this.robot.act(all(260 * RADIANS_PER_STEP));
        awaitGoals(before + 6);
        while (this.arm.position(Joint.GRIPPER) != MIDDLE + 260) {
            Thread.onSpinWait();
        }
        this.arm.forget();

        this.robot.stop();

        assertThat(lastGoals()).containsOnly(MIDDLE);
        assertThat(this.arm.goals().get(0).steps()).isEqualTo(MIDDLE + 260);
        assertThat(steps(Joint.ELBOW_FLEX)).allMatch(step -> Math.abs(step) <= 14);
        assertTorqueIsOff();
    }

    @Test
    void parkBeginsWhereTheArmIsAndEndsWhenItHasArrived() throws Exception {
        useArmOf(400);
        standAt(MIDDLE);
        this.robot = parking().build(); // at 652 steps/s
        this.robot.reset();
        standAt(MIDDLE + 300); // far from its goal
        this.arm.forget();

        this.robot.stop();

        assertThat(this.arm.goals().get(0).steps()).isBetween(MIDDLE + 200, MIDDLE + 300);
        assertThat(this.arm.position(Joint.ELBOW_FLEX)).isEqualTo(MIDDLE);
        assertTorqueIsOff();
    }

    @Test
    void armThatIsSlowerThanItsStartSpeedIsInThePoseBeforeTorqueGoesOff() throws Exception {
        useArmOf(90);
        standAt(MIDDLE);
        this.robot = parking().build();
        this.robot.reset();
        standAt(MIDDLE + 250);

        this.robot.stop();

        assertThat(this.arm.position(Joint.ELBOW_FLEX)).isEqualTo(MIDDLE);
        assertTorqueIsOff();
    }

    /** 100 µs before each reply, and no more time than a measurement needs. */
    @Test
    void armParksThoughTheReadTimeoutIsShort() throws Exception {
        this.arm.close();
        this.arm = VirtualSo101.builder().paced().replyDelay(Duration.ofNanos(100_000)).start();
        standAt(MIDDLE);
        this.robot = parking().readTimeout(Duration.ofMillis(8)).build();
        this.robot.reset();
        standAt(MIDDLE + 100);
        this.arm.forget();

        this.robot.stop();

        assertThat(this.arm.position(Joint.ELBOW_FLEX)).isEqualTo(MIDDLE);
        assertTorqueIsOff();
    }

    @Test
    void secondStopWaitsForAPark() throws Exception {
        standAt(MIDDLE);
        this.robot = parking().startSpeed(0.1).build(); // for 5 s
        this.robot.reset();
        standAt(MIDDLE + 300);
        this.arm.forget();
        CompletableFuture<Void> closed = new CompletableFuture<>();
        this.arm.afterGoals(
                30,
                () ->
                        new Thread(
                                        () -> {
                                            this.robot.close();
                                            closed.complete(null);
                                        })
                                .start());

        this.robot.stop();
        closed.join();

        assertThat(this.arm.position(Joint.ELBOW_FLEX)).isEqualTo(MIDDLE);
        assertTorqueIsOff();
    }

    @Test
    void interruptEndsAParkAndTurnsTorqueOff() throws Exception {
        useArmOf(400);
        standAt(MIDDLE);
        this.robot = parking().startSpeed(0.1).build();
        this.robot.reset();
        standAt(1000);
        this.arm.afterGoals(60, Thread.currentThread()::interrupt);

        assertThatExceptionOfType(InterruptedException.class).isThrownBy(this.robot::stop);

        assertTorqueIsOff();
        assertThat(this.arm.position(Joint.ELBOW_FLEX)).isLessThan(1100);
    }

    @Test
    void gripperThatHoldsSomethingKeepsTheArmNeitherFromStartingNorFromParking() throws Exception {
        standAt(MIDDLE - 300);
        this.arm.setBlocked(Joint.GRIPPER, true);
        this.robot = parking().build();

        this.robot.reset();

        assertThat(lastGoals().subList(0, 5)).containsOnly(MIDDLE);
        assertThat(lastGoals().get(5))
                .as("it does not press harder than it has to")
                .isLessThan(MIDDLE - 300 + 91 + 131);
        this.robot.stop();
        assertThat(this.arm.position(Joint.ELBOW_FLEX)).isEqualTo(MIDDLE);
        assertTorqueIsOff();
    }

    @Test
    void faultOnTheWayToTheStartPoseEndsIt() throws Exception {
        standAt(1000);
        this.robot = atMiddle().build();
        this.arm.afterGoals(60, () -> this.arm.setErrorByte(Joint.ELBOW_FLEX, 0x20));

        assertThatExceptionOfType(ServoFaultException.class)
                .isThrownBy(this.robot::reset)
                .withMessageStartingWith("elbow_flex (id 3): overload");

        assertThat(this.arm.goals()).hasSizeLessThanOrEqualTo(60 + 6);
    }

    @Test
    void faultWhileTheArmParksTurnsTorqueOffAtOnce() throws Exception {
        standAt(MIDDLE);
        this.robot = parking().build();
        this.robot.reset();
        standAt(MIDDLE + 500);
        this.arm.forget();
        this.arm.afterGoals(60, () -> this.arm.setErrorByte(Joint.ELBOW_FLEX, 0x20));

        assertThatExceptionOfType(ServoFaultException.class).isThrownBy(this.robot::stop);

        assertThat(this.arm.goals()).hasSizeLessThanOrEqualTo(60 + 6);
        assertTorqueIsOff();
    }

    @Test
    void lostReplyOnTheWayToTheStartPoseDoesNotEndIt() throws Exception {
        standAt(MIDDLE - 200);
        this.robot = atMiddle().readTimeout(Duration.ofMillis(30)).build();
        this.arm.afterGoals(
                30,
                () ->
                        this.arm.damageNext(
                                Joint.ELBOW_FLEX,
                                ReplyFault.lost(),
                                ReplyFault.lost(),
                                ReplyFault.lost()));

        this.robot.reset();

        assertThat(lastGoals()).containsOnly(MIDDLE);
        assertThat(reading("link.retries")).isGreaterThanOrEqualTo(2);
    }

    /** The reply that is lost first raises the doubt about the torque. */
    @Test
    void lostReplyAboutTheTorqueOnTheWayToTheStartPoseDoesNotEndIt() throws Exception {
        standAt(MIDDLE - 200);
        this.robot = atMiddle().build();
        AtomicInteger torqueRepliesToLose = new AtomicInteger(1);
        ReplyFault lostIfAboutTheTorque =
                (reply, previous) ->
                        reply.length == TorqueCheck.BYTES + 6
                                        && torqueRepliesToLose.getAndDecrement() > 0
                                ? new byte[0]
                                : reply;
        this.arm.afterGoals(
                30,
                () -> {
                    this.arm.damageNext(Joint.GRIPPER, ReplyFault.lost());
                    this.arm.damageNext(
                            Joint.GRIPPER,
                            Collections.nCopies(10, lostIfAboutTheTorque)
                                    .toArray(ReplyFault[]::new));
                });

        this.robot.reset();

        assertThat(lastGoals()).containsOnly(MIDDLE);
        assertThat(torqueRepliesToLose.get()).as("one was lost").isLessThan(1);
    }

    @Test
    void silenceOnTheWayToTheStartPoseEndsItWithoutMovingOn() throws Exception {
        standAt(1000);
        this.robot = atMiddle().readTimeout(Duration.ofMillis(30)).build();
        this.arm.afterGoals(60, () -> this.arm.setDead(Joint.ELBOW_FLEX, true));

        assertThatExceptionOfType(LinkException.class)
                .isThrownBy(this.robot::reset)
                .withMessageStartingWith("elbow_flex (id 3): ");

        assertThat(this.arm.goals()).hasSizeLessThanOrEqualTo(60 + 6);
    }

    @Test
    void jointThatDoesNotFollowIsWaitedForAndGivenUp() throws Exception {
        useWeakArm();
        standAt(1000);
        this.robot = atMiddle().build();

        assertThatExceptionOfType(StartPoseException.class)
                .isThrownBy(this.robot::reset)
                .withMessageStartingWith(
                        "shoulder_pan (id 1) does not follow on the way to the start pose: it is at"
                                + " 100");

        assertThat(lastGoals())
                .as("8°, and the way of 0.2 s: 91 and 130 steps")
                .allMatch(goal -> goal > 1200 && goal < 1230);
    }

    @Test
    void jointThatDoesNotFollowOnAShortWayIsGivenUpToo() throws Exception {
        useWeakArm();
        standAt(MIDDLE - 130);
        this.robot = atMiddle().build();

        assertThatExceptionOfType(StartPoseException.class)
                .isThrownBy(this.robot::reset)
                .withMessageStartingWith("shoulder_pan (id 1) does not follow");
    }

    @Test
    void torqueThatIsLostOnTheWayToTheStartPoseEndsIt() throws Exception {
        standAt(MIDDLE - 300);
        this.robot = atMiddle().build();
        this.arm.afterGoals(
                30,
                () -> {
                    this.arm.powerCycle();
                    this.arm.damageNext(Joint.GRIPPER, ReplyFault.lost());
                });

        assertThatExceptionOfType(LinkLostException.class)
                .isThrownBy(this.robot::reset)
                .withMessageContaining("has no torque now");
    }

    @Test
    void parkThatTakesTooLongEndsWithTorqueOff() throws Exception {
        standAt(MIDDLE);
        this.robot = parking().startSpeed(0.01).build();
        this.robot.reset();
        standAt(MIDDLE + 500);

        assertThatExceptionOfType(StartPoseException.class)
                .isThrownBy(this.robot::stop)
                .withMessageStartingWith("The arm is not in its start pose after 8 s. ");

        assertTorqueIsOff();
    }

    @Test
    void armGoesToItsStartPoseAtABoundedSpeed() throws Exception {
        standAt(1000);
        this.robot =
                builder()
                        .startPose(List.of(-1.2, -1.2, -1.2, -1.2, -1.2, 9.0))
                        .startSpeed(2.0)
                        .build();

        this.robot.reset();

        int target = (int) Math.rint(MIDDLE - 1.2 / RADIANS_PER_STEP);
        assertThat(lastGoals())
                .as("the sixth is beyond its range")
                .containsExactly(target, target, target, target, target, 3400);
        assertThat(steps(Joint.GRIPPER))
                .as("2 rad/s in 20 ms are 26.08 steps")
                .allMatch(step -> step <= 27)
                .hasSizeGreaterThan(90);
    }

    @Test
    void startSpeedMayBeLessThanAStepInATick() throws Exception {
        standAt(MIDDLE - 2);
        this.robot = atMiddle().startSpeed(10 * RADIANS_PER_STEP).build();

        this.robot.reset();

        assertThat(steps(Joint.GRIPPER)).containsOnly(0, 1).hasSizeGreaterThanOrEqualTo(10);
        assertThat(lastGoals()).containsOnly(MIDDLE);
    }

    @Test
    void startSpeedIsNotMoreThanAServoCanTurn() {
        this.robot = atMiddle().startSpeed(5.0).build();

        assertThatIllegalArgumentException()
                .isThrownBy(this.robot::reset)
                .withMessage(
                        "startSpeed is 5.0, which is 3259.49 steps/s of shoulder_pan (id 1), but"
                                + " must be 1 to 3072 steps/s");
        assertThat(this.arm.requests()).isEmpty();
    }

    private List<Integer> steps(Joint joint) {
        List<Integer> goals =
                this.arm.goals().stream()
                        .filter(goal -> goal.joint() == joint)
                        .map(GoalWrite::steps)
                        .toList();
        return IntStream.range(1, goals.size())
                .mapToObj(i -> goals.get(i) - goals.get(i - 1))
                .toList();
    }

    @Test
    void interruptEndsTheWayToTheStartPose() throws Exception {
        standAt(1000);
        this.robot = atMiddle().startSpeed(0.1).build();
        this.arm.afterGoals(30, Thread.currentThread()::interrupt);

        assertThatExceptionOfType(InterruptedException.class).isThrownBy(this.robot::reset);

        this.robot.stop();
        assertThat(this.arm.position(Joint.ELBOW_FLEX)).isLessThan(1200);
    }

    @ParameterizedTest
    @EnumSource
    void startThatEndsBetweenTwoServosMovesNothing(StopMode mode) throws Exception {
        standAt(1000);
        this.robot = atMiddle().stopMode(mode).build();
        this.arm.afterGoals(2, Thread.currentThread()::interrupt);

        assertThatExceptionOfType(InterruptedException.class).isThrownBy(this.robot::reset);
        this.robot.stop();

        for (Joint joint : Joint.values()) {
            assertThat(this.arm.position(joint)).isEqualTo(1000);
        }
        assertThat(this.arm.goals()).extracting(GoalWrite::steps).containsOnly(1000);
        if (mode != StopMode.HOLD) {
            assertTorqueIsOff();
        }
    }

    @ParameterizedTest
    @EnumSource
    void faultBetweenTwoServosThatHeldBeforeMovesNothingAtOnce(StopMode mode) throws Exception {
        standAt(1000);
        this.robot.reset();
        this.robot.stop(); // and holds
        this.robot = atMiddle().stopMode(mode).build();
        this.arm.afterGoals(2, () -> this.arm.setErrorByte(Joint.ELBOW_FLEX, 0x20));

        assertThatExceptionOfType(ServoFaultException.class).isThrownBy(this.robot::reset);
        assertThatExceptionOfType(ServoFaultException.class).isThrownBy(this.robot::stop);

        assertThat(this.arm.goals()).extracting(GoalWrite::steps).containsOnly(1000);
        if (mode != StopMode.HOLD) {
            assertTorqueIsOff();
        }
    }

    // ---- stopping from another thread

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

    /** Whatever the reset is at when the stop comes, torque is off when both are back. */
    @Campaign
    @Test
    void stopWhileTheArmIsBeingConnectedLeavesNoTorque() throws Exception {
        Random random = new Random(7);
        ExecutorService threads = Executors.newSingleThreadExecutor();
        this.robot = builder().stopMode(StopMode.TORQUE_OFF).build();
        this.robot.reset(); // so that the servos need no time to be configured
        this.robot.stop();
        long begin = System.nanoTime();
        this.robot.reset();
        int nanos = (int) (2 * (System.nanoTime() - begin));
        this.robot.stop();
        int reached = 0;
        int rounds = Campaign.Rounds.of(1_000, 100);
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
                Future<Observation> resetting = threads.submit(this.robot::reset);
                begun.await();
                LockSupport.parkNanos(random.nextInt(nanos));

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
                .withMessageContaining("A call hangs in the port");

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
