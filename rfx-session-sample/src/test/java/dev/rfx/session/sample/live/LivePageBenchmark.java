package dev.rfx.session.sample.live;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** What the page costs a browser: bytes to load it, bytes of a frame, and time of the processor. */
@Tag("benchmark")
class LivePageBenchmark {

    private static final long MEASURED_MILLIS = 20_000;

    @Test
    void eightSessions() throws Exception {
        try (ConfigurableApplicationContext context = EightArms.start();
                Browser browser = Browser.start(false)) {
            int port = ((WebServerApplicationContext) context).getWebServer().getPort();
            browser.open(port);
            browser.await("[data-card=arm8] [data-field=state]", "running"::equals);
            System.out.printf(
                    "Files: %,d bytes%n", ((Number) browser.run(BYTES_OF_FILES)).longValue());
            measure(browser, "Overview of eight sessions");
            System.out.printf("Frame: %,d bytes%n", bytesOfAFrame(port));
            browser.click("[data-card=arm1]");
            browser.awaitShown("[data-session=arm1] [data-joint='5'] canvas");
            measure(browser, "One open session of eight");
        }
    }

    /** The first frame is larger: it has the last two minutes. */
    private static long bytesOfAFrame(int port) throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/rfx/live"))
                        .build();
        try (Stream<String> lines =
                HttpClient.newHttpClient()
                        .send(request, HttpResponse.BodyHandlers.ofLines())
                        .body()) {
            return lines.filter(line -> line.startsWith("data:"))
                    .skip(1)
                    .limit(10)
                    .mapToLong(String::length)
                    .max()
                    .orElseThrow();
        }
    }

    private static final String BYTES_OF_FILES =
            """
            [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
                .map(each => each.encodedBodySize).reduce((a, b) => a + b)""";

    private static void measure(Browser browser, String what) throws InterruptedException {
        Map<String, Double> before = browser.metrics();
        Thread.sleep(MEASURED_MILLIS);
        Map<String, Double> after = browser.metrics();
        double seconds = after.get("Timestamp") - before.get("Timestamp");
        System.out.printf(
                "%s: %.1f %% of one processor (script %.1f %%, layout and style %.1f %%),"
                        + " heap %.1f MB%n",
                what,
                100 * (after.get("TaskDuration") - before.get("TaskDuration")) / seconds,
                100 * (after.get("ScriptDuration") - before.get("ScriptDuration")) / seconds,
                100
                        * (after.get("LayoutDuration")
                                + after.get("RecalcStyleDuration")
                                - before.get("LayoutDuration")
                                - before.get("RecalcStyleDuration"))
                        / seconds,
                after.get("JSHeapUsedSize") / 1e6);
    }
}
