package dev.rfx.session.sample;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The unit of docs/rfx-session.service. */
class SystemdUnitTests {

    private static final Path UNIT = Path.of("..", "docs", "rfx-session.service");

    /** Returns the values of a setting, in order. */
    private static List<String> values(String name) throws Exception {
        try (Stream<String> lines = Files.lines(UNIT)) {
            return lines.filter(line -> line.startsWith(name + "="))
                    .map(line -> line.substring(name.length() + 1))
                    .toList();
        }
    }

    @Test
    void systemdAcceptsTheUnit(@TempDir Path directory) throws Exception {
        String analyze = Prometheus.program("systemd-analyze", "systemd");
        // It checks that the program exists.
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String unit = Files.readString(UNIT).replace("/usr/bin/java", java);
        assertThat(unit).contains("ExecStart=" + java + " ");
        Path file = Files.writeString(directory.resolve("arm-1.service"), unit);
        Process process =
                new ProcessBuilder(analyze, "verify", "--man=no", file.toString())
                        .redirectErrorStream(true)
                        .start();

        String output = new String(process.getInputStream().readAllBytes(), UTF_8);

        assertThat(process.waitFor()).as(output).isZero();
        // It only warns about a setting that it does not know.
        assertThat(output.lines().filter(line -> line.contains("arm-1"))).isEmpty();
    }

    @Test
    void stopOfTheUnitIsThatOfTheApplication() throws Exception {
        assertThat(values("TimeoutStopSec"))
                .containsExactly(GracePeriod.ofDefaults().toSeconds() + "s");
        assertThat(values("KillSignal")).containsExactly("SIGTERM");
        assertThat(values("SuccessExitStatus")).containsExactly("143");
    }

    @Test
    void nothingMovesTheRobotWithoutAnOperatorAfterAFailure() throws Exception {
        assertThat(values("Restart")).containsExactly("no");
        assertThat(values("WatchdogSec")).isEmpty();
    }

    @Test
    void limitsPermitTheRealTimeOptions() throws Exception {
        assertThat(values("LimitRTPRIO"))
                .containsExactly(ReadmeTests.properties().get("rfx.session.thread.priority"));
        assertThat(values("LimitMEMLOCK")).containsExactly("infinity");
        assertThat(values("RestrictRealtime")).isEmpty();
        assertThat(values("SystemCallFilter")).isEmpty();
    }
}
