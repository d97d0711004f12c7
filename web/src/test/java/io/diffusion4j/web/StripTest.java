package io.diffusion4j.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** Strips of pictures: changed by words, and from one picture to another. */
class StripTest extends Page {
  @BeforeEach
  void drawTwo() {
    gate.open();
    draw("a red apple", 2);
    browser.until(d -> d.findElements(By.cssSelector(JOB + ".ended .picture.done")).size() == 2);
  }

  private void press(String words) {
    browser.script(
        "[...document.querySelectorAll('#viewer button')].find(b => b.textContent === arguments[0])"
            + ".click()",
        words);
  }

  private void openAnd(String action) {
    browser.find(JOB + " .tile-open").click();
    browser.find("#viewer[open]");
    press(action);
  }

  private List<String> captions() {
    return browser.all(JOB + " .tile .tile-caption").stream().map(WebElement::getText).toList();
  }

  /** The pixels of all pictures of the latest request. */
  private Set<String> drawn(int count) {
    Set<String> all = new HashSet<>();
    for (int i = 1; i <= count; i++) {
      all.add(pixels(JOB + " .tile:nth-child(" + i + ") .picture.done"));
    }
    return all;
  }

  @Test
  void wordsChangeAPictureMoreAndMore() {
    openAnd("Change by words…");
    assertThat(browser.find("[data-field='text_diff.from_text']").getDomProperty("value"))
        .isEqualTo("a red apple");
    browser.find("#viewer button[type=submit]").click();
    browser.awaitText("#viewer .field-error", "some words");
    browser.find("[data-field='text_diff.to_text']").sendKeys("a green frog");
    set("#viewer input[type=number]", "3");
    browser.find("#viewer button[type=submit]").click();
    browser.awaitText(JOB + ".ended .job-kind", "CHANGED BY WORDS");
    assertThat(captions()).containsExactly("0 %", "35 %", "70 %");
    assertThat(drawn(3)).hasSize(3);
    var slider = browser.find(JOB + " .player input");
    assertThat(browser.find(JOB + " .player output").getText()).isEqualTo("0 %");
    slider.sendKeys(Keys.END);
    assertThat(browser.find(JOB + " .player output").getText()).isEqualTo("70 %");
    assertThat(pixels(JOB + " .player img"))
        .isEqualTo(pixels(JOB + " .tile:last-child .picture.done"));
  }

  @Test
  void twoPicturesAreMixedAndTheWayIsAnAnimation(@TempDir Path downloads) throws IOException {
    openAnd("Mix with…");
    browser.find("#viewer button[type=submit]").click();
    browser.awaitText("#viewer [role=alert]", "Choose a second picture first.");
    browser.find("#viewer .thumb").click();
    set("#viewer input[type=number]", "4");
    browser.find("#viewer button[type=submit]").click();
    browser.awaitText(JOB + ".ended .job-kind", "MIXED");
    assertThat(captions()).containsExactly("0 %", "33 %", "67 %", "100 %");
    assertThat(drawn(4)).hasSize(4);

    browser
        .driver()
        .executeCdpCommand(
            "Browser.setDownloadBehavior",
            Map.of("behavior", "allow", "downloadPath", downloads.toString()));
    browser.find(JOB + " .player button").click();
    browser.until(d -> downloaded(downloads).isPresent());
    Path file = downloaded(downloads).orElseThrow();
    assertThat(file.getFileName()).asString().startsWith("a-red-apple-a-red-apple-");
    assertThat(frames(Files.readAllBytes(file)))
        .isEqualTo(
            Stream.of(1, 2, 3, 4, 3, 2)
                .map(i -> pixels(JOB + " .tile:nth-child(" + i + ") .picture.done"))
                .toList());
  }

  private static Optional<Path> downloaded(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith("-animation.png")).findFirst();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The pixels of each frame of an animated PNG file, as the browser decodes it. */
  private @Nullable Object frames(byte[] file) {
    return browser.script(
        """
        const data = Uint8Array.from(atob(arguments[0]), (c) => c.charCodeAt(0));
        const decoder = new ImageDecoder({ data, type: 'image/png' });
        return decoder.tracks.ready.then(async () => {
          const frames = [];
          for (let i = 0; i < decoder.tracks.selectedTrack.frameCount; i++) {
            const { image } = await decoder.decode({ frameIndex: i });
            const canvas = document.createElement('canvas');
            canvas.width = image.displayWidth;
            canvas.height = image.displayHeight;
            canvas.getContext('2d').drawImage(image, 0, 0);
            frames.push(canvas.toDataURL());
          }
          return frames;
        });
        """,
        Base64.getEncoder().encodeToString(file));
  }

  @Test
  void oneOfTheRequestsIsEnoughToLearnWhatIsWrong() {
    browser.find(".sampling summary").click();
    set("[data-field='stages[\"decoder\"].steps']", "5000");
    openAnd("Change by words…");
    browser.find("[data-field='text_diff.to_text']").sendKeys("a frog");
    browser.find("#viewer button[type=submit]").click();
    browser.awaitText("#viewer [role=alert]", "5000 (expected: 1 to 1000)");
    assertThat(browser.all(".job")).hasSize(1);
  }
}
