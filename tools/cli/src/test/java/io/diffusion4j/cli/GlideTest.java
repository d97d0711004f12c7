package io.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.diffusion4j.checkpoint.SafetensorsFile;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.glide.GlideFolders;
import io.diffusion4j.golden.GoldenRoots;
import io.diffusion4j.nn.RandomWeights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command on folders of GLIDE's networks with the weights of the golden values. */
final class GlideTest {
  private static final int SIZE = 16;
  private static final int VOCABULARY = 64;

  private Path folder;
  private Path model;

  @BeforeEach
  void writeModels(@TempDir Path temporary) throws IOException {
    folder = temporary;
    model = folder.resolve("glide");
    golden(model.resolve("base"), "base", "Text2ImUNet");
    golden(model.resolve("upsample"), "upsample", "SuperResText2ImUNet");
    tokenizer(model.resolve("tokenizer"));
  }

  /** A network that completes pictures, and an untrained upsampler that does. */
  private Path inpaint() throws IOException {
    Path other = folder.resolve("inpaint");
    golden(other.resolve("base"), "inpaint", "InpaintText2ImUNet");
    Path upsampler = other.resolve("upsample");
    golden(upsampler, "upsample", "SuperResInpaintText2ImUnet");
    var config = GlideFolders.read(upsampler);
    GlideFolders.write(
        upsampler, config, RandomWeights.of(GlideFolders.manifest(config), 1), Map.of());
    tokenizer(other.resolve("tokenizer"));
    return other;
  }

  private static void golden(Path network, String name, String className) throws IOException {
    Files.createDirectories(network);
    Path golden = GoldenRoots.shipped().first("glide").resolve(name);
    Files.copy(golden.resolve("model.safetensors"), network.resolve("model.safetensors"));
    var json = new ObjectMapper();
    var reference = json.readTree(golden.resolve("case.json").toFile());
    ObjectNode config = reference.get("constructor").deepCopy();
    config.remove("tokenizer");
    config
        .put("_class_name", className)
        .put("n_vocab", VOCABULARY)
        .put("image_size", SIZE)
        .put("groups", reference.get("groups").asInt());
    json.writeValue(network.resolve("config.json").toFile(), config);
  }

  /** Letters, digits and spaces; what else there may be is never met. */
  private static void tokenizer(Path tokenizer) throws IOException {
    Files.createDirectories(tokenizer);
    List<String> symbols = new ArrayList<>(List.of("Ġ"));
    "abcdefghijklmnopqrstuvwxyz0123456789".chars().forEach(c -> symbols.add("" + (char) c));
    for (int i = symbols.size(); i < VOCABULARY - 1; i++) {
      symbols.add("<" + i + ">");
    }
    symbols.add("<|endoftext|>");
    var json = new ObjectMapper().createObjectNode();
    symbols.forEach(symbol -> json.put(symbol, json.size()));
    Files.writeString(tokenizer.resolve("vocab.json"), json.toString());
    Files.writeString(tokenizer.resolve("merges.txt"), "#version: 0.2\n");
  }

  private Run glide(Path from, String name, String... arguments) {
    return Run.of(
        Stream.concat(
                Stream.of("generate", "--model", from.toString(), "--base-steps", "3"),
                Stream.concat(
                    Stream.of(
                        "--upsampler-steps", "2", "--output", folder.resolve(name).toString()),
                    Stream.of(arguments)))
            .toArray(String[]::new));
  }

  private byte[] pixels(String name) throws IOException {
    return Rgb8.of(ImageFiles.read(folder.resolve(name), SIZE * SIZE)).pixels();
  }

  @Test
  void promptsBecomePicturesThatTheSeedMakesAgain() throws IOException {
    Path raw = folder.resolve("raw.safetensors");
    Run run = glide(model, "a.png", "a cat", "two dogs", "--seed", "7", "--raw", raw.toString());
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("a-1.png: 16×16 pixels, seed 7")
        .containsPattern("base [0-9.]+ s, upsampler [0-9.]+ s, in all");
    try (var file = SafetensorsFile.open(raw)) {
      assertThat(file.info("image").shape()).containsExactly(2, SIZE, SIZE, 3);
    }
    assertThat(glide(model, "b.png", "a cat", "two dogs", "--seed", "7").status()).isZero();
    assertThat(pixels("b-1.png")).isEqualTo(pixels("a-1.png"));
    assertThat(pixels("b-2.png")).isEqualTo(pixels("a-2.png")).isNotEqualTo(pixels("a-1.png"));
    assertThat(glide(model, "c.png", "a cat", "two dogs", "--seed", "8").status()).isZero();
    assertThat(pixels("c-1.png")).isNotEqualTo(pixels("a-1.png"));
  }

  @Test
  void aNoisedClipGuidesTheBase() throws IOException {
    Path clip = folder.resolve("clip");
    Run trained =
        Run.of(
            "train",
            "noised-clip",
            "--preset",
            "tiny",
            "--steps",
            "2",
            "--model",
            clip.toString(),
            "--state",
            folder.resolve("state").toString());
    assertThat(trained.status()).as(trained.err()).isZero();
    String[] guided = {
      "a cat", "--seed", "7", "--guidance", "clip", "--guidance-scale", "30", "--noised-clip"
    };
    String[] by = append(guided, clip.resolve("noised_clip").toString());
    Run run = glide(model, "guided.png", by);
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(glide(model, "again.png", by).status()).isZero();
    assertThat(glide(model, "plain.png", "a cat", "--seed", "7").status()).isZero();
    assertThat(pixels("again.png")).isEqualTo(pixels("guided.png"));
    assertThat(pixels("guided.png")).isNotEqualTo(pixels("plain.png"));
    assertThat(glide(model, "none.png", "a cat", "--guidance", "clip").err())
        .contains("guidance: \"clip\" (expected: none; the model has no guide for base)");
  }

  @Test
  void aStudentDrawsInItsSteps() throws IOException {
    String student = folder.resolve("student").toString();
    Path captions = Files.writeString(folder.resolve("captions.txt"), "a cat\ntwo dogs\n");
    Run distilled = distill(student, "--captions", captions.toString(), "--pairs", "8");
    assertThat(distilled.status()).as(distilled.err()).isZero();
    String picture = folder.resolve("few.png").toString();
    String[] line = {"generate", "a cat", "--model", student, "--output", picture};
    Run drawn = Run.of(line);
    assertThat(drawn.status()).as(drawn.err()).isZero();
    assertThat(drawn.err()).contains("base: 1/1", "upsampler: 1/1");
    assertThat(Run.of("replay", picture, "--model", student).out())
        .contains("the same file, bit for bit");
    assertThat(Run.of("doctor", "--model", student).err())
        .contains("base: distilled to steps: 1 (direct, guidance 3.0) from sha256:")
        .contains("upsampler: distilled to steps: 1 (direct, guidance 1.0) from sha256:");
    assertThat(Run.of(append(line, "--base-steps=100")).err())
        .contains("100 (expected: 1, for which the model was distilled)");
    assertThat(Run.of(append(line, "--base-guidance=3")).err())
        .contains("base-guidance: 3.0 (expected: 1; this stage has no guidance)");
  }

  private Run distill(String student, String... more) {
    String[] line = {
      "distill", model.toString(), "--output", student, "--teacher-steps", "4", "--batch", "4"
    };
    return Run.of(
        Stream.of(line, more, new String[] {"--steps", "2"})
            .flatMap(Stream::of)
            .toArray(String[]::new));
  }

  @Test
  void aStudentLearnsFromPictures() throws IOException {
    Path pictures = Files.createDirectories(folder.resolve("pictures"));
    GreyPictures.write(pictures);
    String student = folder.resolve("student").toString();
    Run distilled =
        distill(student, "--data", pictures.toString(), "--method=consistency", "--part=base");
    assertThat(distilled.status()).as(distilled.err()).isZero();
    Path learned = folder.resolve("student-state/base/data/pairs-00000.safetensors");
    try (var samples = SafetensorsFile.open(learned)) {
      assertThat(samples.shape("samples")[0]).isEqualTo(GreyPictures.COUNT);
    }
    String picture = folder.resolve("few.png").toString();
    Run drawn = Run.of("generate", "a cat", "--model", student, "--output", picture);
    assertThat(drawn.status()).as(drawn.err()).isZero();
    assertThat(drawn.err()).contains("base: 1/1");
  }

  private static String[] append(String[] arguments, String last) {
    return Stream.concat(Stream.of(arguments), Stream.of(last)).toArray(String[]::new);
  }

  @Test
  void whatIsBlackInTheMaskIsKept() throws IOException {
    float[] pixels = new float[SIZE * SIZE * 3];
    float[] mask = new float[pixels.length];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = i % 17 / 8f - 1;
      mask[i] = i < pixels.length / 2 ? -1 : 1;
    }
    var picture = new Image(SIZE, SIZE, pixels);
    Files.write(folder.resolve("picture.png"), Png.encode(picture, Map.of()));
    Files.write(folder.resolve("mask.png"), Png.encode(new Image(SIZE, SIZE, mask), Map.of()));
    Run run =
        Run.of(
            "inpaint",
            folder.resolve("picture.png").toString(),
            "a cat",
            "--mask",
            folder.resolve("mask.png").toString(),
            "--model",
            inpaint().toString(),
            "--base-steps",
            "3",
            "--upsampler-steps",
            "2",
            "--output",
            folder.resolve("done.png").toString());
    assertThat(run.status()).as(run.err()).isZero();
    byte[] done = pixels("done.png");
    byte[] given = Rgb8.of(picture).pixels();
    int kept = done.length / 2;
    for (int i = 0; i < kept; i++) {
      assertThat(done[i]).isEqualTo(given[i]);
    }
    assertThat(java.util.Arrays.copyOfRange(done, kept, done.length))
        .isNotEqualTo(java.util.Arrays.copyOfRange(given, kept, given.length));
  }

  @Test
  void aPromptThatIsTooLongIsToldSo() {
    Run run = glide(model, "a.png", "a cat and a dog");
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.err()).contains("warning: prompt: not read from \"");
  }

  @Test
  void aFolderIsInspected() throws IOException {
    Run sound = Run.of("inspect", model.toString());
    assertThat(sound.status()).as(sound.out()).isZero();
    assertThat(sound.out()).contains("Text2ImUNet").contains("SuperResText2ImUNet").contains("F32");

    golden(folder.resolve("broken/base"), "upsample", "Text2ImUNet");
    Run broken = Run.of("inspect", folder.resolve("broken").toString());
    assertThat(broken.status()).isEqualTo(1);
    assertThat(broken.out())
        .contains("shape of input_blocks.0.0.weight: [8, 6, 3, 3] (expected: [8, 3, 3, 3])")
        .contains("upsample: no such folder")
        .contains("tokenizer: no such folder");
  }

  private void assertRefused(String line, String... arguments) {
    Run run = Run.of(arguments);
    assertThat(run.err()).isEqualTo("error: " + line + System.lineSeparator());
    assertThat(run.status()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({
    "--base-steps, 0, base-steps: 0 (expected: ≥ 1)",
    "--upsampler-steps, -1, upsampler-steps: -1 (expected: ≥ 1)",
    "--base-guidance, -2, base-guidance: -2.0 (expected: ≥ 0)",
  })
  void aWrongOptionIsNamed(String option, String value, String line) {
    assertRefused(line, "generate", "a cat", "--model", model.toString(), option, value);
  }

  @Test
  void whatCannotBeDoneIsSaidBeforeTheWork() throws IOException {
    Path picture = folder.resolve("picture.png");
    Files.write(picture, Png.encode(new Image(4, 4, new float[48]), Map.of()));
    String image = picture.toString();
    String from = model.toString();
    assertRefused("image: nowhere.png (expected: a file)", inpaint("nowhere.png", image, model));
    assertRefused("mask: nowhere.png (expected: a file)", inpaint(image, "nowhere.png", model));
    assertThat(Run.of("inpaint", image, "a cat", "--model", from).err())
        .contains("Missing required option: '--mask=FILE'");
    Run unable = Run.of(inpaint(image, image, model)); // the model tells, when it is loaded
    assertThat(unable.err())
        .endsWith(
            "error: task: inpaint (expected: one of text_to_image, which is what glide can do)"
                + System.lineSeparator());
    assertThat(unable.status()).isEqualTo(2);
    assertRefused(
        "model: "
            + folder
            + " (expected: a folder with model_index.json, or with config.json of a UNet2DModel,"
            + " DiTTransformer2DModel or UViT, or with GLIDE's base, upsample and tokenizer)",
        "generate",
        "a cat",
        "--model",
        folder.toString());
    assertRefused("prompt: \" \" (expected: some words)", "generate", " ", "--model", from);
  }

  private static String[] inpaint(String image, String mask, Path from) {
    return new String[] {"inpaint", image, "a cat", "--mask", mask, "--model", from.toString()};
  }

  @Test
  void removedCommandsNameTheOnesThatReplaceThem() {
    assertRefused(
        "glide: removed (expected: diffusion4j generate PROMPT --model DIR, or with a mask"
            + " diffusion4j inpaint IMAGE PROMPT --mask FILE --model DIR)",
        "glide",
        "a cat",
        "--model",
        model.toString());
    assertRefused(
        "edit: removed (expected: diffusion4j img2img IMAGE PROMPT --strength X, or with a mask"
            + " diffusion4j inpaint IMAGE PROMPT --mask FILE)",
        "edit",
        "apple.png",
        "a green apple",
        "--mask",
        "middle.png");
  }
}
