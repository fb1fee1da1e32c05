package dev.rfx.session.autoconfigure;

import static dev.rfx.session.autoconfigure.RefusedProperty.assertRefused;
import static dev.rfx.session.testkit.Sessions.awaitIterations;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rfx.session.Observation;
import dev.rfx.session.Policy;
import dev.rfx.session.Robot;
import dev.rfx.session.RobotReading;
import dev.rfx.session.Session;
import dev.rfx.session.Tensor;
import dev.rfx.session.robot.MockRobot;
import dev.rfx.session.so101.CalibrationFile;
import dev.rfx.session.so101.Joint;
import dev.rfx.session.so101.So101Robot;
import dev.rfx.session.so101.VirtualSo101;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ClassPathResource;

/** The arm as a bean: its conditions and its properties. */
class So101AutoConfigurationTests {

    @TempDir private Path directory;
    private VirtualSo101 arm;
    private ApplicationContextRunner runner;

    @BeforeEach
    void plugIn() {
        this.arm = VirtualSo101.start();
        this.runner =
                new ApplicationContextRunner()
                        .withPropertyValues(
                                "rfx.session.warmup=0",
                                "rfx.session.so101.port=" + this.arm.port(),
                                "rfx.session.so101.calibration="
                                        + CalibrationFile.of(this.directory),
                                // Long enough for a busy machine.
                                "rfx.session.so101.read-timeout=500ms")
                        .withConfiguration(
                                AutoConfigurations.of(
                                        SessionAutoConfiguration.class,
                                        SessionLifecycleAutoConfiguration.class,
                                        So101AutoConfiguration.class));
    }

    @AfterEach
    void unplug() {
        this.arm.close();
    }

    @Test
    void armIsTheRobotThatTheSessionDrives() {
        this.runner
                .withUserConfiguration(StayInTheMiddle.class)
                .run(
                        context -> {
                            assertThat(context).hasSingleBean(So101Robot.class);
                            awaitIterations(context.getBean(Session.class), 3);
                            assertThat(this.arm.isTorqueOn(Joint.GRIPPER)).isTrue();
                            assertThat(this.arm.goals()).hasSizeGreaterThan(2 * 6);
                        });
        assertThat(this.arm.isTorqueOn(Joint.GRIPPER)).as("it holds").isTrue();
    }

    @Test
    void nothingIsSentToTheArmBeforeTheSessionStarts() {
        this.runner
                .withUserConfiguration(StayInTheMiddle.class)
                .withPropertyValues("rfx.session.auto-startup=false")
                .run(
                        context -> {
                            assertThat(context)
                                    .hasSingleBean(So101Robot.class)
                                    .hasSingleBean(Session.class);
                            assertThat(this.arm.requests()).isEmpty();
                        });
        assertThat(this.arm.requests()).as("closing the context does not either").isEmpty();
    }

    @Test
    void propertiesReachTheArm() {
        this.runner
                .withUserConfiguration(StayAtTen.class)
                .withPropertyValues(
                        "rfx.session.so101.baud-rate=500000",
                        "rfx.session.so101.units=degrees",
                        "rfx.session.so101.max-consecutive-errors=7",
                        "rfx.session.so101.max-speed=0.5",
                        "rfx.session.so101.stop-mode=torque-off",
                        "rfx.session.so101.start-pose=10,10,10,10,10,10",
                        "rfx.session.so101.start-speed=100",
                        "rfx.session.so101.sensors=temperature,voltage")
                .run(
                        context -> {
                            Session session = context.getBean(Session.class);
                            awaitIterations(session, 1);
                            assertThat(this.arm.position(Joint.SHOULDER_PAN))
                                    .as("2050 and 10 degrees")
                                    .isCloseTo(2164, within(20));
                            assertThat(session.readings())
                                    .extracting(RobotReading::name)
                                    .contains("temperature", "voltage")
                                    .doesNotContain("load");
                        });
        assertThat(this.arm.isTorqueOn(Joint.SHOULDER_PAN)).isFalse();
    }

    @Test
    void differentCalibrationIsWrittenWhereThatIsWanted() {
        this.runner
                .withUserConfiguration(StayInTheMiddle.class)
                .withPropertyValues(
                        "rfx.session.so101.calibration="
                                + CalibrationFile.withRange(this.directory, 800, 3300),
                        "rfx.session.so101.write-calibration=true")
                .run(context -> awaitIterations(context.getBean(Session.class), 1));
    }

    @Test
    void withoutAPortThereIsNoArm() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(So101AutoConfiguration.class))
                .run(context -> assertThat(context).doesNotHaveBean(Robot.class));
    }

    @Test
    void robotOfTheApplicationReplacesTheArm() {
        this.runner
                .withUserConfiguration(StayInTheMiddle.class)
                .withBean(MockRobot.class, () -> new MockRobot(6, 50))
                .run(
                        context -> {
                            assertThat(context)
                                    .hasSingleBean(Robot.class)
                                    .hasSingleBean(MockRobot.class);
                            awaitIterations(context.getBean(Session.class), 1);
                        });
        assertThat(this.arm.requests()).isEmpty();
    }

    @Test
    void disabledMeansNoArm() {
        this.runner
                .withPropertyValues("rfx.session.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(Robot.class));
    }

    @Test
    void portWithoutTheSerialLibraryIsRefused() {
        this.runner
                .withClassLoader(
                        new FilteredClassLoader(
                                new ClassPathResource("com/fazecast/jSerialComm/SerialPort.class")))
                .run(
                        context ->
                                assertThat(context)
                                        .getFailure()
                                        .rootCause()
                                        .isInstanceOf(ConfigurationException.class)
                                        .hasMessageContaining("Add com.fazecast:jSerialComm"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    port                   | ' '                  | a path or auto
                    baud-rate              | 9600                 | 38400 to 1000000
                    read-timeout           | 0                    | PT0.001S to PT1S
                    max-consecutive-errors | 0                    | 1 to 1000
                    max-speed              | 0                    | more than 0
                    max-speed              | NaN                  | more than 0
                    start-pose             | 1,2                  | six finite positions
                    start-speed            | 0                    | finite and more than 0
                    """)
    void invalidValueIsRefusedNamingTheProperty(String property, String value, String range) {
        this.runner
                .withPropertyValues("rfx.session.so101." + property + "=" + value)
                .run(context -> assertRefused(context, "rfx.session.so101." + property, range));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    stop-mode=park-then-torque-off   | stopMode is PARK_THEN_TORQUE_OFF, but must be another
                    port=auto,write-calibration=true | port is auto, but must be a path
                    read-timeout=50ms,baud-rate=38400| readTimeout is PT0.05S, but must be at least
                    """)
    void valuesThatDoNotGoTogetherAreRefused(String properties, String reason) {
        this.runner
                .withPropertyValues(
                        Stream.of(properties.split(","))
                                .map(property -> "rfx.session.so101." + property)
                                .toArray(String[]::new))
                .run(context -> assertRefused(context, "rfx.session.so101", reason));
    }

    @Configuration(proxyBeanMethods = false)
    static class StayInTheMiddle {

        @Bean
        Policy<Observation, Tensor> policy() {
            Tensor middle = Tensor.zeros(6);
            return observation -> middle;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class StayAtTen {

        @Bean
        Policy<Observation, Tensor> policy() {
            Tensor ten = Tensor.of(10, 10, 10, 10, 10, 10);
            return observation -> ten;
        }
    }
}
