package io.diffusion4j.web;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.interactions.Actions;

/**
 * Takes the pictures of {@code docs/web-page.md} from a server that runs, such as {@code
 * ./diffusion4j serve}: the address of the page and the folder to write to are its arguments.
 */
final class Screenshots {
  private static final String DONE = ".job:first-child.ended .picture.done";

  private final Browser browser;
  private final Path folder;

  private Screenshots(Browser browser, Path folder) {
    this.browser = browser;
    this.folder = folder;
  }

  /** Takes them. */
  public static void main(String[] args) throws IOException {
    try (var browser = Browser.start(Duration.ofMinutes(10))) {
      browser.open(args[0]);
      new Screenshots(browser, Path.of(args[1])).take();
    }
  }

  private void take() throws IOException {
    browser.resize(1280, 900, 1, false);
    browser.prefer("light");
    browser.find("#draw:enabled");
    browser.find("#examples .example:last-child");
    browser.screenshot(folder.resolve("web-start.png"));
    draw("a red apple on a blue background", "4");
    browser.find(".picture.preview");
    browser.until(d -> !d.findElements(By.cssSelector("[aria-valuenow]")).isEmpty());
    browser.until(d -> progress() > 45);
    browser.screenshot(folder.resolve("web-drawing.png"));
    browser.find(DONE);
    browser.screenshot(folder.resolve("web-desktop.png"));
    browser.prefer("dark");
    browser.screenshot(folder.resolve("web-dark.png"));
    browser.find(".job:first-child .tile-open").click();
    browser.find("#viewer[open] .recipe");
    browser.screenshot(folder.resolve("web-picture.png"));
    browser.script("document.querySelector('#viewer .recipe').open = true");
    browser.screenshot(folder.resolve("web-recipe.png"));
    browser.prefer("light");
    browser.find("#viewer [aria-label=Close]").click();
    paint();
    words();
    browser.resize(390, 844, 2, true);
    browser.script("scrollTo(0, 0)");
    browser.screenshot(folder.resolve("web-phone.png"));
    browser.find(".sampling summary").click();
    browser.screenshot(folder.resolve("web-phone-settings.png"));
    browser.resize(1280, 900, 1, false);
    browser.screenshot(folder.resolve("web-settings.png"));
  }

  /** Takes the words of the model beside a prompt with others. */
  private void words() throws IOException {
    browser.script("scrollTo(0, 0)");
    WebElement prompt = browser.find("#prompt");
    prompt.clear();
    prompt.sendKeys("a purpel kangaroo on a yelow background");
    browser.find("#word-picker summary").click();
    browser.find("#unknown-words:not([hidden])");
    browser.screenshot(folder.resolve("web-words.png"));
    browser.find("#word-picker summary").click();
    prompt.clear();
  }

  private void paint() throws IOException {
    if (browser.all(".tile [aria-label^='Paint over']").isEmpty()) {
      return; // this model cannot
    }
    browser.find(".tile [aria-label^='Paint over']").click();
    new Actions(browser.driver())
        .moveToElement(browser.find("#viewer .mask"), -80, -70)
        .clickAndHold()
        .moveByOffset(120, 30)
        .moveByOffset(-60, 70)
        .release()
        .perform();
    browser.screenshot(folder.resolve("web-mask.png"));
    browser.find("#viewer [aria-label=Close]").sendKeys(Keys.ENTER);
  }

  private void draw(String prompt, String count) {
    var countField = browser.find("#count");
    countField.clear();
    countField.sendKeys(count);
    browser.find("#prompt").sendKeys(prompt);
    browser.find("#draw").click();
  }

  private double progress() {
    return browser.all(".job:first-child [aria-valuenow]").stream()
        .mapToDouble(bar -> Double.parseDouble(bar.getDomAttribute("aria-valuenow")))
        .findFirst()
        .orElse(100);
  }
}
