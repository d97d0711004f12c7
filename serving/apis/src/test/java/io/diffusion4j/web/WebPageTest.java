package io.diffusion4j.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.client.Requests;
import io.diffusion4j.serving.ToyService;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.interactions.Actions;

/** The page as somebody uses it, in a browser, at a server on a port. */
@Tag("slow")
class WebPageTest extends Page {
  @Test
  void aPromptBecomesAPictureWhosePreviewsSharpenStepByStep() throws InterruptedException {
    draw("a red apple", 1);
    Set<String> seen = new LinkedHashSet<>();
    seen.add(source(JOB + " .picture.waiting"));
    for (int step = 1; step < 4; step++) { // of four
      gate.awaitCall();
      gate.step();
      browser.until(d -> !seen.contains(source(JOB + " .picture")));
      seen.add(source(JOB + " .picture.preview"));
      browser.awaitText(JOB + " .job-status", "Drawing · step " + step + " of 4");
    }
    assertThat(seen).hasSize(4).element(1).asString().startsWith("data:image/png;base64,");
    gate.open();
    assertThat(source(JOB + " .picture.done")).startsWith("blob:");
    browser.awaitText(JOB + ".ended .job-status", "1 picture in ");
    assertThat(browser.find("#announcer").getDomProperty("textContent")).contains("1 picture in ");
    assertThat(browser.script("return document.querySelector('.picture.done').naturalWidth"))
        .isEqualTo((long) ToyService.IMAGE_SIZE);
  }

  @Test
  void theRecipeOfAPictureIsShownAndDrawsItAgain() {
    gate.open();
    set("#seed", "7");
    draw("it's a red apple", 2);
    browser.until(d -> d.findElements(By.cssSelector(".picture.done")).size() == 2);
    browser.all(".tile-open").get(1).click();
    assertThat(recipe())
        .contains("it's a red apple", "7, picture 2 of it", "ddpm-small, 4 steps, guidance 3");
    assertThat(browser.find(".command").getText())
        .startsWith(
            "curl -s 'http://127.0.0.1:" + service.port() + "/diffusion4j/v1/images:generate'")
        .endsWith("| base64 -d > picture.png")
        .contains("it'\\''s a red apple");
    browser.all(".copies button").get(1).click();
    assertThat(browser.find(".command").getText())
        .startsWith("grpcurl -plaintext")
        .contains("127.0.0.1:" + service.port() + " diffusion4j.v1.GenerationService");
    String first = pixels(".job .tile:nth-child(2) .picture");
    browser.script(
        "[...document.querySelectorAll('#viewer button')].find(b => b.textContent === 'Draw it"
            + " again').click()");
    browser.awaitText(JOB + ".ended .job-kind", "DRAWN AGAIN");
    assertThat(pixels(JOB + " .picture.done")).isEqualTo(first);
  }

  @Test
  void aTabWithATokenHasCommandsThatNeedOne() {
    gate.open();
    browser.script("sessionStorage.setItem('token', 'secret')");
    browser.driver().navigate().refresh();
    browser.find("#draw:enabled");
    draw("a red apple", 1);
    browser.find(JOB + " .picture.done");
    browser.find(".tile-open").click();
    recipe();
    assertThat(browser.find("#viewer[open] .command").getText())
        .contains("-H \"authorization: Bearer $TOKEN\"")
        .doesNotContain("secret");
    browser.all(".copies button").get(1).click();
    assertThat(browser.find(".command").getText())
        .startsWith("grpcurl -plaintext -H \"authorization: Bearer $TOKEN\" -d ");
    browser.script("sessionStorage.clear()");
  }

  @Test
  void aStageIsToldWhichTimestepsToKeep() {
    gate.open();
    browser.find(".sampling summary").click();
    browser.script(
        "document.querySelector(`select[data-field='stages[\"decoder\"].schedule']`).value ="
            + " 'leading'");
    draw("a red apple", 1);
    browser.find(JOB + " .picture.done");
    browser.find(".tile-open").click();
    assertThat(recipe()).contains("ddpm-small, 4 steps, guidance 3, leading");
  }

  @Test
  void itFitsAPhone() {
    gate.open();
    browser.resize(360, 740, 2, true);
    try {
      draw(
          "a red apple on a table with a very long and unbreakableunbreakableunbreakable cloth", 2);
      browser.until(d -> d.findElements(By.cssSelector(".picture.done")).size() == 2);
      assertNothingIsBeside();
      browser.find(".tile-open").click();
      browser.find("#viewer[open]");
      assertNothingIsBeside();
    } finally {
      browser.driver().executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
    }
  }

  /** Everything can be seen without scrolling sideways, and touched with a finger. */
  private void assertNothingIsBeside() {
    assertThat(
            browser.script(
                """
                return [...document.querySelectorAll('body *')]
                  .filter(e => e.checkVisibility() && !e.closest('.visually-hidden, .skip, pre'))
                  .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
                  .map(e => e.outerHTML.slice(0, 80));
                """))
        .isEqualTo(List.of());
    assertThat(
            browser.script(
                """
                return [...document.querySelectorAll('button, input, select, textarea, a.button')]
                  .filter(e => e.checkVisibility() && !e.closest('.visually-hidden'))
                  .filter(e => e.type !== 'range' && e.getBoundingClientRect().height < 24)
                  .map(e => e.outerHTML.slice(0, 80));
                """))
        .isEqualTo(List.of());
  }

  @Test
  void wordsCanBeReadInTheLightAndInTheDark() {
    List<Double> light = contrasts("light");
    List<Double> dark = contrasts("dark");
    assertThat(light).allSatisfy(ratio -> assertThat(ratio).isGreaterThan(4.5)); // WCAG 2.2, AA
    assertThat(dark).allSatisfy(ratio -> assertThat(ratio).isGreaterThan(4.5));
    assertThat(dark).isNotEqualTo(light);
  }

  /** Of the colours of words to those of what they stand on. */
  private List<Double> contrasts(String colours) {
    browser.prefer(colours);
    List<Double> ratios = new ArrayList<>();
    for (String pair :
        List.of(
            "ink paper",
            "ink card",
            "muted paper",
            "muted card",
            "accent card",
            "danger card",
            "warn card",
            "ink field")) {
      Object ratio =
          browser.script(
              """
              const light = (name) => {
                const colour = getComputedStyle(document.documentElement).getPropertyValue('--' + name);
                const [r, g, b] = [1, 3, 5]
                  .map(at => parseInt(colour.trim().slice(at, at + 2), 16) / 255)
                  .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
                return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
              };
              const [a, b] = arguments[0].split(' ').map(light);
              return String(Math.max(a, b) / Math.min(a, b));
              """,
              pair);
      ratios.add(Double.valueOf(String.valueOf(ratio)));
    }
    return ratios;
  }

  @Test
  void aPictureIsCancelledBeforeItsNextStep() throws InterruptedException {
    browser.find(".sampling summary").click();
    set("[data-field='stages[\"decoder\"].steps']", "50");
    draw("a red apple", 1);
    gate.awaitCall();
    browser.find(JOB + " .cancel").click();
    browser.awaitText(JOB + ".ended .job-status", "Cancelled");
    service.awaitIdle();
    gate.open();
    browser.find(JOB + " [aria-label^='Try again']").click();
    browser.find(JOB + ".ended .picture.done");
    assertThat(browser.all(".job")).hasSize(1);
    assertThat(gate.calls()).isEqualTo(1 + 50); // one step of the first, all of this
  }

  @Test
  void whatIsWrongIsToldBesideTheField() {
    browser.find(".sampling summary").click();
    set("[data-field='stages[\"decoder\"].steps']", "-3");
    set("#seed", "seven");
    draw("a red apple", 1000);
    browser.awaitText(".controls .field-error", "seven (expected: a whole number");
    assertThat(browser.find("#seed").getDomAttribute("aria-invalid")).isEqualTo("true");
    set("#seed", "7");
    browser.find("#draw").click();
    browser.awaitText(".stage .field-error", "-3 (expected: 1 to 1000)");
    assertThat(browser.find("#count").getDomAttribute("aria-invalid")).isEqualTo("true");
    assertThat(browser.driver().switchTo().activeElement().getDomAttribute("aria-describedby"))
        .isEqualTo(browser.find(".field-error").getDomAttribute("id"));
    assertThat(browser.all(".job")).isEmpty();
  }

  @Test
  void aPictureIsVariedByAClick() {
    gate.open();
    draw("a red apple", 1);
    String first = source(JOB + ".ended .picture.done");
    set("#count", "2");
    browser.find(".tile [aria-label^='Variations']").click();
    browser.awaitText(JOB + ".ended .job-kind", "VARIATIONS");
    assertThat(source(JOB + " .job-from")).isEqualTo(first);
    assertThat(browser.all(JOB + " .picture.done")).hasSize(2);
  }

  /** As if somebody chose it, or dropped it on the page. */
  private void open(String file, boolean dropped) {
    browser.script(
        """
        const transfer = new DataTransfer();
        const bytes = Uint8Array.from(atob(arguments[0]), (c) => c.charCodeAt(0));
        transfer.items.add(new File([bytes], 'mine.png', { type: 'image/png' }));
        if (arguments[1]) {
          document.body.dispatchEvent(new DragEvent('drop', { bubbles: true, dataTransfer: transfer }));
        } else {
          const input = document.querySelector('#own-picture');
          input.files = transfer.files;
          input.dispatchEvent(new Event('change'));
        }
        """,
        file,
        dropped);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aFileThatWasDrawnHereSaysHowAgain(boolean dropped) {
    gate.open();
    var asked = Requests.textToImage("a red apple").addSeeds(7).build();
    byte[] png = service.client().generate(asked).images().get(0).png();
    open(Base64.getEncoder().encodeToString(png), dropped);
    assertThat(recipe()).contains("a red apple", "Seed\n7");
    assertThat(browser.find("#viewer-title").getText()).isEqualTo("a red apple");
  }

  @Test
  void filesAreCheckedByDrawingThemAgain() {
    gate.open();
    var asked = Requests.textToImage("a red apple").addSeeds(7).build();
    byte[] png = service.client().generate(asked).images().get(0).png();
    browser.find("#check summary").click();
    browser.script(
        """
        const url = URL.createObjectURL;
        URL.createObjectURL = (blob) => url(window.report = blob);
        const transfer = new DataTransfer();
        const bytes = Uint8Array.from(atob(arguments[0]), (c) => c.charCodeAt(0));
        transfer.items.add(new File([bytes], 'ours.png'));
        transfer.items.add(new File([bytes.slice(0, 99)], 'half.png'));
        const input = document.querySelector('#check input');
        input.files = transfer.files;
        input.dispatchEvent(new Event('change'));
        """,
        Base64.getEncoder().encodeToString(png));
    browser.awaitText("#check li:nth-child(1)", "ours.png: proved: the same pixels");
    browser.awaitText("#check li:nth-child(2)", "half.png: file: ");
    browser.find("#check a:not([hidden])");
    assertThat(browser.script("return window.report.text()"))
        .asString()
        .contains("\"file\":\"ours.png\"", "\"verdict\":\"proved\"")
        .endsWith("}\n")
        .doesNotContain("half.png");
  }

  @Test
  void aFileOfOnesOwnHasNoRecipe() {
    var pixel =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC";
    open(pixel, true);
    assertThat(browser.find("#viewer[open] .help").getText()).contains("it has no recipe");
  }

  /** As when nobody answered yet, or the question for the token was dismissed. */
  @Test
  void whoGotNoModelsAtFirstAsksAgainByDrawing() {
    gate.open();
    var refused =
        browser
            .driver()
            .executeCdpCommand(
                "Page.addScriptToEvaluateOnNewDocument",
                Map.of(
                    "source",
                    """
                    const real = fetch;
                    let calls = 0;
                    window.fetch = (...all) => calls++ ? real(...all) : Promise.reject(new TypeError());
                    """));
    try {
      browser.driver().navigate().refresh();
      browser.awaitText("#form-error", "The server does not answer. Is it still running?");
      draw("a red apple", 1);
      browser.find(JOB + ".ended .picture.done");
      assertThat(browser.find("#form-error").isDisplayed()).isFalse();
    } finally {
      browser.driver().executeCdpCommand("Page.removeScriptToEvaluateOnNewDocument", refused);
    }
  }

  @Test
  void picturesAreThereAfterAReloadUntilTheyAreForgotten() {
    gate.open();
    assertThat(browser.find("#earlier").isDisplayed()).isFalse();
    draw("a red apple", 2);
    browser.find(JOB + ".ended");
    String last = pixels(JOB + " .tile:last-child .picture.done");
    browser.driver().navigate().refresh();
    browser.find("#earlier .tile:nth-child(2) .picture.done");
    assertThat(pixels("#earlier .tile .picture")).isEqualTo(last);
    browser.find("#earlier .tile-open").click();
    assertThat(recipe()).contains("a red apple");
    browser.find("#viewer [aria-label=Close]").click();
    act("#earlier [aria-label^='Forget:']");
    browser.until(d -> browser.all("#earlier .tile").size() == 1);
    browser.find("#earlier header button:last-child").click();
    browser.until(d -> !browser.find("#earlier").isDisplayed());
    browser.driver().navigate().refresh();
    browser.find("#draw:enabled");
    assertThat(browser.all("#earlier .tile")).isEmpty();
  }

  @Test
  void anEmptyPromptIsAskedFor() {
    browser.find("#draw").click();
    browser.awaitText("#words .field-error", "Say what the picture shall show.");
    assertThat(browser.all(".job")).isEmpty();
  }

  @Test
  void aModelWithoutWordsDrawsAClass() {
    try (var wordless = ToyService.withoutWords(new WebModule())) {
      browser.open("http://127.0.0.1:" + wordless.port() + "/");
      browser.find("#draw:enabled");
      assertThat(browser.find("#prompt").isDisplayed()).isFalse();
      assertThat(browser.find("#examples").isDisplayed()).isFalse();
      set("#count", "1");
      set("#class", "2");
      browser.find("#draw").click();
      browser.awaitText(JOB + ".ended .job-kind", "WITHOUT WORDS");
      browser.find(JOB + " .tile-open").click();
      assertThat(recipe()).contains("without words", "Class\n2");
      browser.find("#viewer [aria-label=Close]").click();
      set("#class", "");
      browser.find("#draw").click();
      browser.awaitText(JOB + ".ended .job-kind", "WITHOUT WORDS");
    }
  }

  @Test
  void whatIsPaintedOverIsDrawnAgain() {
    gate.open();
    draw("a red apple", 1);
    browser.find(JOB + ".ended .picture.done");
    String first = pixels(JOB + " .picture");
    browser.find(".tile [aria-label^='Paint over']").click();
    browser.find("#viewer button[type=submit]").click();
    browser.awaitText("#viewer [role=alert]", "Paint over what is to be drawn again first.");
    new Actions(browser.driver())
        .moveToElement(browser.find("#viewer .mask"), -100, -100)
        .clickAndHold()
        .moveByOffset(120, 0)
        .release()
        .perform();
    browser.awaitText("#viewer .painted", "% of the picture is drawn again.");
    set("#inpaint-prompt", "a bite");
    browser.find("#viewer button[type=submit]").click();
    browser.awaitText(JOB + ".ended .job-kind", "PAINTED OVER");
    assertThat(browser.all("#viewer[open]")).isEmpty();
    assertThat(pixels(JOB + " .picture.done")).isNotEqualTo(first);
    browser.find(JOB + " .tile-open").click();
    assertThat(recipe()).contains("painted over", "a bite");
  }

  @Test
  void aMaskIsPaintedByKeys() {
    gate.open();
    draw("a red apple", 1);
    browser.find(JOB + ".ended [aria-label^='Paint over']").click();
    var mask = browser.driver().switchTo().activeElement();
    assertThat(mask.getDomAttribute("class")).isEqualTo("mask");
    mask.sendKeys(" ");
    int dab = painted();
    assertThat(dab).isPositive();
    mask.sendKeys(Keys.chord(Keys.SHIFT, Keys.ARROW_RIGHT.toString().repeat(8)));
    assertThat(painted()).isGreaterThan(dab);
    mask.sendKeys("z".repeat(8));
    assertThat(painted()).isEqualTo(dab);
    mask.sendKeys("z");
    browser.awaitText("#viewer .painted", "Nothing is painted over yet.");
  }

  private int painted() {
    return Integer.parseInt(browser.find("#viewer .painted").getText().replaceAll(" .*", ""));
  }

  @Test
  void aHostilePromptIsWords() {
    gate.open();
    String prompt = "<img src=x onerror=\"document.title='hit'\"> \"'`${1}`</script>";
    draw(prompt, 1);
    browser.find(JOB + ".ended .picture.done");
    assertThat(browser.find(JOB + " .job-title").getText()).isEqualTo(prompt);
    browser.find(".tile-open").click();
    assertThat(browser.find("#viewer-title").getText()).isEqualTo(prompt);
    assertThat(browser.all("img[src=x]")).isEmpty();
    assertThat(browser.driver().getTitle()).isEqualTo("Diffusion4J");
  }

  @Test
  void keysAreEnough() {
    gate.open();
    var prompt = browser.driver().switchTo().activeElement();
    assertThat(prompt.getDomAttribute("id")).isEqualTo("prompt");
    prompt.sendKeys("a red apple", Keys.ENTER);
    browser.until(d -> d.findElements(By.cssSelector(".picture.done")).size() == 4);
    for (int i = 0; i < 20 && !focused().contains("tile-open"); i++) {
      browser.driver().switchTo().activeElement().sendKeys(Keys.TAB);
    }
    browser.driver().switchTo().activeElement().sendKeys(Keys.ENTER);
    browser.find("#viewer[open]");
    browser.driver().switchTo().activeElement().sendKeys(Keys.ESCAPE);
    browser.until(d -> d.findElements(By.cssSelector("#viewer[open]")).isEmpty());
    assertThat(focused()).contains("tile-open");
  }

  private String focused() {
    return String.valueOf(browser.driver().switchTo().activeElement().getDomAttribute("class"));
  }
}
