package dev.rfx.session.sample.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.logging.Level;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.NoSuchElementException;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebDriver;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.FluentWait;
import org.openqa.selenium.support.ui.WebDriverWait;

/** A headless Chromium. */
final class Browser implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration POLL = Duration.ofMillis(50);

    private final ChromeDriver driver;

    private Browser(ChromeDriver driver) {
        this.driver = driver;
    }

    /** Starts Chromium, or skips the test if it is not installed. */
    static Browser start(boolean dark) {
        File binary = executable("chromium", "google-chrome");
        File driver = executable("chromedriver");
        assumeTrue(
                binary != null && driver != null,
                "No browser: Debian has it in the packages chromium and chromium-driver");
        LoggingPreferences logging = new LoggingPreferences();
        logging.enable(LogType.BROWSER, Level.ALL);
        ChromeOptions options = new ChromeOptions();
        options.setBinary(binary);
        options.setCapability("goog:loggingPrefs", logging);
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--force-device-scale-factor=1",
                "--lang=en",
                "--host-resolver-rules=MAP rebound.example 127.0.0.1");
        if (dark) {
            options.addArguments("--force-dark-mode", "--blink-settings=preferredColorScheme=0");
        }
        ChromeDriverService service =
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(driver)
                        .usingAnyFreePort()
                        .build();
        return new Browser(new ChromeDriver(service, options));
    }

    private static @Nullable File executable(String... names) {
        return Stream.of(names)
                .flatMap(
                        name ->
                                Stream.of(System.getenv("PATH").split(File.pathSeparator))
                                        .map(folder -> new File(folder, name)))
                .filter(File::canExecute)
                .findFirst()
                .orElse(null);
    }

    Browser open(int port) {
        return open(port, "/rfx");
    }

    Browser open(int port, String path) {
        return open("127.0.0.1", port, path);
    }

    /** Leaves the page before, and forgets its console output: it may have lost its server. */
    Browser open(String host, int port, String path) {
        this.driver.get("about:blank");
        console();
        this.driver.get("http://" + host + ":" + port + path);
        return this;
    }

    /** Opens a tab of its own, which {@link #closeTabs} closes. */
    Browser openTab(int port) {
        this.driver.switchTo().newWindow(WindowType.TAB);
        this.driver.get("http://127.0.0.1:" + port + "/rfx");
        return this;
    }

    /** Closes all tabs but one. */
    void closeTabs() {
        List<String> tabs = List.copyOf(this.driver.getWindowHandles());
        for (String tab : tabs.subList(1, tabs.size())) {
            this.driver.switchTo().window(tab).close();
        }
        this.driver.switchTo().window(tabs.get(0));
    }

    /** Shows the page as on a phone. No window is as narrow. */
    Browser phone(int width, int height) {
        this.driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", true));
        return this;
    }

    Browser resize(int width, int height) {
        this.driver.executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
        this.driver.manage().window().setSize(new Dimension(width, height));
        return this;
    }

    WebElement find(String css) {
        return this.driver.findElement(By.cssSelector(css));
    }

    String text(String css) {
        return find(css).getText();
    }

    boolean isShown(String css) {
        return find(css).isDisplayed();
    }

    void click(String css) {
        find(css).click();
    }

    /** Presses a key, wherever the focus is. */
    void press(CharSequence... keys) {
        new Actions(this.driver).sendKeys(keys).perform();
    }

    void pointAt(String css) {
        new Actions(this.driver).scrollToElement(find(css)).moveToElement(find(css)).perform();
    }

    /** Drags over the middle of an element, from the left to the right. */
    void dragOver(String css) {
        WebElement element = find(css);
        int width = element.getSize().width;
        new Actions(this.driver)
                .scrollToElement(element)
                .moveToElement(element, -width / 4, 0)
                .clickAndHold()
                .moveByOffset(width / 4, 0)
                .moveByOffset(width / 8, 0)
                .release()
                .perform();
    }

    void doubleClick(String css) {
        new Actions(this.driver).doubleClick(find(css)).perform();
    }

    /** Shows the page as to a user who prefers less motion. */
    Browser reduceMotion(boolean reduce) {
        this.driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of(
                        "features",
                        List.of(
                                Map.of(
                                        "name",
                                        "prefers-reduced-motion",
                                        "value",
                                        reduce ? "reduce" : ""))));
        return this;
    }

    /** Returns what the page has cost so far, as the developer tools show it; times in seconds. */
    Map<String, Double> metrics() {
        this.driver.executeCdpCommand("Performance.enable", Map.of());
        List<?> metrics =
                (List<?>)
                        this.driver
                                .executeCdpCommand("Performance.getMetrics", Map.of())
                                .get("metrics");
        return metrics.stream()
                .map(metric -> (Map<?, ?>) metric)
                .collect(
                        Collectors.toMap(
                                metric -> (String) metric.get("name"),
                                metric -> ((Number) metric.get("value")).doubleValue()));
    }

    /** Returns the result of a script on the page. */
    Object run(String script) {
        return this.driver.executeScript("return " + script);
    }

    /** Waits until the text of an element matches, and returns it. */
    String await(String css, Predicate<String> expected) {
        String[] last = {""};
        patiently()
                .withMessage(() -> css + " has the text '" + last[0] + "'")
                .until(
                        page -> {
                            last[0] = text(css);
                            return expected.test(last[0]);
                        });
        return last[0];
    }

    void awaitShown(String css) {
        patiently().until(page -> find(css).isDisplayed());
    }

    void awaitHidden(String css) {
        patiently().until(page -> !find(css).isDisplayed());
    }

    void awaitScript(String condition) {
        patiently().until(page -> Boolean.TRUE.equals(run(condition)));
    }

    private FluentWait<WebDriver> patiently() {
        return new WebDriverWait(this.driver, PATIENCE)
                .pollingEvery(POLL)
                .ignoring(NoSuchElementException.class, StaleElementReferenceException.class);
    }

    /** Returns the console output of the page since the last call. */
    List<String> console() {
        return this.driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .map(LogEntry::toString)
                .toList();
    }

    void assertConsoleIsEmpty() {
        assertThat(console()).isEmpty();
    }

    void screenshot(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(file, this.driver.getScreenshotAs(OutputType.BYTES));
    }

    @Override
    public void close() {
        this.driver.quit();
    }
}
