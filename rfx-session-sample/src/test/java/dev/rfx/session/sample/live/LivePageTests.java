package dev.rfx.session.sample.live;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The page as somebody sees it who opens it in a browser. */
class LivePageTests {

    private static final String COMMANDABLE =
            "--management.endpoint.rfxsession.access=unrestricted";

    private static Browser browser;

    @TempDir private Path folder;

    private ConfigurableApplicationContext context;

    @BeforeAll
    static void startBrowser() {
        browser = Browser.start(false);
    }

    @AfterAll
    static void closeBrowser() {
        if (browser != null) {
            browser.close();
        }
    }

    @AfterEach
    void closeApplication() {
        if (this.context != null) {
            this.context.close();
        }
        browser.resize(1280, 900).console(); // forgets what a test that failed has left
    }

    private int start(int port, String... arguments) {
        List<String> all = new ArrayList<>(Arrays.asList(arguments));
        all.add("--server.port=" + port);
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
        browser.open(start(0));

        assertThat(browser.await("#connection", "live"::equals)).isEqualTo("live");
        browser.await("[data-field=state]", "running"::equals);
        long before = number(browser.await("[data-field=iterations]", LivePageTests::isNumber));
        browser.await("[data-field=iterations]", text -> number(text) > before + 20);
        browser.await("[data-field=rate]", text -> text.matches("(49|50)\\.\\d\\d Hz"));
        assertThat(browser.text("[data-field=target]")).isEqualTo("of 50 Hz");
        browser.await("[data-field=uptime]", text -> text.compareTo("0:00:01") >= 0);
        browser.await("[data-field=p50]", text -> text.matches("[\\d.]+ (µs|ms)"));
        assertThat(browser.text("[data-field=name]")).isEqualTo("rfx-session (rfxSession)");
        assertThat(browser.find("[data-panel=failure]").isDisplayed()).isFalse();
        browser.assertConsoleIsEmpty();
    }

    @Test
    void plotsHaveWhatTheSessionDid() {
        browser.open(start(0));

        for (String plot : List.of("jitter", "phases", "joints")) {
            browser.awaitShown("[data-plot=" + plot + "] canvas");
        }
        browser.await("[data-plot=jitter] .u-series:nth-child(2) .u-value", text -> hasUnit(text));
        browser.await("[data-plot=phases] .u-series:nth-child(4) .u-value", text -> hasUnit(text));
        browser.await(
                "[data-plot=joints] .u-series:nth-child(2) .u-value",
                text -> text.matches("-?\\d\\.\\d{3}"));
        assertThat(browser.text("[data-plot=joints] .u-series:nth-child(8) .u-label"))
                .isEqualTo("0 goal");
        browser.await("[data-plot=histogram] li:nth-child(9) .share", text -> text.endsWith("%"));
        assertThat(browser.text("[data-panel=robot]")).contains("clamps");
        browser.assertConsoleIsEmpty();
    }

    private static boolean hasUnit(String text) {
        return text.matches("[\\d.,]+ (µs|ms)");
    }

    @Test
    void withoutAccessThereAreNoButtons() {
        browser.open(start(0));

        browser.await("[data-field=state]", "running"::equals);
        assertThat(browser.find("button.stop").isDisplayed()).isFalse();
        assertThat(browser.find("button.start").isDisplayed()).isFalse();
    }

    @Test
    void stopStopsAtOnceAndStartAsksBefore() {
        browser.open(start(0, COMMANDABLE));
        browser.await("[data-field=state]", "running"::equals);
        assertThat(browser.find("button.start").isEnabled()).isFalse();
        assertThat(browser.find("button.stop").getSize().height).isGreaterThanOrEqualTo(60);

        browser.find("button.stop").click();

        browser.await("[data-field=state]", "stopped"::equals);
        assertThat(session().state()).isEqualTo(SessionState.STOPPED);
        assertThat(browser.find("button.stop").isEnabled()).isFalse();

        browser.find("button.start").click();
        browser.awaitShown("#confirm");
        assertThat(browser.text("#confirm")).contains("Start session rfx-session?");
        browser.find("#confirm button[value=cancel]").click();
        browser.await("[data-field=state]", "stopped"::equals);
        assertThat(session().state()).isEqualTo(SessionState.STOPPED);

        browser.find("button.start").click();
        browser.awaitShown("#confirm");
        browser.find("#confirm button[value=start]").click();
        browser.await("[data-field=state]", "running"::equals);
        assertThat(session().isRunning()).isTrue();
        browser.assertConsoleIsEmpty();
    }

    @Test
    void everySessionHasItsPartAndItsButtons() {
        this.context =
                new SpringApplicationBuilder(SampleApplication.class, TwoArms.class)
                        .run("--server.port=0", "--server.servlet.context-path=/arms", COMMANDABLE);
        int port = ((WebServerApplicationContext) this.context).getWebServer().getPort();
        browser.open(port, "/arms/");
        browser.await("[data-session=left] [data-field=state]", "running"::equals);
        browser.await("[data-session=right] [data-field=state]", "running"::equals);

        browser.find("[data-session=right] button.stop").click();

        browser.await("[data-session=right] [data-field=state]", "stopped"::equals);
        assertThat(browser.text("[data-session=left] [data-field=state]")).isEqualTo("running");
        assertThat(this.context.getBean("left", Session.class).isRunning()).isTrue();
        assertThat(this.context.getBean("right", Session.class).isRunning()).isFalse();
        browser.assertConsoleIsEmpty();
    }

    @Configuration(proxyBeanMethods = false)
    static class TwoArms {

        @Bean
        Session left(SessionOptions options) {
            return session(options.withName("left"));
        }

        @Bean
        Session right(SessionOptions options) {
            return session(options.withName("right"));
        }

        private static Session session(SessionOptions options) {
            return new Session(
                    new MockRobot(6, options.rateHz()), observation -> Tensor.zeros(6), options);
        }
    }

    @Test
    void failureOfAnArmIsShownWithTheIterationsBefore() throws Exception {
        try (VirtualSo101 arm = VirtualSo101.start()) {
            browser.open(
                    start(
                            0,
                            "--rfx.session.so101.port=" + arm.port(),
                            "--rfx.session.so101.calibration=" + CalibrationFile.of(this.folder),
                            "--rfx.session.so101.read-timeout=500ms"));
            browser.await("[data-field=state]", "running"::equals);
            browser.awaitShown("[data-plot=joints] canvas");
            assertThat(browser.text("[data-plot=joints]"))
                    .contains("shoulder_pan position", "gripper goal");
            assertThat(browser.text("[data-panel=robot]"))
                    .contains("link.cycles", "gripper", "clamps");

            arm.unplug();

            browser.await("[data-field=state]", "failed"::equals);
            assertThat(browser.text("[data-field=failure]")).contains("LinkLostException");
            assertThat(browser.text("[data-field=recent] tbody tr:first-child td:first-child"))
                    .matches("[\\d,]+");
            assertThat(
                            browser.run(
                                    "document.querySelectorAll('[data-field=recent] tbody tr').length"))
                    .isEqualTo((long) session().recentIterations().size());
        }
    }

    @Test
    void lostConnectionIsShownAndFoundAgainAfterARestart() {
        int port = start(0);
        browser.open(port);
        browser.await("[data-field=state]", "running"::equals);

        this.context.close();

        browser.await("#connection", text -> text.startsWith("connection lost since"));
        assertThat(browser.text("[data-field=iterations]")).isEqualTo("–");
        assertThat(browser.text("[data-field=rate]")).isEqualTo("–");
        assertThat(browser.text("[data-field=state]")).isEqualTo("unknown");

        start(port);

        browser.await("#connection", "live"::equals);
        browser.await("[data-field=state]", "running"::equals);
        browser.await("[data-field=iterations]", LivePageTests::isNumber);
    }

    @Test
    void pageFitsOnAPhone() {
        browser.resize(390, 844).open(start(0, COMMANDABLE));

        browser.await("[data-field=state]", "running"::equals);
        browser.awaitShown("[data-plot=joints] canvas");
        assertThat((long) browser.run("document.documentElement.scrollWidth"))
                .isLessThanOrEqualTo((long) browser.run("window.innerWidth"));
        assertThat(browser.find("button.stop").getRect().getX()).isBetween(0, 390);
    }
}
