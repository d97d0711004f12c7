package io.diffusion4j.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** What is done with pictures that are there. */
class GalleryTest extends Page {
  @BeforeEach
  void drawThree() {
    gate.open();
    draw("a red apple", 3);
    browser.until(d -> d.findElements(By.cssSelector(JOB + ".ended .picture.done")).size() == 3);
  }

  private String first(String section) {
    return section + " .tile:nth-child(1) ";
  }

  @Test
  void favouritesAreKeptAndFiltered() {
    act(first(JOB) + "[aria-label^='Favourite']");
    browser.until(
        d -> "A favourite".equals(browser.find("#announcer").getDomProperty("textContent")));
    String chosen = pixels(first(JOB) + ".picture");
    browser.driver().navigate().refresh();
    browser.find("#earlier .tile:nth-child(3) .picture.done");
    assertThat(browser.all("#earlier .tile.favourite")).hasSize(1);
    browser.find("#earlier header [aria-pressed]").click();
    var left = browser.all("#earlier .tile").stream().filter(WebElement::isDisplayed).toList();
    assertThat(left).hasSize(1);
    assertThat(pixels("#earlier .tile.favourite .picture")).isEqualTo(chosen);
    left.get(0).findElement(By.cssSelector(".tile-open")).click();
    assertThat(browser.all("#viewer[open] .way")).isEmpty(); // the others are filtered out
    browser.find("#viewer .more summary").click();
    var star = browser.find("#viewer [aria-pressed='true']:has(.icon)");
    assertThat(star.getText()).isEqualTo("Favourite");
    star.click();
    browser.until(d -> browser.all("#earlier .tile.favourite").isEmpty());
  }

  @Test
  void arrowKeysGoFromPictureToPicture() {
    browser.find(first(JOB) + ".tile-open").click();
    browser.find("#viewer[open]");
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 4; i++) { // one more than there are
      seen.add(pixels("#viewer .picture"));
      browser.driver().switchTo().activeElement().sendKeys(Keys.ARROW_RIGHT);
    }
    assertThat(seen).hasSize(3).doesNotContain("data:,");
    assertThat(pixels("#viewer .picture"))
        .isEqualTo(pixels(JOB + " .tile:nth-child(3) .picture.done"));
    browser.driver().switchTo().activeElement().sendKeys(Keys.ARROW_LEFT);
    assertThat(pixels("#viewer .picture"))
        .isEqualTo(pixels(JOB + " .tile:nth-child(2) .picture.done"));
    browser.find("#viewer .way.before").click();
    assertThat(browser.all("#viewer .way.before")).isEmpty();
  }

  @Test
  void aForgottenPictureIsGoneAtOnceAndAfterAReload() {
    browser.find(first(JOB) + ".tile-open").click();
    browser.find("#viewer[open]");
    browser.script(
        "[...document.querySelectorAll('#viewer button')].find(b => b.textContent === 'Forget')"
            + ".click()");
    browser.until(d -> browser.all(JOB + " .tile").size() == 2);
    assertThat(browser.all("#viewer[open]")).isEmpty();
    act(first(JOB) + "[aria-label^='Forget']");
    browser.until(d -> browser.all(JOB + " .tile").size() == 1);
    browser.driver().navigate().refresh();
    browser.find("#earlier .picture.done");
    assertThat(browser.all("#earlier .tile")).hasSize(1);
  }

  @Test
  void twoPicturesAreComparedByASlider() {
    browser.find(first(JOB) + ".tile-open").click();
    browser.find("#viewer[open]");
    browser.script(
        "[...document.querySelectorAll('#viewer button')].find(b => b.textContent === 'Compare"
            + " with…').click()");
    browser.all("#viewer .thumb").get(1).click();
    assertThat(pixels("#viewer .over")).isEqualTo(pixels(JOB + " .tile:nth-child(3) .picture"));
    assertThat(clip()).isEqualTo("inset(0px 0px 0px 50%)");
    browser.find("#viewer .compare-slider").sendKeys(Keys.HOME);
    assertThat(clip()).isEqualTo("inset(0px 0px 0px 0%)"); // all of it is shown
  }

  private String clip() {
    return browser.find("#viewer .over").getCssValue("clip-path");
  }

  @Test
  void oneOptionIsDrawnInSeveralValues() {
    browser.find(".sampling summary").click();
    var option = browser.find("#sweep select");
    option.sendKeys("Decoder: steps");
    set("#sweep input", "2, four");
    browser.find("#draw").click();
    browser.awaitText("#sweep .field-error", "four (expected: whole numbers");
    set("#sweep input", "2, 4");
    set("#count", "1");
    int before = gate.calls();
    browser.find("#draw").click();
    browser.awaitText(JOB + ".ended .job-status", "2 pictures in ");
    assertThat(browser.all(JOB + " .tile-caption"))
        .extracting(WebElement::getText)
        .containsExactly("Decoder: steps 2", "Decoder: steps 4");
    assertThat(gate.calls() - before).isEqualTo(2 + 4);
    Set<String> seeds = new HashSet<>();
    for (WebElement picture : browser.all(JOB + " .picture")) {
      seeds.add(String.valueOf(picture.getDomAttribute("alt")).replaceAll(".*seed ", ""));
    }
    assertThat(seeds).hasSize(1);
  }
}
