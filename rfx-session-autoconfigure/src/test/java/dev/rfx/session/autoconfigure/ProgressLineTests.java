package dev.rfx.session.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.Observation;
import dev.rfx.session.Policy;
import dev.rfx.session.Session;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.Tensor;
import dev.rfx.session.robot.MockRobot;
import dev.rfx.session.testkit.ChildJvm;
import dev.rfx.session.testkit.PseudoTerminal;
import dev.rfx.session.testkit.ScriptedRobot;
import dev.rfx.session.testkit.WaitingTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class ProgressLineTests {

    private static final String LINE =
            "%s: \\d+\\.\\d s  \\d+ steps  \\d+\\.\\d\\d Hz  \\d+ overruns  \\d+\\.\\d s left";
    private static final Pattern REWRITTEN =
            Pattern.compile("\r\033\\[K\033\\[\\?7l(" + LINE.formatted("arm") + ")\033\\[\\?7h\r");

    @TempDir private Path directory;
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    private static Session session(String name, Duration duration) {
        return new Session(
                new ScriptedRobot(),
                observation -> "action",
                SessionOptions.defaults()
                        .withName(name)
                        .withWarmup(Duration.ZERO)
                        .withDuration(duration));
    }

    private ProgressLine lineOf(Session... sessions) {
        return new ProgressLine(List.of(sessions), new PrintStream(this.written));
    }

    /** Returns the output since the last call. */
    private String written() {
        String text = this.written.toString(StandardCharsets.UTF_8);
        this.written.reset();
        return text;
    }

    @Test
    void lineShowsElapsedTimeStepsRateOverrunsAndRemainingTime() {
        assertThat(
                        ProgressLine.describe(
                                "arm",
                                Duration.ofMillis(12_300),
                                615,
                                49.999,
                                2,
                                Duration.ofSeconds(20)))
                .isEqualTo("arm: 12.3 s  615 steps  50.00 Hz  2 overruns  7.7 s left");
    }

    @Test
    void remainingTimeIsNeverNegative() {
        assertThat(
                        ProgressLine.describe(
                                "arm", Duration.ofMillis(2_030), 100, 50, 0, Duration.ofSeconds(2)))
                .endsWith("  0.0 s left");
    }

    @Test
    void sessionWithoutADurationHasNoRemainingTime() {
        assertThat(ProgressLine.describe("arm", Duration.ofSeconds(1), 50, 50, 0, null))
                .isEqualTo("arm: 1.0 s  50 steps  50.00 Hz  0 overruns");
    }

    @Test
    void lineIsRewrittenWhileTheSessionRunsThenErasedOnce() {
        try (Session arm = session("arm", Duration.ofHours(1))) {
            ProgressLine line = lineOf(arm);
            line.update();
            assertThat(written()).isEmpty();

            arm.start();
            line.update();
            assertThat(written()).matches(REWRITTEN);
            line.update();
            assertThat(written()).matches(REWRITTEN);

            arm.stop();
            line.update();
            assertThat(written()).isEqualTo("\r\033[K");
            line.update();
            assertThat(written()).isEmpty();
        }
    }

    @Test
    void lineIsErasedOnTheThreadThatNotifiesOfTheEnd() {
        try (Session arm = session("arm", Duration.ofHours(1))) {
            ProgressLine line = lineOf(arm);
            ProgressUpdates updates = new ProgressUpdates(arm, line::update, Duration.ofHours(1));
            arm.start();
            line.update();
            arm.stop();
            assertThat(written()).matches(REWRITTEN);

            updates.stopped(arm);
            assertThat(written()).isEqualTo("\r\033[K");
        }
    }

    @Test
    void sessionsThatRunShareTheLine() {
        try (Session left = session("left", Duration.ofHours(1));
                Session idle = session("idle", Duration.ofHours(1));
                Session right = session("right", Duration.ofHours(1))) {
            left.start();
            right.start();

            lineOf(left, idle, right).update();

            assertThat(written())
                    .containsPattern(LINE.formatted("left") + " \\| " + LINE.formatted("right"))
                    .doesNotContain("idle");
        }
    }

    @Test
    void webApplicationHasNoLine() {
        AutoConfigurations session =
                AutoConfigurations.of(
                        SessionAutoConfiguration.class, SessionLifecycleAutoConfiguration.class);
        new ApplicationContextRunner()
                .withConfiguration(session)
                .withUserConfiguration(TestBeans.class)
                .run(context -> assertThat(context).hasSingleBean(ProgressLine.class));
        new WebApplicationContextRunner()
                .withConfiguration(session)
                .withUserConfiguration(TestBeans.class)
                .run(context -> assertThat(context).doesNotHaveBean(ProgressLine.class));
    }

    @WaitingTest
    void onATerminalOneLineIsRewrittenUntilTheRunIsOver() throws Exception {
        String output;
        try (PseudoTerminal terminal = new PseudoTerminal();
                ChildJvm jvm = startOn(terminal, "--rfx.session.duration=2s")) {
            output = readUntilTheEnd(terminal, jvm);
            assertThat(jvm.awaitExit(Duration.ofSeconds(30))).as(output).isZero();
        }

        assertThat(REWRITTEN.matcher(output).results().map(match -> match.group(1)).distinct())
                .as(output)
                .hasSizeGreaterThan(1);
        assertThat(screen(output))
                .anyMatch(row -> row.contains("Session 'arm' started"))
                .anyMatch(row -> row.contains("Session 'arm' stopped"))
                .noneMatch(row -> row.contains(" left"))
                .noneMatch(row -> row.contains(" runs: "));
    }

    /** With the log off, no other line overwrites a leftover. */
    @WaitingTest
    void interruptLeavesNothingOfTheLine() throws Exception {
        String output;
        try (PseudoTerminal terminal = new PseudoTerminal();
                ChildJvm jvm =
                        startOn(
                                terminal,
                                "--rfx.session.duration=1h",
                                "--logging.level.dev.rfx.session=OFF")) {
            output = readUntil(terminal, jvm, " left");
            jvm.interrupt();
            output += readUntilTheEnd(terminal, jvm);
        }

        assertThat(output).endsWith("\r\033[K");
        assertThat(screen(output)).noneMatch(row -> row.contains(" left"));
    }

    @WaitingTest
    void onATerminalThereArePlainLinesWithoutADuration() throws Exception {
        try (PseudoTerminal terminal = new PseudoTerminal();
                ChildJvm jvm = startOn(terminal)) {
            String output = readUntil(terminal, jvm, "Session 'arm' runs: ");
            jvm.terminate();
            output += readUntilTheEnd(terminal, jvm);

            assertThat(output).doesNotContain("\r").doesNotContain(" left");
        }
    }

    @WaitingTest
    void intervalOfZeroDisablesTheLineToo() throws Exception {
        try (PseudoTerminal terminal = new PseudoTerminal();
                ChildJvm jvm =
                        startOn(
                                terminal,
                                "--rfx.session.duration=300ms",
                                "--rfx.session.log-interval=0")) {
            assertThat(readUntilTheEnd(terminal, jvm))
                    .contains("Session 'arm' stopped")
                    .doesNotContain("\r")
                    .doesNotContain(" runs: ");
        }
    }

    @WaitingTest
    void inAPipeThereArePlainLines() throws Exception {
        try (ChildJvm jvm = ChildJvm.start(Application.class, "--rfx.session.duration=10m")) {
            jvm.awaitLine("Session 'arm' runs: ");
            jvm.terminate();
            assertThat(jvm.awaitExit(Duration.ofSeconds(30))).as(jvm.output()).isEqualTo(143);
            assertThat(jvm.output()).doesNotContain("\033").doesNotContain(" left");
        }
    }

    /** As with {@code > file}. */
    @WaitingTest
    void inAFileThereArePlainLinesThoughTheInputIsATerminal() throws Exception {
        Path log = this.directory.resolve("log");
        try (PseudoTerminal terminal = new PseudoTerminal();
                ChildJvm jvm =
                        ChildJvm.start(
                                Redirect.from(terminal.slave().toFile()),
                                Redirect.to(log.toFile()),
                                Application.class,
                                "--rfx.session.duration=10m")) {
            while (!Files.readString(log).contains("Session 'arm' runs: ")) {
                assertThat(jvm.isAlive()).as("alive").isTrue();
            }
            jvm.terminate();
            assertThat(jvm.awaitExit(Duration.ofSeconds(30))).isEqualTo(143);
        }

        assertThat(Files.readString(log))
                .contains("Session 'arm' runs: ")
                .doesNotContain("\r")
                .doesNotContain(" left");
    }

    private static ChildJvm startOn(PseudoTerminal terminal, String... arguments) {
        return ChildJvm.start(
                Redirect.from(terminal.slave().toFile()),
                Redirect.to(terminal.slave().toFile()),
                Application.class,
                arguments);
    }

    private static String readUntil(PseudoTerminal terminal, ChildJvm jvm, String text)
            throws IOException {
        StringBuilder output = new StringBuilder();
        while (output.indexOf(text) < 0) {
            assertThat(jvm.isAlive()).as("alive after: %s", output).isTrue();
            output.append(read(terminal));
        }
        return output.toString();
    }

    private static String readUntilTheEnd(PseudoTerminal terminal, ChildJvm jvm)
            throws IOException {
        StringBuilder output = new StringBuilder();
        while (true) {
            boolean ended = !jvm.isAlive(); // before the read, which then gets the rest
            String read = read(terminal);
            output.append(read);
            if (ended && read.isEmpty()) {
                return output.toString();
            }
        }
    }

    private static String read(PseudoTerminal terminal) throws IOException {
        byte[] buffer = new byte[4096];
        int length = terminal.read(buffer, Duration.ofMillis(100));
        return new String(buffer, 0, length, StandardCharsets.US_ASCII);
    }

    /** Returns the rows that an endless screen shows after this output. */
    private static List<String> screen(String output) {
        List<String> rows = new ArrayList<>();
        StringBuilder row = new StringBuilder();
        int column = 0;
        Matcher next = Pattern.compile("\033\\[\\?7[lh]|\033\\[K|[^\033]").matcher(output);
        while (next.find()) {
            switch (next.group()) {
                case "\033[?7l", "\033[?7h" -> {}
                case "\033[K" -> row.setLength(column);
                case "\r" -> column = 0;
                case "\n" -> {
                    rows.add(row.toString());
                    row.setLength(0);
                    column = 0;
                }
                default -> {
                    row.replace(column, Math.min(column + 1, row.length()), next.group());
                    column++;
                }
            }
        }
        rows.add(row.toString());
        return rows;
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        SessionAutoConfiguration.class,
        SessionLifecycleAutoConfiguration.class
    })
    static class Application {

        public static void main(String[] args) {
            new SpringApplicationBuilder(Application.class)
                    .web(WebApplicationType.NONE)
                    .properties(
                            "rfx.session.name=arm",
                            "rfx.session.warmup=0",
                            "rfx.session.log-interval=100ms",
                            "spring.main.banner-mode=off",
                            "logging.level.dev.rfx.session=INFO",
                            "spring.output.ansi.enabled=never")
                    .run(args);
        }

        @Bean
        MockRobot robot(SessionOptions options) {
            return new MockRobot(6, options.rateHz());
        }

        @Bean
        Policy<Observation, Tensor> policy() {
            Tensor home = Tensor.zeros(6);
            return observation -> home;
        }
    }
}
