package dev.rfx.session.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.Observation;
import dev.rfx.session.Policy;
import dev.rfx.session.Robot;
import dev.rfx.session.Session;
import dev.rfx.session.SessionException;
import dev.rfx.session.Tensor;
import dev.rfx.session.so101.CalibrationFile;
import dev.rfx.session.testkit.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
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

    @TempDir private Path directory;

    private String run(Predicate<String> jars, String... arguments) throws Exception {
        Path log = this.directory.resolve("classes.log");
        try (ChildJvm jvm =
                ChildJvm.start(
                        List.of("-Xlog:class+load:file=" + log),
                        jars,
                        Application.class,
                        arguments)) {
            assertThat(jvm.awaitExit(Duration.ofMinutes(1))).as(jvm.output()).isZero();
            return Files.readString(log) + jvm.output();
        }
    }

    private String[] armThatIsNotThere(String... more) {
        List<String> arguments =
                List.of(
                        "--rfx.session.so101.port=" + this.directory.resolve("ttyACM0"),
                        "--rfx.session.so101.calibration=" + CalibrationFile.of(this.directory));
        return Stream.concat(arguments.stream(), Stream.of(more)).toArray(String[]::new);
    }

    @Test
    void libraryIsNotLoadedWithoutAnArm() throws Exception {
        assertThat(run(jar -> true)).contains("ROBOT false").doesNotContain(LIBRARY);
    }

    @Test
    void libraryIsNotLoadedForAnArmThatIsNotConnectedYet() throws Exception {
        assertThat(run(jar -> true, armThatIsNotThere()))
                .contains("ROBOT true")
                .doesNotContain(LIBRARY);
    }

    @Test
    void libraryIsLoadedWhenTheSessionStarts() throws Exception {
        assertThat(run(jar -> true, armThatIsNotThere("--start")))
                .contains("FAILED There is no serial port ")
                .contains(LIBRARY + "SerialPort ");
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
            try (ConfigurableApplicationContext context =
                    new SpringApplicationBuilder(Application.class)
                            .web(WebApplicationType.NONE)
                            .properties(
                                    "rfx.session.auto-startup=false", "spring.main.banner-mode=off")
                            .run(args)) {
                String[] robots = context.getBeanNamesForType(Robot.class);
                System.out.println("ROBOT " + (robots.length > 0));
                if (List.of(args).contains("--start")) {
                    start(context.getBean(Session.class));
                }
            }
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
