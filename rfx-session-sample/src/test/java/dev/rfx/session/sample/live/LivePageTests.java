package dev.rfx.session.sample.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.Observation;
import dev.rfx.session.PolicyDecorator;
import dev.rfx.session.Session;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.SessionState;
import dev.rfx.session.Tensor;
import dev.rfx.session.robot.MockRobot;
import dev.rfx.session.sample.SampleApplication;
import dev.rfx.session.so101.CalibrationFile;
import dev.rfx.session.so101.VirtualSo101;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

/** The page in a real browser. */
class LivePageTests {

    private static final String COMMANDABLE =
            "--rfx.session.page.commands=true";

    private static @Nullable Browser started;

    @TempDir private Path folder;

    private Browser browser;
    private @Nullable ConfigurableApplicationContext context;

    /** One browser for all tests. Started before each test, so that each is reported as skipped. */
    @BeforeEach
    void startBrowser() {
        if (started == null) {
            started = Browser.start(false);
        }
        this.browser = started;
    }

    @AfterAll
    static void closeBrowser() {
        if (started != null) {
            started.close();
        }
    }

    @AfterEach
    void closeApplication() {
        if (this.context != null) {
            this.context.close();
        }
        if (started != null) {
            started.resize(1280, 900);
        }
    }

    private int start(int port, String... arguments) {
        List<String> all = new ArrayList<>(Arrays.asList(arguments));
        all.add("--server.port=" + port);
        all.add("--rfx.session.warmup=0");
        this.context =
                new SpringApplicationBuilder(SampleApplication.class)
                        .run(all.toArray(String[]::new));
        return ((WebServerApplicationContext) this.context).getWebServer().getPort();
    }

    private Session session() {
        return this.context.getBean(Session.class);
    }

    private static long number(String text) {
        return Long.parseLong(text.replace(",", ""));
    }

    private static boolean isNumber(String text) {
        return text.matches("[\\d,]+");
    }

    @Test
    void pageShowsARunningSessionWhoseNumbersMove() {
        this.browser.open(start(0));

        assertThat(this.browser.await("#connection", "live"::equals)).isEqualTo("live");
        this.browser.await("[data-field=state]", "running"::equals);
        long before =
                number(this.browser.await("[data-field=iterations]", LivePageTests::isNumber));
        this.browser.await("[data-field=iterations]", text -> number(text) > before + 20);
        this.browser.await("[data-field=rate]", text -> text.matches("(49|50)\\.\\d\\d Hz"));
        assertThat(this.browser.text("[data-field=target]")).isEqualTo("of 50 Hz");
        this.browser.await("[data-field=uptime]", text -> text.compareTo("0:00:01") >= 0);
        this.browser.await("[data-field=p50]", text -> text.matches("[\\d.]+ (µs|ms)"));
        assertThat(this.browser.text("[data-field=name]")).isEqualTo("rfx-session (rfxSession)");
        assertThat(this.browser.find("[data-panel=failure]").isDisplayed()).isFalse();
        this.browser.assertConsoleIsEmpty();
    }

    @Test
    void plotsHaveWhatTheSessionDid() {
        this.browser.open(start(0));

        for (String plot : List.of("jitter", "phases", "joints")) {
            this.browser.awaitShown("[data-plot=" + plot + "] canvas");
        }
        this.browser.await(
                "[data-plot=jitter] .u-series:nth-child(2) .u-value", text -> hasUnit(text));
        this.browser.await(
                "[data-plot=phases] .u-series:nth-child(4) .u-value", text -> hasUnit(text));
        this.browser.await(
                "[data-plot=joints] .u-series:nth-child(2) .u-value",
                text -> text.matches("-?\\d\\.\\d{3}"));
        assertThat(this.browser.text("[data-plot=joints] .u-series:nth-child(8) .u-label"))
                .isEqualTo("0 goal");
        this.browser.await(
                "[data-plot=histogram] li:nth-child(9) .share", text -> text.endsWith("%"));
        assertThat(this.browser.text("[data-panel=robot]")).contains("clamps");
        this.browser.assertConsoleIsEmpty();
    }

    private static boolean hasUnit(String text) {
        return text.matches("[\\d.,]+ (µs|ms)");
    }

    @Test
    void withoutAccessThereAreNoButtons() {
        this.browser.open(start(0));

        this.browser.await("[data-field=state]", "running"::equals);
        assertThat(this.browser.find("button.stop").isDisplayed()).isFalse();
        assertThat(this.browser.find("button.start").isDisplayed()).isFalse();
    }

    @Test
    void stopStopsAtOnceAndStartAsksBefore() {
        this.browser.open(start(0, COMMANDABLE));
        this.browser.await("[data-field=state]", "running"::equals);
        assertThat(this.browser.find("button.start").isEnabled()).isFalse();
        assertThat(this.browser.find("button.stop").getSize().height).isGreaterThanOrEqualTo(60);

        this.browser.find("button.stop").click();

        this.browser.await("[data-field=state]", "stopped"::equals);
        assertThat(session().state()).isEqualTo(SessionState.STOPPED);

        this.browser.find("button.start").click();
        this.browser.awaitShown("#confirm");
        assertThat(this.browser.text("#confirm")).contains("Start session rfx-session?");
        this.browser.find("#confirm button[value=cancel]").click();
        this.browser.await("[data-field=state]", "stopped"::equals);
        assertThat(session().state()).isEqualTo(SessionState.STOPPED);

        this.browser.find("button.start").click();
        this.browser.awaitShown("#confirm");
        this.browser.find("#confirm button[value=start]").click();
        this.browser.await("[data-field=state]", "running"::equals);
        assertThat(session().isRunning()).isTrue();
        this.browser.assertConsoleIsEmpty();
    }

    @Test
    void everySessionHasItsPartAndItsButtons() {
        this.context =
                new SpringApplicationBuilder(SampleApplication.class, TwoArms.class)
                        .run(
                                "--server.port=0",
                                "--rfx.session.warmup=0",
                                "--server.servlet.context-path=/arms",
                                // The properties of the sample do not apply to these Session beans.
                                "--rfx.session.limits.min=",
                                "--rfx.session.limits.max=",
                                "--rfx.session.limits.max-speed=",
                                COMMANDABLE);
        int port = ((WebServerApplicationContext) this.context).getWebServer().getPort();
        this.browser.open(port, "/arms/rfx");
        this.browser.await("[data-session=left] [data-field=state]", "running"::equals);
        this.browser.await("[data-session=right] [data-field=state]", "running"::equals);
        assertThat(this.browser.await("[data-session=right] [data-field=model]", s -> !s.isEmpty()))
                .isEqualTo("Model go1.onnx (SHA-256 386cde6a…)");
        assertThat(this.browser.find("[data-session=left] [data-field=model]").isDisplayed())
                .isFalse();

        this.browser.find("[data-session=right] button.stop").click();

        this.browser.await("[data-session=right] [data-field=state]", "stopped"::equals);
        assertThat(this.browser.text("[data-session=left] [data-field=state]"))
                .isEqualTo("running");
        assertThat(this.context.getBean("left", Session.class).isRunning()).isTrue();
        assertThat(this.context.getBean("right", Session.class).isRunning()).isFalse();
        this.browser.assertConsoleIsEmpty();
    }

    /** No {@code @Configuration}: the component scan must not find it in other tests. */
    static class TwoArms {

        @Bean
        Session left(SessionOptions options) {
            return session(options.withName("left"), Map.of());
        }

        @Bean
        Session right(SessionOptions options) {
            return session(
                    options.withName("right"),
                    Map.of("model", "/models/go1.onnx", "sha256", "386cde6a49b6f2"));
        }

        private static Session session(SessionOptions options, Map<String, String> details) {
            return new Session(
                    new MockRobot(6, options.rateHz()),
                    new PolicyDecorator<Observation, Tensor>(observation -> Tensor.zeros(6)) {
                        @Override
                        public Map<String, String> details() {
                            return details;
                        }
                    },
                    options);
        }
    }

    @Test
    void failureOfAnArmIsShownWithTheIterationsBefore() throws Exception {
        try (VirtualSo101 arm = VirtualSo101.start()) {
            this.browser.open(
                    start(
                            0,
                            "--rfx.session.so101.port=" + arm.port(),
                            "--rfx.session.so101.calibration=" + CalibrationFile.of(this.folder),
                            "--rfx.session.so101.read-timeout=500ms"));
            this.browser.await("[data-field=state]", "running"::equals);
            this.browser.awaitShown("[data-plot=joints] canvas");
            assertThat(this.browser.text("[data-plot=joints]"))
                    .contains("shoulder_pan position", "gripper goal");
            assertThat(this.browser.text("[data-panel=robot]"))
                    .contains("link.cycles", "gripper", "clamps");

            arm.unplug();

            this.browser.await("[data-field=state]", "failed"::equals);
            assertThat(this.browser.text("[data-field=failure]")).contains("LinkLostException");
            assertThat(this.browser.text("[data-field=recent] tbody tr:first-child td:first-child"))
                    .matches("[\\d,]+");
            assertThat(
                            this.browser.run(
                                    "document.querySelectorAll('[data-field=recent] tbody tr').length"))
                    .isEqualTo((long) session().recentIterations().size());
        }
    }

    @Test
    void lostConnectionIsShownAndFoundAgainAfterARestart() {
        int port = start(0);
        this.browser.open(port);
        this.browser.await("[data-field=state]", "running"::equals);

        this.context.close();

        this.browser.await("#connection", text -> text.startsWith("connection lost since"));
        assertThat(this.browser.text("[data-field=iterations]")).isEqualTo("–");
        assertThat(this.browser.text("[data-field=rate]")).isEqualTo("–");
        assertThat(this.browser.text("[data-field=state]")).isEqualTo("unknown");

        start(port);

        this.browser.await("#connection", "live"::equals);
        this.browser.await("[data-field=state]", "running"::equals);
        this.browser.await("[data-field=iterations]", LivePageTests::isNumber);
    }

    @Test
    void pageFitsOnAPhone() {
        this.browser.resize(390, 844).open(start(0, COMMANDABLE));

        this.browser.await("[data-field=state]", "running"::equals);
        this.browser.awaitShown("[data-plot=joints] canvas");
        assertThat((long) this.browser.run("document.documentElement.scrollWidth"))
                .isLessThanOrEqualTo((long) this.browser.run("window.innerWidth"));
        assertThat(this.browser.find("button.stop").getRect().getX()).isBetween(0, 390);
    }
}
