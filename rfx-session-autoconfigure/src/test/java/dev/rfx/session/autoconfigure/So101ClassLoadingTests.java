package dev.rfx.session.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.Observation;
import dev.rfx.session.Policy;
import dev.rfx.session.Robot;
import dev.rfx.session.Session;
import dev.rfx.session.SessionException;
import dev.rfx.session.Tensor;
import dev.rfx.session.so101.CalibrationFile;
import dev.rfx.session.so101.So101Robot;
import dev.rfx.session.testkit.ChildJvm;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** jSerialComm changes the whole JVM, and is loaded only when a session connects to the arm. */
class So101ClassLoadingTests {

    private static final String LIBRARY = "com.fazecast.jSerialComm.";

    private static final String NEXT_STEP = "NEXT STEP";

    @TempDir private static Path directory;

    /** The output of one JVM with each class that it loads, by the steps of the application. */
    private static String[] steps;

    @BeforeAll
    static void runApplication() throws Exception {
        try (ChildJvm jvm =
                ChildJvm.start(
                        List.of("-Xlog:class+load"),
                        jar -> true,
                        Application.class,
                        armThatIsNotThere())) {
            assertThat(jvm.awaitExit(Duration.ofMinutes(1))).as(jvm.output()).isZero();
            steps = jvm.output().split(NEXT_STEP);
        }
    }

    private static String[] armThatIsNotThere() {
        return new String[] {
            "--rfx.session.so101.port=" + directory.resolve("ttyACM0"),
            "--rfx.session.so101.calibration=" + CalibrationFile.of(directory)
        };
    }

    @Test
    void libraryIsNotLoadedWithoutAnArm() {
        assertThat(steps[0]).contains("ROBOT false", Robot.class.getName()).doesNotContain(LIBRARY);
    }

    @Test
    void libraryIsNotLoadedForAnArmThatIsNotConnectedYet() {
        assertThat(steps[1])
                .contains("ROBOT true", So101Robot.class.getName())
                .doesNotContain(LIBRARY);
    }

    @Test
    void libraryIsLoadedWhenTheSessionStarts() {
        assertThat(steps[2]).contains("FAILED There is no serial port ", LIBRARY + "SerialPort ");
    }

    @Test
    void applicationWithAnArmDoesNotStartWithoutTheLibrary() throws Exception {
        try (ChildJvm jvm =
                ChildJvm.start(
                        List.of(),
                        jar -> !jar.startsWith("jSerialComm-"),
                        Application.class,
                        armThatIsNotThere())) {
            assertThat(jvm.awaitExit(Duration.ofMinutes(1))).as(jvm.output()).isOne();
            assertThat(jvm.output())
                    .contains(
                            "rfx.session.so101.port is set, but the library for serial ports is"
                                    + " missing.")
                    .doesNotContain("\tat ");
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        public static void main(String[] args) {
            try (ConfigurableApplicationContext context = run()) {
                print(context);
            }
            System.out.println(NEXT_STEP);
            try (ConfigurableApplicationContext context = run(args)) {
                print(context);
                System.out.println(NEXT_STEP);
                start(context.getBean(Session.class));
            }
        }

        private static ConfigurableApplicationContext run(String... args) {
            return new SpringApplicationBuilder(Application.class)
                    .web(WebApplicationType.NONE)
                    .properties("rfx.session.auto-startup=false", "spring.main.banner-mode=off")
                    .run(args);
        }

        private static void print(ConfigurableApplicationContext context) {
            System.out.println("ROBOT " + (context.getBeanNamesForType(Robot.class).length > 0));
        }

        private static void start(Session session) {
            try {
                session.start();
            } catch (SessionException ex) {
                System.out.println("FAILED " + ex.getCause().getMessage());
            }
        }

        @Bean
        Policy<Observation, Tensor> policy() {
            Tensor middle = Tensor.zeros(6);
            return observation -> middle;
        }
    }
}
