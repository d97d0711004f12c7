package io.diffusion4j.web;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** Strips of pictures: changed by words, and from one picture to another. */
@Tag("slow")
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
    assertThat(captions()).containsExactly("0 %", "18 %", "35 %");
    assertThat(drawn(3)).hasSize(3);
    var slider = browser.find(JOB + " .player input");
    assertThat(browser.find(JOB + " .player output").getText()).isEqualTo("0 %");
    slider.sendKeys(Keys.END);
    assertThat(browser.find(JOB + " .player output").getText()).isEqualTo("35 %");
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

    Path file = download("Animation", downloads, "-animation.png");
    assertThat(file.getFileName()).asString().startsWith("a-red-apple-a-red-apple-");
    assertThat(frames(Files.readAllBytes(file), "image/png"))
        .isEqualTo(
            Stream.of(1, 2, 3, 4, 3, 2)
                .map(i -> pixels(JOB + " .tile:nth-child(" + i + ") .picture.done"))
                .toList());
  }

  @Test
  void aWalkGoesThroughChosenPicturesAndBackToTheFirst(@TempDir Path downloads) throws IOException {
    draw("a green frog", 1);
    browser.awaitText(JOB + ".ended .job-title", "a green frog");
    openAnd("Mix with…");
    assertThat(browser.find("#viewer .check").isDisplayed()).isFalse();
    browser.find("#viewer .thumb:nth-child(2)").click();
    browser.find("#viewer .thumb:nth-child(1)").click();
    assertThat(browser.find("#viewer .thumb:nth-child(2) .place").getText()).isEqualTo("2");
    assertThat(browser.find("#viewer .thumb:nth-child(1) .place").getText()).isEqualTo("3");
    browser.find("#viewer .check input").click();
    set("#viewer input[type=number]", "24");
    browser.find("#viewer button[type=submit]").click();
    browser.awaitText("#viewer [role=alert]", "69 pictures (expected: at most 48)");
    set("#viewer input[type=number]", "3");
    browser.find("#viewer button[type=submit]").click();
    browser.awaitText(JOB + ".ended .job-kind", "WALK");
    assertThat(captions())
        .containsExactly(
            "picture 1", "1 → 2, 50 %", "picture 2", "2 → 3, 50 %", "picture 3", "3 → 1, 50 %");
    assertThat(drawn(6)).hasSize(6);

    byte[] gif = Files.readAllBytes(download("GIF", downloads, ".gif"));
    assertThat(new String(gif, StandardCharsets.ISO_8859_1))
        .startsWith("GIF89a")
        .contains("NETSCAPE2.0", "XMP DataXMP", "compositeWithTrainedAlgorithmicMedia");
    List<String> frames = frames(gif, "image/gif");
    assertThat(frames).hasSize(6); // a circle does not turn back
    for (int i = 1; i <= 6; i++) { // a frame has fewer colours than its picture
      String drawn = pixels(JOB + " .tile:nth-child(" + i + ") .picture.done");
      assertThat(difference(frames.get(i - 1), drawn)).isLessThan(16);
    }
  }

  /** The toy's pictures of a walk are too similar for their order to be seen in few colours. */
  @Test
  void theFramesOfAGifAreInOrder() throws IOException {
    List<String> colours = List.of("#ff0000", "#00ff00", "#0000ff");
    Object made =
        browser.script(
            """
            return Promise.all(arguments[0].map((colour) => {
              const canvas = new OffscreenCanvas(16, 16);
              const context = canvas.getContext('2d');
              context.fillStyle = colour;
              context.fillRect(0, 0, 16, 16);
              return canvas.convertToBlob();
            })).then(async (blobs) => {
              const { gif } = await import('/page/gif.js');
              const bytes = new Uint8Array(await (await gif(blobs, 200)).arrayBuffer());
              return btoa(String.fromCharCode(...bytes));
            });
            """,
            colours);
    List<String> frames = frames(Base64.getDecoder().decode(String.valueOf(made)), "image/gif");
    assertThat(frames).hasSize(3);
    for (int i = 0; i < 3; i++) {
      int expected = Integer.parseInt(colours.get(i).substring(1), 16);
      int actual = decoded(frames.get(i)).getRGB(8, 8);
      for (int shift = 0; shift < 24; shift += 8) {
        assertThat(actual >> shift & 255).isCloseTo(expected >> shift & 255, within(8));
      }
    }
  }

  @Test
  void aPictureThatIsNoLongerChosenIsNotOnTheWay() {
    draw("a green frog", 1);
    browser.awaitText(JOB + ".ended .job-title", "a green frog");
    openAnd("Mix with…");
    browser.find("#viewer .thumb:nth-child(1)").click();
    browser.find("#viewer .thumb:nth-child(2)").click();
    browser.find("#viewer .thumb:nth-child(1)").click();
    assertThat(browser.all("#viewer .place").stream().map(WebElement::getText))
        .containsExactly("2");
    assertThat(browser.find("#viewer .check").isDisplayed()).isFalse();
    set("#viewer input[type=number]", "2");
    browser.find("#viewer button[type=submit]").click();
    browser.awaitText(JOB + ".ended .job-kind", "MIXED");
    assertThat(captions()).containsExactly("0 %", "100 %");
  }

  /** Presses a button of the player, and returns the downloaded file. */
  private Path download(String button, Path folder, String suffix) {
    browser
        .driver()
        .executeCdpCommand(
            "Browser.setDownloadBehavior",
            Map.of("behavior", "allow", "downloadPath", folder.toString()));
    browser.script(
        "[...document.querySelectorAll('.player button')].find(b => b.textContent === arguments[0])"
            + ".click()",
        button);
    browser.until(d -> downloaded(folder, suffix).isPresent());
    return downloaded(folder, suffix).orElseThrow();
  }

  private static Optional<Path> downloaded(Path folder, String suffix) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(suffix)).findFirst();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The mean difference of the colours of two data URLs, of 255. */
  private static double difference(String first, String second) throws IOException {
    BufferedImage[] images = {decoded(first), decoded(second)};
    long sum = 0;
    for (int y = 0; y < images[0].getHeight(); y++) {
      for (int x = 0; x < images[0].getWidth(); x++) {
        int a = images[0].getRGB(x, y);
        int b = images[1].getRGB(x, y);
        for (int shift = 0; shift < 24; shift += 8) {
          sum += Math.abs((a >> shift & 255) - (b >> shift & 255));
        }
      }
    }
    return sum / (3.0 * images[0].getWidth() * images[0].getHeight());
  }

  private static BufferedImage decoded(String url) throws IOException {
    byte[] png = Base64.getDecoder().decode(url.substring(url.indexOf(',') + 1));
    return ImageIO.read(new ByteArrayInputStream(png));
  }

  /** The pixels of each frame of an animated file, as the browser decodes it. */
  @SuppressWarnings("unchecked") // the script returns a list of texts
  private List<String> frames(byte[] file, String type) {
    return (List<String>)
        requireNonNull(
            browser.script(
                """
                const data = Uint8Array.from(atob(arguments[0]), (c) => c.charCodeAt(0));
                const decoder = new ImageDecoder({ data, type: arguments[1] });
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
                Base64.getEncoder().encodeToString(file),
                type));
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
