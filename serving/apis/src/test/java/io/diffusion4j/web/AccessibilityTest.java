package io.diffusion4j.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;

/** The page in each of its states, as axe-core judges it. */
@Tag("slow")
class AccessibilityTest extends Page {
  @SuppressWarnings("NullAway.Init") // installed before the tests
  private Axe axe;

  @BeforeAll
  void installAxe() throws IOException, InterruptedException {
    axe = Axe.install();
  }

  private void assertAccessible(String state) {
    axe.assertAccessible(browser, state);
  }

  private void press(String words) {
    browser.script(
        "[...document.querySelectorAll('#viewer button')].find(b => b.textContent === arguments[0])"
            + ".click()",
        words);
  }

  @Test
  void whatIsNotAccessibleIsFound() {
    browser.script("document.querySelector('.mark').removeAttribute('alt')");
    assertThat(axe.violations(browser).toString()).startsWith("[image-alt: <img class=\"mark\"");
  }

  @Test
  void theComposerIsAccessible() {
    assertAccessible("nothing is drawn");
    browser.find("#word-picker summary").click();
    browser.find(".sampling summary").click();
    browser.find("#check summary").click();
    set("#prompt", "a grexn apple");
    set("#sweep input", "many");
    browser.find("#draw").click();
    browser.awaitText("#sweep .field-error", "many");
    assertAccessible("words are unknown and values wrong");
  }

  @Test
  void picturesAreAccessibleWhileTheyAreDrawnAndWhenTheyAreThere() throws InterruptedException {
    draw("a red apple", 2);
    gate.awaitCall();
    assertAccessible("pictures are drawn");
    browser.find(JOB + " .cancel").click();
    browser.awaitText(JOB + ".ended .job-status", "Cancelled");
    assertAccessible("drawing is cancelled");
    gate.open();
    browser.find(JOB + " [aria-label^='Try again']").click();
    browser.until(d -> d.findElements(By.cssSelector(JOB + ".ended .picture.done")).size() == 2);
    act(JOB + " [aria-label^='Favourite']");
    assertAccessible("pictures are there");
    browser.find(JOB + " .more summary").click();
    assertAccessible("the rest of the actions is there");
    browser.driver().navigate().refresh();
    browser.find("#earlier .picture.done");
    assertAccessible("pictures are of an earlier visit");
  }

  @Test
  void aPictureIsAccessibleInEachOfItsDialogs() {
    gate.open();
    draw("a red apple", 3);
    browser.until(d -> d.findElements(By.cssSelector(JOB + ".ended .picture.done")).size() == 3);
    browser.find(JOB + " .tile-open").click();
    browser.find("#viewer[open]");
    assertAccessible("a picture is open");
    browser.find("#viewer .more summary").click();
    browser.find("#viewer .recipe summary").click();
    assertAccessible("the recipe and all actions are there");
    for (String dialog : List.of("Paint over", "Change by words…", "Mix with…")) {
      press(dialog);
      browser.find("#viewer button[type=submit]").click();
      browser.find("#viewer .field-error, #viewer .error:not([hidden])");
      assertAccessible(dialog);
      press("Back");
    }
    press("Compare with…");
    browser.find("#viewer .thumb").click();
    assertAccessible("two pictures are compared");
    press("Back");
    press("Mix with…");
    browser.all("#viewer .thumb").forEach(WebElement::click);
    set("#viewer input[type=number]", "2");
    assertAccessible("a walk is chosen");
    browser.find("#viewer button[type=submit]").click();
    browser.find(JOB + ".ended .player");
    assertAccessible("a strip is there");
  }
}
