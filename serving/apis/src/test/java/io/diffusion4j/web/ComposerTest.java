package io.diffusion4j.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.client.Requests;
import io.diffusion4j.serving.ToyService;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;

/** How pictures are requested: the start page, the settings, and what a reload keeps. */
@Tag("slow")
class ComposerTest extends Page {
  private static final String STEPS = "[data-field='stages[\"decoder\"].steps']";

  private String value(String field) {
    return String.valueOf(browser.find(field).getDomProperty("value"));
  }

  private void press(String words) {
    browser.script(
        "[...document.querySelectorAll('#viewer button')].find(b => b.textContent === arguments[0])"
            + ".click()",
        words);
  }

  /** A setting that the server lists has a field, and no other has. */
  @Test
  void theFieldsAreTheSettingsThatTheServerLists() {
    List<String> listed =
        service.client().models().get(0).getStagesList().stream()
            .flatMap(
                stage ->
                    stage.getSettingsList().stream()
                        .filter(row -> !row.getForm().equals("NAME") || row.getChoicesCount() > 0)
                        .map(row -> "stages[\"" + stage.getName() + "\"]." + row.getName()))
            .toList();
    assertThat(browser.all("#stages [data-field]"))
        .extracting(field -> String.valueOf(field.getDomAttribute("data-field")))
        .isEqualTo(listed)
        .contains("stages[\"decoder\"].eta");
    assertThat(value(STEPS)).isEqualTo("4"); // the default of the stage
    assertThat(browser.find(STEPS).getDomAttribute("max")).isEqualTo("1000");
  }

  @Test
  void aReloadKeepsThePromptAndTheSettings() {
    browser.find(".sampling summary").click();
    set(STEPS, "3");
    set("#negative", "a frog");
    set("#count", "2");
    set("#seed", "7");
    set("#prompt", "a red apple");
    browser.driver().navigate().refresh();
    browser.find("#draw:enabled");
    assertThat(value("#prompt")).isEqualTo("a red apple");
    assertThat(value("#negative")).isEqualTo("a frog");
    assertThat(value("#count") + value("#seed")).isEqualTo("27");
    assertThat(value(STEPS)).isEqualTo("3");
    browser.find(".sampling summary").click();
    browser.find("#reset").click();
    browser.driver().navigate().refresh();
    browser.find("#draw:enabled");
    assertThat(value(STEPS)).isEqualTo("4");
  }

  @Test
  void theSettingsOfAPictureAreUsedAgain() {
    gate.open();
    browser.find(".sampling summary").click();
    set(STEPS, "3");
    set("#seed", "7");
    draw("a red apple", 1);
    browser.find(JOB + ".ended .picture.done");
    browser.find("#reset").click();
    set("#seed", "");
    set("#prompt", "a frog");
    browser.find(JOB + " .tile-open").click();
    browser.find("#viewer[open]");
    press("Use these settings again");
    assertThat(browser.all("#viewer[open]")).isEmpty();
    assertThat(value("#prompt")).isEqualTo("a red apple");
    assertThat(value("#seed")).isEqualTo("7");
    assertThat(value(STEPS)).isEqualTo("3");
    String first = pixels(JOB + " .picture.done");
    browser.find("#draw").click();
    browser.until(d -> browser.all(".job.ended").size() == 2);
    assertThat(pixels(JOB + " .picture.done")).isEqualTo(first);
  }

  @Test
  void theDiceChooseASeed() {
    browser.find("#dice").click();
    String first = value("#seed");
    assertThat(first).matches("[0-9]+");
    browser.find("#dice").click();
    assertThat(value("#seed")).matches("[0-9]+").isNotEqualTo(first);
  }

  @Test
  void aPictureOfTheStartPageIsDrawnAnewByEachClick() {
    gate.open();
    browser.find("#examples .example").click();
    browser.find("#examples .tile:first-child .picture.done");
    String first = pixels("#examples .picture.done");
    assertThat(browser.find("#examples .tile:first-child").getText()).contains("a red apple");
    browser.find("#examples .tile:first-child [aria-label^='Draw it anew']").click();
    browser.until(
        d ->
            d.findElements(By.cssSelector("#examples .picture.done")).size() == 1
                && !pixels("#examples .picture.done").equals(first));
    assertThat(browser.all(".job")).isEmpty();
    browser.find("#examples .tile-open").click();
    assertThat(recipe()).contains("a red apple on a blue background");
  }

  /** From the same noise, in the place of the picture of earlier words; only what is kept stays. */
  @Test
  void aPictureIsDrawnWhileOneTypes() {
    gate.open();
    browser.find(".sampling summary").click();
    browser.find("#typing").click();
    set("#prompt", "a red apple");
    String first = alt("#typed .picture.done[alt^='a red apple']");
    browser.find("#prompt").sendKeys(" on a plate");
    String second = alt("#typed .picture.done[alt^='a red apple on a plate']");
    assertThat(second).endsWith(first.substring(first.indexOf(", seed ")));
    assertThat(browser.all("#typed .job")).hasSize(1);
    browser.find("#typed [aria-label^='Keep']").click();
    set("#seed", "seven");
    browser.find("#prompt").sendKeys("s");
    browser.awaitText(".controls .field-error", "seven (expected: a whole number");
    browser.find("#typing").click();
    assertThat(browser.all(".job")).isEmpty();
    browser.driver().navigate().refresh();
    browser.find("#earlier .tile");
    assertThat(browser.all("#earlier .tile")).hasSize(1);
  }

  private String alt(String picture) {
    return String.valueOf(browser.find(picture).getDomAttribute("alt"));
  }

  @Test
  void aPictureThatIsRefusedLeavesItsPlaceOnTheStartPage() {
    set("#seed", "seven");
    browser.find("#examples .example").click();
    browser.awaitText(".controls .field-error", "seven (expected: a whole number");
    browser.find(".sampling summary").click();
    set("#seed", "");
    set(STEPS, "5000");
    browser.find("#examples .example").click();
    browser.awaitText(".stage .field-error", "5000 (expected: 1 to 1000)");
    assertThat(browser.all("#examples .example")).hasSize(2);
  }

  @Test
  void aSinglePictureFillsThePage() {
    gate.open();
    draw("a red apple", 1);
    WebElement picture = browser.find(JOB + ".ended .picture.done");
    assertThat(picture.getSize().width).isGreaterThan(500); // most of the height of the window
    browser.until(d -> String.valueOf(picture.getCssValue("content")).startsWith("url(\"blob:"));
    browser.find(JOB + " .tile-open").click();
    assertThat(browser.find("#viewer .picture").getSize().width).isGreaterThan(500);
  }

  @Test
  void anEnlargedPictureHasMorePixelsAndDeclaresWhereItComesFrom() throws IOException {
    gate.open();
    byte[] png =
        service
            .client()
            .generate(Requests.textToImage("a red apple").build())
            .images()
            .get(0)
            .png();
    Object made =
        browser.script(
            """
            const { enlarged } = await import('/page/enlarge.js');
            const { fromBase64, toBase64 } = await import('/page/bytes.js');
            const blob = new Blob([fromBase64(arguments[0])], { type: 'image/png' });
            return toBase64(await enlarged(blob, 2));
            """,
            Base64.getEncoder().encodeToString(png));
    byte[] large = Base64.getDecoder().decode(String.valueOf(made));
    assertThat(ImageIO.read(new ByteArrayInputStream(large)).getWidth())
        .isEqualTo(2 * ToyService.IMAGE_SIZE);
    assertThat(new String(large, StandardCharsets.ISO_8859_1))
        .contains("rainedAlgorithmicMedia")
        .doesNotContain("Diffusion4J recipe"); // whose pixels are others
  }

  @Test
  void drawIsInSightOnAPhone() {
    browser.resize(360, 740, 2, true);
    try {
      assertThat(
              browser.script(
                  "return document.querySelector('#draw').getBoundingClientRect().bottom <"
                      + " innerHeight / 2"))
          .isEqualTo(true);
      browser.find(".sampling summary").click();
      browser.script("document.querySelector('#reset').scrollIntoView({ block: 'end' })");
      assertThat(
              browser.script(
                  "const { top, bottom } = document.querySelector('#draw').getBoundingClientRect();"
                      + " return top >= 0 && bottom <= innerHeight"))
          .isEqualTo(true);
    } finally {
      browser.driver().executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
    }
  }
}
