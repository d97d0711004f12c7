package io.diffusion4j.web;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openqa.selenium.By;
import org.openqa.selenium.NoSuchElementException;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.TimeoutException;
import org.openqa.selenium.WebDriver;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;

/** Chromium without a screen, as Debian has it: the browser and its driver are of one version. */
public final class Browser implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(50);

  private final ChromeDriver driver;
  private final Duration longestWait;

  private Browser(ChromeDriver driver, Duration longestWait) {
    this.driver = driver;
    this.longestWait = longestWait;
  }

  /** Whether there is one on this machine. */
  public static boolean isInstalled() {
    return onPath("chromium").isPresent() && onPath("chromedriver").isPresent();
  }

  /**
   * Starts it; nothing is downloaded.
   *
   * @param longestWait for what has to come
   * @throws IllegalStateException if there is none
   */
  public static Browser start(Duration longestWait) {
    var options = new ChromeOptions();
    options.setBinary(required("chromium"));
    options.addArguments(
        "--headless=new",
        "--no-sandbox", // which root has to do without
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--no-first-run",
        "--force-color-profile=srgb",
        "--window-size=1280,900");
    var service =
        new ChromeDriverService.Builder().usingDriverExecutable(required("chromedriver")).build();
    return new Browser(new ChromeDriver(service, options), longestWait);
  }

  private static File required(String program) {
    return onPath(program)
        .orElseThrow(
            () -> new IllegalStateException(program + ": not found (expected: on the PATH)"))
        .toFile();
  }

  private static Optional<Path> onPath(String program) {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Stream.of(path.split(Pattern.quote(File.pathSeparator)))
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  public void open(String url) {
    driver.get(url);
  }

  /** The element that a CSS selector finds first, once there is one. */
  public WebElement find(String selector) {
    return until(d -> d.findElement(By.cssSelector(selector)));
  }

  /** All elements that a CSS selector finds now. */
  public List<WebElement> all(String selector) {
    return driver.findElements(By.cssSelector(selector));
  }

  /** Waits until something is there, and true if it is a boolean. */
  public <T> T until(Function<WebDriver, T> condition) {
    long end = System.nanoTime() + longestWait.toNanos();
    while (true) {
      WebDriverException last;
      try {
        T value = condition.apply(driver);
        if (!Boolean.FALSE.equals(value)) {
          return value;
        }
        last = new TimeoutException("what was waited for did not come");
      } catch (NoSuchElementException | StaleElementReferenceException e) {
        last = e; // it may come yet
      }
      if (System.nanoTime() > end) {
        throw last;
      }
      LockSupport.parkNanos(POLL.toNanos());
    }
  }

  /** Waits until the text of what a selector finds contains this. */
  public void awaitText(String selector, String text) {
    until(d -> d.findElement(By.cssSelector(selector)).getText().contains(text));
  }

  /** Runs a script in the page. */
  public @Nullable Object script(String script, Object... arguments) {
    return driver.executeScript(script, arguments);
  }

  /** For what only this driver can do. */
  public ChromeDriver driver() {
    return driver;
  }

  /** As on a screen of this size. */
  public void resize(int width, int height, double scale, boolean phone) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", scale, "mobile", phone));
  }

  /** As where somebody prefers this, {@code dark} or {@code light}. */
  public void prefer(String colours) {
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", colours))));
  }

  /** What is to be seen, as a PNG file. */
  public void screenshot(Path file) throws IOException {
    Files.write(file, driver.getScreenshotAs(OutputType.BYTES));
  }

  @Override
  public void close() {
    driver.quit();
  }
}
