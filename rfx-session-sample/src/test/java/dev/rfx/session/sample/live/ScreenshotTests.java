package dev.rfx.session.sample.live;

import dev.rfx.session.Session;
import dev.rfx.session.sample.SampleApplication;
import dev.rfx.session.so101.CalibrationFile;
import dev.rfx.session.so101.VirtualSo101;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** Makes the pictures in {@code docs/}: {@code -Drfx.screenshots=../docs}, a folder. */
@EnabledIfSystemProperty(named = "rfx.screenshots", matches = ".+")
@Timeout(180)
class ScreenshotTests {

    private static final int ITERATIONS = 800;

    @TempDir private Path folder;

    @Test
    void takeThem() throws Exception {
        Path target = Path.of(System.getProperty("rfx.screenshots"));
        try (VirtualSo101 arm = VirtualSo101.start();
                ConfigurableApplicationContext context = start(arm);
                Browser light = Browser.start(false);
                Browser dark = Browser.start(true)) {
            int port = ((WebServerApplicationContext) context).getWebServer().getPort();
            light.resize(1280, 1500).open(port);
            light.await(".session [data-field=state]", "running"::equals);
            light.await(
                    ".session [data-field=iterations]",
                    text -> Integer.parseInt(text.replace(",", "")) > ITERATIONS);
            light.awaitShown("[data-joint=gripper] canvas");
            light.screenshot(target.resolve("live-light.png"));
            dark.resize(1280, 1500)
                    .open(port)
                    .await(".session [data-field=state]", "running"::equals);
            dark.awaitShown("[data-joint=gripper] canvas");
            dark.screenshot(target.resolve("live-dark.png"));
            light.phone(390, 844).await("#connection", "live"::equals);
            light.screenshot(target.resolve("live-phone.png"));

            arm.unplug();

            light.resize(1280, 900).await(".session [data-field=state]", "failed"::equals);
            light.screenshot(target.resolve("live-failed.png"));
        }
    }

    @Test
    void takeTheOneOfTheOverview() throws Exception {
        Path target = Path.of(System.getProperty("rfx.screenshots"));
        try (ConfigurableApplicationContext context = EightArms.start();
                Browser light = Browser.start(false)) {
            int port = ((WebServerApplicationContext) context).getWebServer().getPort();
            light.resize(1280, 720).open(port);
            light.await("[data-card=arm8] [data-field=state]", "running"::equals);
            context.getBean("arm7", Session.class).stop();
            context.getBean("arm5Policy", EightArms.Waving.class).fail();
            light.await("[data-card=arm7] [data-field=state]", "stopped"::equals);
            light.await("[data-card=arm5] [data-field=state]", "failed"::equals);
            light.screenshot(target.resolve("live-overview.png"));
        }
    }

    private ConfigurableApplicationContext start(VirtualSo101 arm) throws Exception {
        return new SpringApplicationBuilder(SampleApplication.class)
                .run(
                        "--server.port=0",
                        "--rfx.session.page.commands=true",
                        "--rfx.session.so101.port=" + arm.port(),
                        "--rfx.session.so101.calibration=" + CalibrationFile.of(this.folder),
                        "--rfx.session.so101.read-timeout=500ms",
                        // The browsers keep the machine busy.
                        "--rfx.session.watchdog.timeout=20s");
    }
}
