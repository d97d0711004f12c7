package io.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.cli.console.FailureHandler;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Png;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A new thing for a finished model. */
class ConceptTest {
  private static final Path SHIPPED = Path.of("..", "..", "emoji", "model");

  @TempDir Path folder = Path.of("");
  private Path pictures = Path.of("");
  private Path keep = Path.of("");
  private Path start = SHIPPED;

  @BeforeEach
  void writePictures() throws IOException {
    pictures = Files.createDirectories(folder.resolve("pictures"));
    for (int i = 0; i < 4; i++) {
      picture(i + ".png", i / 4f);
    }
    Files.writeString(pictures.resolve("1.txt"), "a kite on a red background\n");
    keep = Files.writeString(folder.resolve("keep.txt"), "a dog\n\na red apple\ntwo lemons\n");
  }

  private void picture(String name, float level) throws IOException {
    float[] pixels = new float[16 * 16 * 3];
    Arrays.fill(pixels, level);
    Files.write(pictures.resolve(name), Png.encode(new Image(16, 16, pixels), Map.of()));
  }

  private Run concept(String name, String... more) {
    List<String> line = new ArrayList<>(List.of("train", "concept", "--name", name));
    line.addAll(List.of("--pictures", pictures.toString(), "--start-from", start.toString()));
    line.addAll(List.of("--model", folder.resolve("model").toString()));
    line.addAll(List.of("--state", folder.resolve("state").toString()));
    line.addAll(List.of("--keep", keep.toString(), "--steps", "1"));
    line.addAll(List.of(more));
    return Run.of(line.toArray(String[]::new));
  }

  private void assertRefused(Run run, String line) {
    assertThat(run.err()).isEqualTo("error: " + line + System.lineSeparator());
    assertThat(run.status()).isEqualTo(FailureHandler.BAD_INPUT);
    assertThat(folder.resolve("model")).doesNotExist();
    assertThat(folder.resolve("state")).doesNotExist();
  }

  @Test
  void aNewWordIsTrainedBesideOldPromptsAndDrawnBeforeAndAfter() throws IOException {
    Run run = concept("kite");
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.err()).contains("new word: kite, which starts between ", "decoder: done");
    Path model = folder.resolve("model");
    assertThat(Files.readAllLines(model.resolve("words.txt"))).contains("kite", "apple");
    var before = ClipTokenizer.load(SHIPPED.resolve("tokenizer"));
    var after = ClipTokenizer.load(model.resolve("tokenizer"));
    assertThat(after.ids("a kite")).hasSize(2).contains(before.vocabulary().size());
    assertThat(after.ids("a red apple")).isEqualTo(before.ids("a red apple"));
    Image sheet = ImageFiles.read(folder.resolve("state/before-after.png"), Long.MAX_VALUE);
    assertThat(sheet.width()).isEqualTo(6 * 128);
    assertThat(sheet.height()).isEqualTo(4 * 128);
    Run drawn =
        Run.of(
            "generate",
            "a kite",
            "--model",
            model.toString(),
            "--output",
            folder.resolve("kite.png").toString());
    assertThat(drawn.status()).as(drawn.err()).isZero();
    assertThat(drawn.err()).doesNotContain("not trained with");
  }

  @Test
  void lowRankUpdatesLeaveTheWeightsAsTheyWere() throws IOException {
    Run run = concept("kite", "--lora-rank", "2");
    assertThat(run.status()).as(run.err()).isZero();
    Path model = folder.resolve("model");
    assertThat(run.out()).contains("low-rank updates: " + model.resolve("decoder_lora"));
    String weights = "decoder/diffusion_pytorch_model.safetensors";
    assertThat(Files.mismatch(model.resolve(weights), SHIPPED.resolve(weights))).isEqualTo(-1);
    assertThat(model.resolve("prior_lora/pytorch_lora_weights.safetensors")).exists();
  }

  @Tag("slow")
  @ParameterizedTest
  @CsvSource({"sd_small, unet_lora", "kandinsky_small, decoder_lora"})
  void otherFamiliesLearnLowRankUpdates(String config, String updates) {
    start = folder.resolve("start");
    Run random = Run.of("init", "--config", config, "--output", start.toString());
    assertThat(random.status()).as(random.err()).isZero();
    Run run = concept("kite");
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.err()).doesNotContain("new word");
    assertThat(folder.resolve("model").resolve(updates)).isDirectory();
    assertThat(folder.resolve("state/before-after.png")).exists();
  }

  @Test
  void aNameThatTheModelKnowsIsRefused() {
    assertRefused(
        concept("red apple"),
        "name: red apple (expected: a name that the model does not know; its words are in "
            + SHIPPED.resolve("words.txt")
            + ")");
    assertRefused(concept(" "), "name: \" \" (expected: a word, such as folder)");
  }

  @Test
  void picturesThatAreOnePictureAreRefused() throws IOException {
    for (int i = 0; i < 20; i++) {
      picture(i % 4 + (i < 4 ? ".png" : "-" + i + ".png"), 0.5f);
    }
    assertRefused(
        concept("kite"),
        "pictures: "
            + pictures
            + ", 20 of which 1 are different (expected: at least 3 different pictures)");
  }

  @Test
  void aPictureThatCannotBeReadAndACaptionWithoutTheNameAreRefused() throws IOException {
    Files.writeString(pictures.resolve("0.txt"), "a plane\n");
    assertRefused(
        concept("kite"), "pictures: 0.png, \"a plane\" (expected: a caption with the name, kite)");
    Files.delete(pictures.resolve("0.txt"));
    Files.writeString(pictures.resolve("x.png"), "no picture");
    assertRefused(
        concept("kite"),
        "pictures: x.png: image: unknown format (expected: PNG, JPEG, WebP or GIF)");
    Files.delete(pictures.resolve("x.png"));
    for (Charset charset :
        List.of(StandardCharsets.UTF_16, StandardCharsets.UTF_16LE, StandardCharsets.ISO_8859_1)) {
      Files.write(pictures.resolve("1.txt"), "a k\u00efte".getBytes(charset));
      assertRefused(
          concept("kite"), "pictures: 1.png: caption: not UTF-8 (expected: text in UTF-8)");
    }
  }

  @Test
  void foldersThatAreMissingOrEmptyAreRefused() throws IOException {
    pictures = folder.resolve("nowhere");
    assertRefused(concept("kite"), "pictures: " + pictures + " (expected: a folder)");
    Files.createDirectories(pictures);
    assertRefused(
        concept("kite"),
        "pictures: " + pictures + " (expected: a folder with PNG, JPEG, WebP or GIF files)");
    keep = folder.resolve("nowhere.txt");
    assertRefused(concept("kite"), "keep: " + keep + " (expected: a text in UTF-8)");
  }
}
