package dev.rfx.session.sample.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.Observation;
import dev.rfx.session.Policy;
import dev.rfx.session.Robot;
import dev.rfx.session.Session;
import dev.rfx.session.SessionOptions;
import dev.rfx.session.SessionState;
import dev.rfx.session.Tensor;
import dev.rfx.session.robot.MockRobot;
import dev.rfx.session.sample.SampleApplication;
import dev.rfx.session.so101.CalibrationFile;
import dev.rfx.session.so101.VirtualSo101;
import dev.rfx.session.testkit.Campaign;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.support.GenericApplicationContext;

/** The page in a real browser. */
class LivePageTests {

    private static final String COMMANDABLE = "--rfx.session.page.commands=true";

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

    private void awaitState(String state) {
        awaitField("state", state::equals);
    }

    private String awaitField(String field, Predicate<String> expected) {
        return this.browser.await(".session [data-field=" + field + "]", expected);
    }

    private String field(String field) {
        return this.browser.text(".session [data-field=" + field + "]");
    }

    private void awaitJoints() {
        this.browser.await("[data-joint='0'] .position", text -> text.matches("-?\\d\\.\\d{3}"));
    }

    @Test
    void pageShowsARunningSessionWhoseNumbersMove() {
        this.browser.open(start(0));

        assertThat(this.browser.await("#connection", "live"::equals)).isEqualTo("live");
        awaitState("running");
        long before = number(awaitField("iterations", LivePageTests::isNumber));
        awaitField("iterations", text -> number(text) > before + 20);
        awaitField("rate", text -> text.matches("(49|50)\\.\\d\\d Hz"));
        assertThat(field("target")).isEqualTo("of 50 Hz");
        awaitField("uptime", text -> text.compareTo("0:00:01") >= 0);
        awaitField("p50", text -> text.matches("[\\d.]+ (µs|ms)"));
        assertThat(field("name")).isEqualTo("rfx-session (rfxSession)");
        assertThat(this.browser.isShown(".session [data-field=failure]")).isFalse();
        assertThat(this.browser.isShown("#overview")).as("with one session").isFalse();
        assertThat(this.browser.run("document.title")).isEqualTo("running · rfxSession");
        this.browser.assertConsoleIsEmpty();
    }

    @Test
    void plotsHaveWhatTheSessionDid() {
        this.browser.open(start(0));

        this.browser.awaitShown("[data-plot=jitter] canvas");
        this.browser.await(
                "[data-plot=jitter] .readout",
                text -> text.matches("[\\d.,]+ (µs|ms) to [\\d.,]+ (µs|ms).*"));
        this.browser.await(
                "[data-plot=phases] .readout",
                text -> text.matches("observe .* (µs|ms), policy .* (µs|ms), act .* (µs|ms)"));
        for (int joint = 0; joint < 6; joint++) {
            String plot = "[data-joint='" + joint + "']";
            this.browser.awaitShown(plot + " canvas");
            this.browser.await(plot + " .position", text -> text.matches("-?\\d\\.\\d{3}"));
            this.browser.await(plot + " .goal", text -> text.matches("goal -?\\d\\.\\d{3}"));
        }
        this.browser.await(
                "[data-plot=histogram] li:nth-child(9) .share", text -> text.endsWith("%"));
        assertThat(this.browser.text("[data-panel=robot]")).contains("clamps");
        this.browser.assertConsoleIsEmpty();
    }

    /** The band is green where commands are allowed. */
    @Test
    void plotOfAJointShowsItsLimits() {
        this.browser.open(start(0));
        awaitJoints();

        assertThat((long) this.browser.run(pixelsOfAllowed(0))).isGreaterThan(1000);
        this.context.close();

        this.browser.open(start(0, "--rfx.session.limits.min=", "--rfx.session.limits.max="));
        awaitJoints();
        assertThat((long) this.browser.run(pixelsOfAllowed(0))).isZero();
    }

    private static String pixelsOfAllowed(int joint) {
        return """
                (() => {
                  const canvas = document.querySelector("[data-joint='%d'] canvas");
                  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
                  let pixels = 0;
                  for (let i = 0; i < data.length; i += 4) {
                    pixels += data[i] === 0xe4 && data[i + 1] === 0xf1 && data[i + 2] === 0xe7 ? 1 : 0;
                  }
                  return pixels;
                })()"""
                .formatted(joint);
    }

    @Test
    void pausedPlotsStandStillWhileTheFiguresGoOn() {
        this.browser.open(start(0));
        awaitJoints();

        this.browser.click("[data-tool=pause]");

        String paused = this.browser.text("[data-joint='0'] .position");
        long before = number(field("iterations"));
        awaitField("iterations", text -> number(text) > before + 50);
        assertThat(this.browser.text("[data-joint='0'] .position")).isEqualTo(paused);
        assertThat(this.browser.text("[data-tool=pause]")).isEqualTo("Back to live");

        this.browser.click("[data-tool=pause]");

        this.browser.await("[data-joint='0'] .position", text -> !text.equals(paused));
        assertThat(this.browser.text("[data-tool=pause]")).isEqualTo("Pause plots");
        this.browser.assertConsoleIsEmpty();
    }

    @Test
    void dragZoomsAllPlotsAndADoubleClickReturns() {
        this.browser.open(start(0));
        awaitJoints();

        this.browser.dragOver("[data-joint='0'] .u-over");

        this.browser.await("[data-tool=pause]", "Back to live"::equals);

        this.browser.doubleClick("[data-joint='1'] .u-over");

        this.browser.await("[data-tool=pause]", "Pause plots"::equals);
        this.browser.assertConsoleIsEmpty();
    }

    @Test
    void pointerReadsThePlotBelowIt() {
        this.browser.open(start(0));
        awaitField("uptime", text -> text.compareTo("0:00:02") >= 0);

        this.browser.click("[data-tool=pause]"); // so that points stay below the pointer
        this.browser.pointAt("[data-joint='0'] .u-over");

        this.browser.await(
                "[data-plot=jitter] .readout",
                text -> text.matches(".* at \\d\\d:\\d\\d:\\d\\d.*"));
    }

    @Test
    void withoutCommandsThereAreNoButtonsForThem() {
        this.browser.open(start(0));

        awaitState("running");
        assertThat(this.browser.isShown("#stop-all")).isFalse();
        assertThat(this.browser.isShown(".session .commands")).isFalse();

        this.browser.press(Keys.SPACE);
        long before = number(field("iterations"));
        awaitField("iterations", text -> number(text) > before + 20);
        assertThat(session().isRunning()).isTrue();
    }

    @Test
    void stopStopsAtOnceAndStartAsksBefore() {
        this.browser.open(start(0, COMMANDABLE));
        awaitState("running");
        assertThat(this.browser.find(".session .start").isEnabled()).isFalse();
        assertThat(this.browser.find("#stop-all").getSize().height).isGreaterThanOrEqualTo(60);

        this.browser.click("#stop-all");

        awaitState("stopped");
        assertThat(session().state()).isEqualTo(SessionState.STOPPED);
        assertThat(field("advice"))
                .isEqualTo("The session does not run. Start it when the robot may move.");

        this.browser.click(".session .start");
        this.browser.awaitShown("#confirm");
        assertThat(this.browser.text("#confirm")).contains("Start session rfxSession?");
        assertThat(this.browser.isShown("#confirm [data-stop-all]")).isTrue();
        this.browser.click("#confirm button[value=cancel]");
        awaitState("stopped");
        assertThat(session().state()).isEqualTo(SessionState.STOPPED);

        this.browser.click(".session .start");
        this.browser.awaitShown("#confirm");
        this.browser.click("#confirm button[value=start]");
        awaitState("running");
        assertThat(session().isRunning()).isTrue();
        this.browser.assertConsoleIsEmpty();
    }

    @Test
    void spaceBarStopsWhereverTheFocusIs() {
        this.browser.open(start(0, COMMANDABLE));
        awaitState("running");

        this.browser.press(Keys.SPACE);

        awaitState("stopped");

        this.browser.click(".session .start");
        this.browser.awaitShown("#confirm");
        this.browser.run("document.querySelector('#confirm .start').focus()");
        this.browser.press(Keys.SPACE);

        this.browser.awaitHidden("#confirm");
        assertThat(session().state()).isEqualTo(SessionState.STOPPED);
    }

    /** To the browser, {@code rebound.example} is a name of this machine. */
    @Test
    void commandUnderAnUnexpectedNameIsRefusedAndThePageSaysWhy() {
        this.browser.open("rebound.example", start(0, COMMANDABLE), "/rfx");
        awaitState("running");

        this.browser.click("#stop-all");

        this.browser.await(
                "#message",
                text ->
                        text.startsWith("STOP of all sessions was refused: 403")
                                && text.contains("rfx.session.page.allowed-hosts"));
        assertThat(session().isRunning()).isTrue();
    }

    @Test
    void overviewShowsTheWorstSessionFirstAndOneClickOpensIt() {
        int port = startArms();
        this.browser.open(port, "/arms/rfx");
        this.browser.await("[data-card=left] [data-field=state]", "running"::equals);
        assertThat(cards()).containsExactly("left", "right");

        this.context.getBean(FailingPolicy.class).fails = true;

        this.browser.await("[data-card=right] [data-field=state]", "failed"::equals);
        assertThat(this.browser.text("[data-card=right] [data-field=failure]"))
                .contains("fails on purpose");
        assertThat(this.browser.text("[data-card=right] [data-field=advice]"))
                .isEqualTo("Remove the cause, then start the session again.");
        this.browser.await(".cards li:first-child .title", "right"::equals);
        assertThat(cards()).containsExactly("right", "left");
        assertThat(this.browser.run("document.title")).isEqualTo("failed · right");

        this.browser.click("[data-card=right]");

        this.browser.awaitShown("[data-session=right]");
        assertThat(this.browser.isShown("[data-session=left]")).isFalse();
        assertThat(this.browser.isShown("#overview")).isFalse();
        assertThat(this.browser.isShown("#stop-all")).isTrue();
        this.browser.await( // the end of the run
                "[data-session=right] [data-joint='0'] .position", "0.000"::equals);
        assertThat(this.browser.text("[data-session=right] [data-field=model]"))
                .isEqualTo("Model go1.onnx (SHA-256 386cde6a…)");
        this.browser.click("[data-session=right] summary");
        assertThat(this.browser.text("[data-session=right] [data-field=policyDetails]"))
                .contains("/models/go1.onnx", "386cde6a49b6f2");

        this.browser.click("#back");
        this.browser.awaitShown("#overview");
        this.browser.assertConsoleIsEmpty();
    }

    private List<String> cards() {
        return List.of(
                String.valueOf(
                                this.browser.run(
                                        "[...document.querySelectorAll('[data-card]')].map(card =>"
                                                + " card.dataset.card).join()"))
                        .split(","));
    }

    @Test
    void everySessionHasItsStopAndOneButtonStopsAll() {
        int port = startArms();
        this.browser.open(port, "/arms/rfx#right");
        this.browser.await("[data-session=right] [data-field=state]", "running"::equals);

        this.browser.click("[data-session=right] button.stop");

        this.browser.await("[data-session=right] [data-field=state]", "stopped"::equals);
        assertThat(this.context.getBean("left", Session.class).isRunning()).isTrue();
        assertThat(this.context.getBean("right", Session.class).isRunning()).isFalse();

        this.browser.click("#stop-all");

        this.browser.click("#back");
        this.browser.await("[data-card=left] [data-field=state]", "stopped"::equals);
        assertThat(this.context.getBean("left", Session.class).isRunning()).isFalse();
        this.browser.assertConsoleIsEmpty();
    }

    private int startArms() {
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
        return ((WebServerApplicationContext) this.context).getWebServer().getPort();
    }

    /** No {@code @Configuration}: the component scan must not find it in other tests. */
    static class TwoArms {

        @Bean
        Session left(SessionOptions options) {
            return new Session(
                    new MockRobot(6, options.rateHz()),
                    observation -> Tensor.zeros(6),
                    options.withName("left"));
        }

        @Bean
        FailingPolicy failingPolicy() {
            return new FailingPolicy();
        }

        @Bean
        Session right(SessionOptions options, FailingPolicy failingPolicy) {
            return new Session(
                    new MockRobot(6, options.rateHz()), failingPolicy, options.withName("right"));
        }
    }

    static final class FailingPolicy implements Policy<Observation, Tensor> {

        private volatile boolean fails;

        @Override
        public Tensor selectAction(Observation observation) {
            if (this.fails) {
                throw new IllegalStateException("The policy fails on purpose");
            }
            return Tensor.zeros(6);
        }

        @Override
        public Map<String, String> details() {
            return Map.of("model", "/models/go1.onnx", "sha256", "386cde6a49b6f2");
        }
    }

    @Test
    void lastSecondsAreSaved() {
        this.browser.open(
                start(
                        0,
                        COMMANDABLE,
                        "--rfx.session.record.enabled=true",
                        "--rfx.session.record.last=30s",
                        "--rfx.session.record.directory=" + this.folder));
        awaitState("running");
        assertThat(this.browser.text("[data-command=SAVE_RECORDING]")).isEqualTo("Save last 30 s");

        this.browser.click("[data-command=SAVE_RECORDING]");

        awaitField("recording", text -> text.endsWith(".mcap"));
        this.browser.assertConsoleIsEmpty();
    }

    @Test
    void sessionWithoutARecordingHasNothingToSave() {
        this.browser.open(start(0, COMMANDABLE));

        awaitState("running");
        assertThat(this.browser.isShown("[data-command=SAVE_RECORDING]")).isFalse();
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
            awaitState("running");
            this.browser.await(
                    "[data-joint=shoulder_pan] .position", text -> text.matches("-?\\d\\.\\d{3}"));
            this.browser.awaitShown("[data-joint=gripper] canvas");
            assertThat(this.browser.text("[data-panel=robot]"))
                    .contains("link.cycles", "gripper", "clamps")
                    .doesNotContainPattern("(?m)^\\d+ ");

            arm.unplug();

            awaitState("failed");
            assertThat(field("failure")).contains("LinkLostException");
            assertThat(field("advice"))
                    .isEqualTo("Remove the cause, then start the session again.");
            assertThat(this.browser.text("[data-field=recent] tbody tr:first-child td:first-child"))
                    .matches("[\\d,]+");
            assertThat(
                            this.browser.run(
                                    "document.querySelectorAll('[data-field=recent] tbody tr').length"))
                    .isEqualTo((long) session().recentIterations().size());
        }
    }

    @Campaign.Only
    @Test
    void lostConnectionIsShownAndFoundAgainAfterARestart() {
        int port = start(0, COMMANDABLE);
        this.browser.open(port);
        awaitState("running");

        this.browser.run("document.querySelector('#confirm').showModal()");
        this.context.close();

        this.browser.await("#connection", text -> text.startsWith("connection lost since"));
        this.browser.awaitHidden("#confirm");
        assertThat(field("advice")).startsWith("The robot may move.");
        assertThat(field("iterations")).isEqualTo("–");
        assertThat(field("rate")).isEqualTo("–");
        assertThat(field("state")).isEqualTo("unknown");
        assertThat(this.browser.run("document.title")).isEqualTo("connection lost");

        this.browser.click("#stop-all");
        this.browser.await(
                "#message",
                text ->
                        text.startsWith("STOP of all sessions did not reach the application")
                                && text.endsWith("If the robot moves, cut its power."));

        start(port, COMMANDABLE);

        this.browser.await("#connection", "live"::equals);
        awaitState("running");
        awaitField("iterations", LivePageTests::isNumber);
    }

    @Test
    void sessionThatIsOpenedWithoutAConnectionShowsNoFigures() {
        this.browser.open(startArms(), "/arms/rfx");
        this.browser.await("[data-card=left] [data-field=state]", "running"::equals);
        this.browser.click("[data-card=left]");
        this.browser.await("[data-session=left] [data-field=iterations]", LivePageTests::isNumber);
        this.browser.click("#back");
        this.context.close();
        this.browser.await("#connection", text -> text.startsWith("connection lost"));

        this.browser.click("[data-card=left]");

        String left = "[data-session=left] ";
        assertThat(this.browser.text(left + "[data-field=state]")).isEqualTo("unknown");
        assertThat(this.browser.text(left + "[data-field=advice]"))
                .startsWith("The robot may move.");
        assertThat(this.browser.text(left + "[data-field=iterations]")).isEqualTo("–");
        assertThat(this.browser.text(left + "[data-field=rate]")).isEqualTo("–");
        assertThat(this.browser.find(left + ".start").isEnabled()).isFalse();
    }

    @Test
    void namesOfPlotsHaveNoFiguresWithoutAConnection() {
        this.browser.open(start(0));
        awaitJoints();
        this.context.close();

        this.browser.await("#connection", text -> text.startsWith("connection lost"));

        assertThat(this.browser.find("[data-plot=jitter] .canvas").getAttribute("aria-label"))
                .startsWith("Jitter: p50 –, p99 –.");
        assertThat(this.browser.find("[data-joint='0'] .canvas").getAttribute("aria-label"))
                .startsWith("0: position –,");
    }

    /** The machine of the robot has set its clock back, so that each frame seems to be late. */
    @Campaign.Only
    @Test
    void clockThatIsSetBackLosesNoConnectionForever() {
        this.browser.open(start(0));
        awaitState("running");

        this.browser.run(
                """
                (() => {
                  const { parse } = JSON;
                  window.framesSince = 0;
                  JSON.parse = text => {
                    const frame = parse(text);
                    window.framesSince++;
                    return { ...frame, time: frame.time - 10000 };
                  };
                })()""");

        this.browser.awaitScript("window.framesSince > 5");
        this.browser.await("#connection", "live"::equals);
        awaitField("iterations", LivePageTests::isNumber);
    }

    @Campaign.Only
    @Test
    void sessionThatThePageCannotShowHasNoFigures() {
        this.browser.open(start(0));
        awaitState("running");

        this.browser.run("(Number.prototype.toLocaleString = () => { throw new Error('test'); })");

        awaitState("unknown");
        assertThat(field("iterations")).isEqualTo("–");
    }

    /** A browser opens six connections to a server, and each page holds one. */
    @Campaign.Only
    @Test
    void stopPassesTheOtherPagesOfTheBrowser() {
        int port = start(0, COMMANDABLE);
        this.browser.open(port);
        try {
            awaitState("running");
            for (int tab = 2; tab <= 6; tab++) {
                this.browser.openTab(port);
                awaitState("running");
            }

            this.browser.click("#stop-all");

            awaitState("stopped");
            assertThat(session().isRunning()).isFalse();
        } finally {
            this.browser.closeTabs();
        }
    }

    /** Each START holds a connection of the browser until the robot has reset. */
    @Test
    void stopPassesRequestsThatAreNotAnswered() {
        this.browser.open(start(0, COMMANDABLE));
        awaitState("running");
        this.browser.run("[1, 2, 3, 4, 5].forEach(() => { fetch('live'); })");

        this.browser.press(Keys.SPACE);

        awaitState("stopped");
        awaitField("iterations", LivePageTests::isNumber);
        this.browser.assertConsoleIsEmpty();
    }

    @Test
    void pageFitsOnAPhone() {
        this.browser.phone(320, 640).open(start(0, COMMANDABLE));

        awaitState("running");
        awaitJoints();
        assertFits(320);
        this.browser.run("scrollTo(0, document.body.scrollHeight)");
        assertThat((long) this.browser.run(TOP_OF_STOP_ALL)).as("it stays").isBetween(0L, 100L);
        assertThat(this.browser.find("#stop-all").getRect().getX()).isBetween(0, 320);
    }

    private void assertFits(int width) {
        assertThat((long) this.browser.run("document.documentElement.scrollWidth"))
                .isLessThanOrEqualTo(width);
    }

    @Campaign.Only
    @Test
    void sixtyFourSessionsWithoutJointsFitOnAPhone() {
        int port = startMany();
        this.browser.phone(320, 640).open(port);
        this.browser.await("[data-card=s63] [data-field=state]", "running"::equals);

        assertThat(cards()).hasSize(64).first().isEqualTo("s0");
        assertThat(this.browser.text("[data-card=s7] .title")).startsWith("A session with");
        assertThat(this.browser.isShown("#stop-all")).isTrue();
        assertFits(320);

        this.browser.press(Keys.TAB, Keys.TAB); // over the button that stops
        this.browser.press(Keys.ENTER);

        this.browser.awaitShown("[data-session=s0]");
        this.browser.await(
                "[data-session=s0] [data-field=iterations]",
                text -> isNumber(text) && number(text) > 0);
        assertThat(this.browser.isShown("[data-session=s0] [data-panel=joints]")).isFalse();
        assertFits(320);
        assertThat(this.browser.run("location.hash")).isEqualTo("#s0");
        this.browser.assertConsoleIsEmpty();
    }

    /** Sessions with types of their own, and a name that is too long for a line. */
    private int startMany() {
        this.context =
                new SpringApplicationBuilder(Many.class)
                        .initializers(
                                context -> {
                                    for (int i = 0; i < 64; i++) {
                                        String name = "s" + i;
                                        ((GenericApplicationContext) context)
                                                .registerBean(
                                                        name,
                                                        Session.class,
                                                        () -> sessionOfTexts(name));
                                    }
                                })
                        .run(
                                "--server.port=0",
                                "--rfx.session.limits.min=",
                                "--rfx.session.limits.max=",
                                "--rfx.session.limits.max-speed=",
                                "--rfx.session.page.enabled=true",
                                COMMANDABLE);
        return ((WebServerApplicationContext) this.context).getWebServer().getPort();
    }

    private static Session sessionOfTexts(String name) {
        return new Session(
                new TextRobot(),
                (Policy<String, String>) observation -> "again",
                SessionOptions.defaults()
                        .withRateHz(5)
                        .withWarmup(Duration.ZERO)
                        .withName(
                                name.equals("s7")
                                        ? "A session with a name that does not fit into any line"
                                        : name));
    }

    @EnableAutoConfiguration
    static class Many {}

    private static final class TextRobot implements Robot<String, String> {

        @Override
        public String observe() {
            return "observation";
        }

        @Override
        public void act(String action) {}

        @Override
        public String reset() {
            return observe();
        }
    }

    private static final String TOP_OF_STOP_ALL =
            "Math.round(document.querySelector('#stop-all').getBoundingClientRect().top)";

    @Test
    void everyButtonAndLinkIsLargeEnoughForAFinger() {
        int port = startArms();
        this.browser.open(port, "/arms/rfx");
        this.browser.awaitShown("[data-card=left]");
        assertThat(this.browser.run(SMALL_TARGETS)).isEqualTo("");
        this.browser.click("[data-card=right]");
        this.browser.awaitShown("[data-session=right]");

        assertThat(this.browser.run(SMALL_TARGETS)).isEqualTo("");
    }

    private static final String SMALL_TARGETS =
            """
            [...document.querySelectorAll("button, a, summary")]
                .filter(each => each.checkVisibility())
                .filter(each => each.getBoundingClientRect().height < 44 || each.getBoundingClientRect().width < 44)
                .map(each => each.outerHTML).join("\\n")""";

    @Test
    void everythingHasANameForAScreenReader() {
        this.browser.open(start(0, COMMANDABLE));
        awaitJoints();

        assertThat(this.browser.run(UNNAMED)).isEqualTo("");
        assertThat(this.browser.find("[data-joint='0'] .canvas").getAttribute("aria-label"))
                .matches("0: position -?\\d\\.\\d{3}, limits -3\\.140 to 3\\.140");
        assertThat(this.browser.find("[data-plot=jitter] .canvas").getAttribute("aria-label"))
                .matches(
                        "Jitter: p50 .*, p99 .*. In two minutes: .* overruns, .* clamps, .* failures");
    }

    private static final String UNNAMED =
            """
            [...document.querySelectorAll("button, a, summary, section, nav, [role=img], [role=region], [role=group]")]
                .filter(each => each.checkVisibility())
                .filter(each => !(each.getAttribute("aria-label") ?? each.textContent).trim())
                .map(each => each.outerHTML).join("\\n")""";

    @Test
    void textHasTheContrastOfWcagInBothThemes() {
        int port = startArms();
        this.context.getBean(FailingPolicy.class).fails = true;
        try (Browser dark = Browser.start(true)) {
            for (Browser theme : List.of(this.browser, dark)) {
                theme.open(port, "/arms/rfx");
                theme.await("[data-card=right] [data-field=state]", "failed"::equals);
                assertThat(theme.run(LOW_CONTRAST)).isEqualTo("");
                theme.click("[data-card=right]");
                theme.awaitShown("[data-session=right]");
                assertThat(theme.run(LOW_CONTRAST)).isEqualTo("");
            }
            assertThat(dark.run("getComputedStyle(document.body).backgroundColor"))
                    .isNotEqualTo(
                            this.browser.run("getComputedStyle(document.body).backgroundColor"));
        }
    }

    /** Each element with text of its own against the nearest background behind it. */
    private static final String LOW_CONTRAST =
            """
            (() => {
              const channels = color => color.match(/[\\d.]+/g).map(Number);
              const luminance = color => {
                const [r, g, b] = channels(color).map(value => value / 255)
                    .map(value => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
              };
              const background = element => {
                for (let each = element; each; each = each.parentElement) {
                  const color = getComputedStyle(each).backgroundColor;
                  if (channels(color)[3] !== 0) {
                    return color;
                  }
                }
                return "rgb(255, 255, 255)";
              };
              const contrast = element => {
                const [low, high] = [luminance(getComputedStyle(element).color), luminance(background(element))].sort((a, b) => a - b);
                return (high + 0.05) / (low + 0.05);
              };
              const all = [...document.querySelectorAll("body *")].filter(each => each.checkVisibility())
                  .filter(each => [...each.childNodes].some(node => node.nodeType === 3 && node.textContent.trim()));
              if (all.length < 15) {
                return `only ${all.length} texts`;
              }
              return all.filter(each => contrast(each) < 4.5)
                  .map(each => `${contrast(each).toFixed(2)} ${each.outerHTML.slice(0, 100)}`).join("\\n");
            })()""";

    @Campaign.Only
    @Test
    void withReducedMotionThePageMovesOncePerSecond() {
        this.browser.reduceMotion(true);
        try {
            this.browser.open(start(0));
            awaitState("running");
            this.browser.run(
                    """
                    (() => {
                      window.moves = [];
                      new MutationObserver(() => window.moves.push(performance.now()))
                          .observe(document.querySelector(".session [data-field=iterations]"), { childList: true });
                    })()""");
            this.browser.awaitScript("window.moves.length >= 3");

            Number millis = (Number) this.browser.run("window.moves[2] - window.moves[0]");
            assertThat(millis.doubleValue()).isGreaterThan(1900);
        } finally {
            this.browser.reduceMotion(false);
        }
    }
}
