package io.diffusion4j.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.diffusion4j.serving.Gate;
import io.diffusion4j.serving.ToyService;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.openqa.selenium.WebElement;

/** The page of a new toy server for each test of a class, in the browser of that class. */
@TestInstance(Lifecycle.PER_CLASS)
abstract class Page {
  /** The latest request on the page. */
  static final String JOB = ".job:first-child";

  Browser browser;
  Gate gate;
  ToyService service;

  @BeforeAll
  void startTheBrowser() {
    assumeTrue(
        Browser.isInstalled(),
        "chromium, chromedriver: not on the PATH (expected: both, as in Debian's packages chromium"
            + " and chromium-driver); the web page is not tested");
    browser = Browser.start(Duration.ofSeconds(60));
  }

  @AfterAll
  void stopTheBrowser() {
    if (browser != null) {
      browser.close();
    }
  }

  @BeforeEach
  void openThePage() {
    gate = new Gate();
    service = serve(gate);
    browser.open("http://127.0.0.1:" + service.port() + "/");
    browser.find("#draw:enabled");
    assertThat(browser.find("#model-line").getText())
        .isEqualTo("toy · 160×160 pixels · Apache-2.0");
  }

  /** The server whose page is opened. */
  ToyService serve(Gate network) {
    return ToyService.onPort(network, new WebModule());
  }

  @AfterEach
  void closeTheService() {
    gate.open();
    service.close();
  }

  void set(String field, String value) {
    WebElement element = browser.find(field);
    element.clear();
    element.sendKeys(value);
  }

  void draw(String prompt, int count) {
    set("#count", Integer.toString(count));
    set("#prompt", prompt);
    browser.find("#draw").click();
  }

  /** Presses a button that may be behind "More". */
  void act(String button) {
    browser.script("arguments[0].click()", browser.find(button));
  }

  /** The recipe of the picture that is open, which is unfolded. */
  String recipe() {
    browser.find("#viewer[open] .recipe");
    browser.script("document.querySelector('#viewer .recipe').open = true");
    return browser.find("#viewer .facts").getText();
  }

  String source(String picture) {
    return String.valueOf(browser.find(picture).getDomAttribute("src"));
  }

  /** Reduced to a text, the same for the same pixels. */
  String pixels(String picture) {
    return String.valueOf(
        browser.script(
            """
            const image = document.querySelector(arguments[0]);
            const canvas = document.createElement('canvas');
            canvas.width = image.naturalWidth;
            canvas.height = image.naturalHeight;
            canvas.getContext('2d').drawImage(image, 0, 0);
            return canvas.toDataURL();
            """,
            picture));
  }
}
