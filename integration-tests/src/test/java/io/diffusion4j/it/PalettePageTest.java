package io.diffusion4j.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.inject.util.Modules;
import io.diffusion4j.local.LocalServer;
import io.diffusion4j.local.ServerProgram;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.web.Browser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;

/** The palette on the web page, from a folder of pictures to a picture of an update. */
@Tag("slow")
@Timeout(600)
@ExtendWith(TinyPipeline.Resolver.class)
class PalettePageTest {
  private static final String JOB = ".job:first-child";

  @TempDir private Path files = Path.of("");

  private final Path model;

  PalettePageTest(TinyPipeline tiny) {
    model = tiny.folder().toAbsolutePath();
  }

  @Test
  void ownPicturesAreFoundMixedVariedAndLearnedFrom() throws Exception {
    assumeTrue(Browser.isInstalled(), "chromium, chromedriver: not on the PATH (expected: both)");
    PaletteTest.writePictures(files.resolve("own"));
    Path file = files.resolve("server.yaml");
    Files.writeString(
        file,
        """
        port: 0
        models: [{path: %s, name: tiny, precision: bf16}]
        palette: {pictures: own, train-steps: 3}
        """
            .formatted(model));
    try (var server =
            LocalServer.start(ServerProgram.of(ServerConfig.read(file)), Modules.EMPTY_MODULE);
        var browser = Browser.start(Duration.ofMinutes(2))) {
      browser.open("http://127.0.0.1:" + server.server().port() + "/");
      browser.find("#draw:enabled");
      browser.find("#count").clear();
      browser.find("#count").sendKeys("1");
      browser.find("#palette-fold:not([hidden]) summary").click();
      browser.awaitText("#palette [role=status]", "3 pictures");

      browser.find("#palette-query").sendKeys("a green frog");
      press(browser, "Find");
      browser.until(d -> d.findElements(By.cssSelector("#palette-found .thumb")).size() == 3);
      browser.find("#palette-found .thumb:nth-child(1)").click();
      browser.find("#palette-found .thumb:nth-child(2)").click();
      press(browser, "Mix");
      browser.awaitText(JOB + ".ended .job-kind", "MIXED");
      assertThat(browser.all(JOB + " .picture.done")).hasSize(1);

      browser.find("#palette-found .thumb:nth-child(2)").click();
      press(browser, "Vary");
      browser.awaitText(JOB + ".ended .job-kind", "VARIATIONS");
      press(browser, "Find similar");
      browser.until(d -> d.findElements(By.cssSelector("#palette-found .thumb")).size() == 3);

      press(browser, "Train");
      browser.awaitText("#palette [role=alert]", "lora:");
      browser.find("#lora-name").sendKeys("mine");
      browser.find("#lora-caption").sendKeys("a frog");
      press(browser, "Train");
      browser.awaitText("#palette [role=status]", "train mine: done");
      browser.until(d -> "mine".equals(d.findElement(By.id("lora")).getDomProperty("value")));

      browser.find("#prompt").sendKeys("a frog");
      browser.find("#draw").click();
      browser.awaitText(JOB + ".ended .job-title", "a frog");
      browser.find(JOB + " .tile-open").click();
      browser.find("#viewer[open] .recipe");
      assertThat(
              String.valueOf(
                  browser.script("return document.querySelector('#viewer').textContent")))
          .contains("mine");
    }
  }

  private static void press(Browser browser, String words) {
    browser.script(
        "[...document.querySelectorAll('#palette button')].find(b => b.textContent ==="
            + " arguments[0]).click()",
        words);
  }
}
