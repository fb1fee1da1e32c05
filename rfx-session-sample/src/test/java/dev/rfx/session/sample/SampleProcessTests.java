package dev.rfx.session.sample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.testkit.Campaign;
import dev.rfx.session.testkit.ChildJvm;
import dev.rfx.session.testkit.WaitingTest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The sample as a process: how long it lives, and how it ends. */
class SampleProcessTests {

    private static final String ANY_PORT = "--server.port=0";
    private static final String NOT_WEB = "--spring.main.web-application-type=none";
    private static final String NO_WARMUP = "--rfx.session.warmup=0";

    /** 128 + SIGTERM. */
    private static final int TERMINATED = 143;

    /** The stop timeout of the sample, and two seconds. */
    private static final Duration BOUND = Duration.ofSeconds(2 + 2);

    private static void assertRobotWasStoppedOnce(ChildJvm jvm) {
        assertThat(jvm.output())
                .containsOnlyOnce(TalkativeApplication.ROBOT_RESET)
                .containsOnlyOnce(TalkativeApplication.ROBOT_STOPPED);
    }

    @Campaign
    @WaitingTest
    @Timeout(300)
    void terminatedApplicationStopsTheRobotFirst() throws Exception {
        for (int i = 0; i < Campaign.Rounds.of(20, 1); i++) {
            terminateApplication();
        }
    }

    private static void terminateApplication() throws Exception {
        try (ChildJvm jvm = ChildJvm.start(TalkativeApplication.class, ANY_PORT)) {
            jvm.awaitLine(TalkativeApplication.STARTED);

            jvm.terminate();

            assertThat(jvm.awaitExit(BOUND)).isEqualTo(TERMINATED);
            assertRobotWasStoppedOnce(jvm);
            assertThat(jvm.output()).containsOnlyOnce("Session 'rfx-session' stopped: ");
        }
    }

    @WaitingTest
    void applicationThatIsNotAWebApplicationStaysAliveWhileTheSessionRuns() throws Exception {
        try (ChildJvm jvm =
                ChildJvm.start(
                        TalkativeApplication.class,
                        NOT_WEB,
                        NO_WARMUP,
                        "--rfx.session.log-interval=100ms")) {
            jvm.awaitLine("main has returned");
            int linesBefore = jvm.output().split("\n").length;
            while (jvm.output().split("\n").length < linesBefore + 3) {
                assertThat(jvm.isAlive()).isTrue();
            }

            jvm.terminate();

            assertThat(jvm.awaitExit(BOUND)).isEqualTo(TERMINATED);
            assertRobotWasStoppedOnce(jvm);
        }
    }

    @WaitingTest
    void applicationThatIsNotAWebApplicationEndsWithTheDurationOfItsSession() throws Exception {
        try (ChildJvm jvm =
                ChildJvm.start(
                        TalkativeApplication.class,
                        NOT_WEB,
                        NO_WARMUP,
                        "--rfx.session.duration=500ms")) {
            assertThat(jvm.awaitExit(Duration.ofSeconds(30))).isZero();

            assertRobotWasStoppedOnce(jvm);
            assertThat(jvm.output())
                    .containsPattern("Session 'rfx-session' stopped: (1?\\d|2[0-5]) iterations");
        }
    }

    @WaitingTest
    void replayStopsTheSessionAndNotTheApplication(@TempDir Path folder) throws Exception {
        Path recording = folder.resolve("control.csv");
        Files.writeString(
                recording,
                """
                type,timestamp,positions
                CONTROL,5.0,"[0, 0, 0, 0, 0, 0]"
                CONTROL,200005.0,"[0.1, 0, 0, 0, 0, -0.1]"
                """);
        try (ChildJvm jvm =
                ChildJvm.start(
                        TalkativeApplication.class,
                        ANY_PORT,
                        NO_WARMUP,
                        "--rfx.session.limits.max-speed=1000",
                        "--sample.recording=" + recording)) {
            jvm.awaitLine("Session 'rfx-session' stopped: ");

            // One period after the step from 0 to 0.1 rad a joint is at 100 · 0.1 · 0.02² rad.
            assertThat(jvm.awaitLine("Tracking error: "))
                    .containsPattern(
                            "joint 0 \\d\\.\\d{4} / 0\\.0960, .*joint 5 \\d\\.\\d{4} / 0\\.0960");
            jvm.terminate();
            assertThat(jvm.awaitExit(BOUND)).isEqualTo(TERMINATED);
            assertRobotWasStoppedOnce(jvm);
        }
    }

    /** The run that trains a cache of classes must not move a robot. A start without it does. */
    @Campaign.Only
    @WaitingTest
    void contextThatExitsOnRefreshDoesNotResetTheRobot() throws Exception {
        try (ChildJvm jvm =
                ChildJvm.start(
                        List.of("-Dspring.context.exit=onRefresh"),
                        file -> true,
                        TalkativeApplication.class,
                        ANY_PORT)) {
            assertThat(jvm.awaitExit(Duration.ofSeconds(30))).isZero();

            assertThat(jvm.output())
                    .contains("Tomcat initialized")
                    .doesNotContain(
                            TalkativeApplication.ROBOT_RESET,
                            TalkativeApplication.ROBOT_STOPPED,
                            TalkativeApplication.STARTED);
        }
    }

    /** Runs the two commands of the README. */
    @Campaign.Only
    @WaitingTest
    void flightRecordingHasTheEventsOfTheSession(@TempDir Path folder) throws Exception {
        Path recording = folder.resolve("session.jfr");
        String option =
                "-XX:StartFlightRecording=filename=" + recording + ",+rfx.Iteration#enabled=true";
        try (ChildJvm jvm =
                ChildJvm.start(
                        List.of(option),
                        file -> true,
                        TalkativeApplication.class,
                        ANY_PORT,
                        "--rfx.session.duration=200ms")) {
            // The recording ends when the JVM begins to end, which does not wait for it.
            jvm.awaitLine("Session 'rfx-session' stopped: ");
            jvm.terminate();
            assertThat(jvm.awaitExit(Duration.ofSeconds(30))).isEqualTo(TERMINATED);
        }
        Process jfr =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "jfr").toString(),
                                "print",
                                "--categories",
                                "rfx",
                                recording.toString())
                        .redirectErrorStream(true)
                        .start();
        String printed = new String(jfr.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(printed)
                .contains(
                        "rfx.SessionStarted {",
                        "session = \"rfx-session\"",
                        "rateHz = 50.0",
                        "rfx.Iteration {",
                        "rfx.SessionStopped {")
                .doesNotContain("loop warm-up");
    }

    @WaitingTest
    void plainJavaExampleRunsAndPrintsItsStatistics() throws Exception {
        try (ChildJvm jvm = ChildJvm.start(PlainJavaExample.class)) {
            assertThat(jvm.awaitExit(Duration.ofSeconds(30))).isZero();
            assertThat(jvm.output())
                    .containsPattern("\\d+ iterations, \\d+ overruns, average period");
        }
    }
}
