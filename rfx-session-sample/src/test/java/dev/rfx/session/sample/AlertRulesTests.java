package dev.rfx.session.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The alert rules, tested with promtool of Prometheus. */
class AlertRulesTests {

    private static void promtool(String... arguments) throws Exception {
        String[] command = new String[arguments.length + 1];
        command[0] = Prometheus.program("promtool");
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }

    @Test
    void rulesAreValid() throws Exception {
        promtool("check", "rules", "--lint-fatal", Prometheus.RULES.toString());
    }

    @Test
    void exampleOfAConfigurationIsValid() throws Exception {
        promtool("check", "config", "--lint-fatal", Prometheus.CONFIGURATION.toString());
    }

    @Test
    void alertsFireWhenTheyShouldAndOnlyThen() throws Exception {
        promtool(
                "test",
                "rules",
                Path.of("src", "test", "resources", "rfx-session.rules.test.yml").toString());
    }
}
