package dev.rfx.session.so101;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A reset as far as the port: which one it opens, and how it explains that it cannot. */
class So101PortTests extends So101Fixture {

    @Test
    void nothingIsOpenedBeforeTheReset() {
        assertThat(this.arm.requests()).isEmpty();
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(this.robot::observe)
                .withMessage("The arm is not connected. Call reset() first.");
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

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void adapterThatEchoesIsNamed(boolean servos) {
        this.arm.setEchoing(true);
        this.arm.setSilent(!servos);
        String port = this.arm.port().toString();
        String problem = "The adapter on " + port + " echoes: it returns what it is sent";

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
}
