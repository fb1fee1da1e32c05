package dev.rfx.session.sample;

import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.JsonPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The Dockerfile of the docs, whose commands need no Docker. */
class DockerfileTests {

    private static final Path DOCKERFILE = Path.of("..", "docs", "Dockerfile");

    private static List<String> instructions(String name) throws IOException {
        return Files.readAllLines(DOCKERFILE).stream()
                .filter(line -> line.startsWith(name + " "))
                .map(line -> line.substring(name.length() + 1))
                .toList();
    }

    /** Fails for a command of a shell, which is no JSON. */
    private static List<List<String>> commands(String name) throws IOException {
        return instructions(name).stream()
                .map(command -> JsonPath.<List<String>>read(command, "$"))
                .toList();
    }

    /** Otherwise the build of an image would reset a robot that it reaches. */
    @Test
    void trainingEndsBeforeSessionsStartAndIsOtherwiseTheRun() throws Exception {
        List<List<String>> training =
                commands("RUN").stream()
                        .filter(command -> command.get(0).equals("java"))
                        .filter(command -> !command.contains("-Djarmode=tools"))
                        .toList();
        List<String> run = commands("ENTRYPOINT").get(0);

        List<String> expected = new ArrayList<>(run);
        expected.set(1, run.get(1).replace("AOTCache=", "AOTCacheOutput="));
        expected.add(2, "-Dspring.context.exit=onRefresh");
        assertThat(run.get(1)).startsWith("-XX:AOTCache=");
        assertThat(training).containsExactly(expected);
    }

    /** A shell would not pass SIGTERM on. */
    @Test
    void processIsTheJvmOfAUserThatIsNotRoot() throws Exception {
        assertThat(commands("ENTRYPOINT").get(0)).startsWith("java");
        assertThat(instructions("USER")).containsExactly("robot");
        assertThat(instructions("ENV"))
                .singleElement()
                .asString()
                .contains("--enable-native-access=ALL-UNNAMED")
                .doesNotContain("OnOutOfMemoryError");
    }

    @Test
    void everyLayerIsCopied() throws Exception {
        assertThat(instructions("COPY"))
                .filteredOn(line -> line.startsWith("--from=layers"))
                .containsExactly(
                        "--from=layers /build/layers/dependencies/ ./",
                        "--from=layers /build/layers/spring-boot-loader/ ./",
                        "--from=layers /build/layers/snapshot-dependencies/ ./",
                        "--from=layers /build/layers/application/ ./");
    }
}
