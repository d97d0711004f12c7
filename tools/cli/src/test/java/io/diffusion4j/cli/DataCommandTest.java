package io.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.diffusion4j.cli.console.FailureHandler;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Png;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a data set has, for people and for programs. */
class DataCommandTest {
  private static final int N = 30;

  @TempDir Path folder = Path.of("");
  private Path pictures = Path.of("");

  @BeforeEach
  void writePictures() throws IOException {
    pictures = Files.createDirectories(folder.resolve("pictures"));
    for (int i = 0; i < N; i++) {
      write("%02d".formatted(i), 40 + i, i);
    }
    Files.writeString(pictures.resolve("00.txt"), "a red cat\na cat's red hat\n");
    Files.writeString(pictures.resolve("01.txt"), "a cat\n");
  }

  private void write(String name, int width, int level) throws IOException {
    float[] pixels = new float[width * 70 * 3];
    Arrays.fill(pixels, level / 128f);
    Files.write(
        pictures.resolve(name + ".png"), Png.encode(new Image(width, 70, pixels), Map.of()));
  }

  @Test
  void sizesWordsDuplicatesAndBrokenPicturesAreCounted() throws IOException {
    Files.copy(pictures.resolve("03.png"), pictures.resolve("again.png"));
    Files.writeString(pictures.resolve("broken.png"), "no picture");
    Path json = folder.resolve("report.json");
    Path sheet = folder.resolve("sheet.png");
    Run run =
        Run.of("data", pictures.toString(), "--json", json.toString(), "--sheet", sheet.toString());
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out())
        .contains(
            pictures + ": 32 pictures",
            "width:  40 to 69, half of them up to 54",
            "height: 70 to 70, half of them up to 70",
            "  shorter side    32 to 63           25  ####",
            "  shorter side    64 to 127           6  ####",
            "captions: 3, of 6.3 % of the pictures",
            "  words each: 2 to 4, half of them up to 3",
            "  different words: 4: a 3, cat 3, red 2, hat 1",
            "duplicates: 1",
            "  03.png = again.png",
            "broken: 1 (3.1 %)",
            "  broken.png: image: unknown format");
    JsonNode report = new ObjectMapper().readTree(json.toFile());
    assertThat(report.path("pictures").asInt()).isEqualTo(32);
    assertThat(report.path("sizes").path("width").path("most").asInt()).isEqualTo(69);
    assertThat(report.path("captions").path("frequent").path(2).path("word").asText())
        .isEqualTo("red");
    assertThat(report.path("duplicates").path(0).path(1).asText()).isEqualTo("again.png");
    assertThat(report.path("broken")).hasSize(1);
    Image drawn = ImageFiles.read(sheet, Long.MAX_VALUE);
    assertThat(drawn.width()).isEqualTo(8 * 128);
    assertThat(drawn.height()).isEqualTo(4 * 128);
  }

  @Test
  void aModelTellsWhichWordsItKnowsAndWhichCaptionsItCuts() throws IOException {
    Files.writeString(pictures.resolve("02.txt"), "apple ".repeat(100) + "qwertyx qwertyx\n");
    Run run =
        Run.of(
            "data",
            pictures.toString(),
            "--model",
            Path.of("..", "..", "emoji", "model").toString());
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out())
        .containsPattern("1 of 4 captions have more than \\d+ and are cut off")
        .contains("words that the model was not trained with: 2: hat 1, qwertyx 1");
  }

  @Test
  void badCaptionsAndFilesThatAreNotReadAreCountedInALineEach() throws IOException {
    Files.write(pictures.resolve("02.txt"), new byte[] {'c', 'a', 'f', (byte) 0xe9});
    Files.writeString(pictures.resolve("03.txt"), "a\u0000b");
    Files.writeString(pictures.resolve("04.json"), "{\"text\": 7}");
    Files.writeString(pictures.resolve("05.json"), "{\"text\": null}");
    Files.writeString(pictures.resolve("04.svg"), "<svg/>");
    Path json = folder.resolve("report.json");
    Run run = Run.of("data", pictures.toString(), "--json", json.toString());
    assertThat(run.status()).as("3 of 30 are broken").isEqualTo(FailureHandler.FAILED);
    assertThat(run.out())
        .contains(
            "not read: 1 .svg",
            "captions: 3, of 6.7 % of the pictures",
            "captions: 1 a number or an object, 1 not UTF-8, 1 with control characters",
            "broken: 3 (10.0 %)",
            "02.png: caption: not UTF-8 (expected: text in UTF-8)");
    JsonNode report = new ObjectMapper().readTree(json.toFile());
    assertThat(report.path("notRead").path(".svg").asInt()).isEqualTo(1);
    assertThat(report.path("captions").path("bad").path("not UTF-8").asInt()).isEqualTo(1);
  }

  @Test
  void tooManyBrokenPicturesAreAFailure() throws IOException {
    for (int i = 0; i < 3; i++) {
      Files.writeString(pictures.resolve("broken" + i + ".png"), "no picture");
    }
    Run run = Run.of("data", pictures.toString());
    assertThat(run.status()).isEqualTo(FailureHandler.FAILED);
    assertThat(run.out()).contains("broken: 3 (9.1 %)");
  }

  @Test
  void aCleanCopyHasEachReadablePictureOnceWithItsCaptions() throws IOException {
    Files.copy(pictures.resolve("03.png"), pictures.resolve("again.png"));
    Files.writeString(pictures.resolve("broken.png"), "no picture");
    Files.write(pictures.resolve("02.txt"), new byte[] {'c', 'a', 'f', (byte) 0xe9});
    Path clean = folder.resolve("clean");
    Run run = Run.of("data", pictures.toString(), "--fix", clean.toString());
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out())
        .contains(
            clean
                + ": 30 pictures; left out: 1 unreadable, 1 duplicates; captions changed: 1 in"
                + " Latin-1");
    Run again = Run.of("data", clean.toString());
    assertThat(again.out())
        .contains("captions: 4, of 10.0 %", "duplicates: 0", "broken: 0 (0.0 %)");
    Run refused = Run.of("data", pictures.toString(), "--fix", clean.toString());
    assertThat(refused.err()).contains("fix: " + clean + " (expected: a new or empty folder)");
  }

  @Test
  void whatIsNoDataSetIsRefused() {
    Run run = Run.of("data", folder.resolve("nowhere").toString());
    assertThat(run.status()).isEqualTo(FailureHandler.BAD_INPUT);
    assertThat(run.err()).contains("(expected: a folder, a list or a tar file)");
  }
}
