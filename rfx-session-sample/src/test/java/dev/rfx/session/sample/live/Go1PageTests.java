package dev.rfx.session.sample.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rfx.session.sample.SampleApplication;
import dev.rfx.session.sample.go1.Simulator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** The page with a robot of twelve joints that walks. */
@Timeout(120)
class Go1PageTests {

    @Test
    void pageShowsTheWalk() throws Exception {
        String directory = Simulator.directory().toString();
        try (Browser browser = Browser.start(false);
                ConfigurableApplicationContext context =
                        new SpringApplicationBuilder(SampleApplication.class)
                                .profiles("go1")
                                .run(
                                        "--server.port=0",
                                        "--sample.go1.directory=" + directory,
                                        // The simulator may wait for a busy machine.
                                        "--rfx.session.watchdog.timeout=20s")) {
            browser.open(((WebServerApplicationContext) context).getWebServer().getPort());

            browser.await(".session [data-field=state]", "running"::equals);
            assertThat(browser.text(".session [data-field=name]")).isEqualTo("go1 (rfxSession)");
            browser.await("[data-joint=RL_calf] .position", text -> text.matches("-?\\d\\.\\d{3}"));
            browser.await("[data-panel=robot]", text -> text.contains("base.height"));
            browser.assertConsoleIsEmpty();
        }
    }
}
