package io.diffusion4j.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.cli.Run;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.nn.train.TrainingRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The plugins of docs/research.md train and draw; those with faults are refused. */
class ResearchTest {
  private static final Map<String, Integer> LINES =
      Map.of(
          "HuberLoss", 15,
          "KotlinLoss", 15,
          "SizeMetric", 10,
          "KotlinMetric", 10,
          "ConvBackbone", 40,
          "KotlinBackbone", 40,
          "PlainSampler", 20,
          "KotlinSampler", 20);

  @TempDir private static Path folder = Path.of("");
  private static Path trained = Path.of("");

  @BeforeAll
  static void aModelWithoutDecoder() {
    trained = folder.resolve("model");
    for (String part : List.of("clip", "prior")) {
      Run run = train(part, "1", "first");
      assertThat(run.status()).as(run.err()).isZero();
    }
  }

  private static Run train(String part, String steps, String state, String... more) {
    return Run.of(
        Stream.concat(
                Stream.of(
                    "train",
                    part,
                    "--preset",
                    "tiny",
                    "--steps",
                    steps,
                    "--batch",
                    "4",
                    "--model",
                    trained.toString(),
                    "--state",
                    folder.resolve(state).toString()),
                Arrays.stream(more))
            .toArray(String[]::new));
  }

  private static Path jar(String name, String code) throws IOException {
    return PluginJars.ofJava(
        Files.createDirectories(folder.resolve(name)), "example." + name, code);
  }

  private static String example(String name) throws IOException {
    return PluginJars.example("research.md", "java", "package example;")
        + "\n"
        + PluginJars.example("research.md", "java", "class " + name);
  }

  private static Path jar(String name) throws IOException {
    return jar(name, example(name));
  }

  private static String jarOf(String... names) throws IOException {
    Map<String, String> codes = new TreeMap<>();
    for (String name : names) {
      codes.put("example." + name, example(name));
    }
    return PluginJars.ofJava(folder, "research", codes).toString();
  }

  @Test
  void theProgramsOfThePageAreShort() throws IOException {
    for (var most : LINES.entrySet()) {
      String language = most.getKey().startsWith("Kotlin") ? "kotlin" : "java";
      String code = PluginJars.example("research.md", language, "class " + most.getKey());
      assertThat(code.lines()).hasSizeLessThanOrEqualTo(most.getValue());
      if (language.equals("kotlin")) {
        assertThat(Path.of("src/test/kotlin/example/KotlinResearch.kt")).content().contains(code);
      }
    }
  }

  @Test
  void aDecoderIsTrainedAndDrawnWithThem() throws IOException {
    String jar = jarOf("HuberLoss", "SizeMetric", "ConvBackbone", "TrainingParts", "PlainSampler");
    String[] all = {
      "--plugin", jar,
      "--technique", "loss=huber",
      "--technique", "backbone=conv",
      "--technique", "augmentation=negative",
      "--optimizer", "lion",
      "--schedule", "root",
      "--engine", "onednn"
    };
    Run run = train("decoder", "2", "own", all);
    assertThat(run.status()).as(run.err()).isZero();
    try (var weights = Checkpoint.open(trained.resolve("decoder"), Checkpoint.DIFFUSERS)) {
      assertThat(weights.names()).contains("blocks.3.conv.weight");
      assertThat(weights.metadata().get("diffusion4j.techniques"))
          .contains("loss=huber", "backbone=conv", "augmentation=negative");
      assertThat(weights.metadata()).containsEntry("diffusion4j.optimizer", "lion");
      assertThat(weights.metadata().get("diffusion4j.plugins"))
          .contains(
              "loss huber by example.HuberLoss of research.jar sha256:",
              "optimizer lion by",
              "schedule root by",
              "metric mean_size by");
    }
    assertThat(trained.resolve("run-decoder.yaml"))
        .content()
        .contains("--technique=loss=huber", "--optimizer=lion", "plugins: \"augmentation negative");

    Run defaults = train("decoder", "3", "own");
    assertThat(defaults.status()).isEqualTo(1);
    assertThat(defaults.err()).contains("is of another run: plugins: augmentation negative by ");

    for (String part : List.of("upsampler", "upsampler-last")) {
      Run after = train(part, "1", "own", "--plugin", jar("ConvBackbone").toString());
      assertThat(after.status()).as(after.err()).isZero();
    }
    Run without = generate("without.png");
    assertThat(without.status()).isNotZero();
    assertThat(without.err())
        .contains("backbone: conv of ", "(expected: --plugin with the jar that adds it");
    Run drawn = generate("drawn.png", "--plugin", jar, "--decoder-sampler", "plain");
    assertThat(drawn.status()).as(drawn.err()).isZero();
    assertThat(folder.resolve("drawn.png")).isNotEmptyFile();
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "folder"})
  void aModelOfPixelsIsTrainedAndDrawnWithABackbone(String classes) throws IOException {
    Path model = folder.resolve("pixels-" + classes);
    String jar = jar("ConvBackbone").toString();
    Path pictures = folder.resolve("pictures-" + classes);
    for (int i = 0; i < 8; i++) {
      Path file = pictures.resolve(i < 4 ? "light" : "dark").resolve(i + ".png");
      Files.createDirectories(file.getParent());
      float[] pixels = new float[16 * 16 * 3];
      Arrays.fill(pixels, i < 4 ? 0.5f : -0.5f);
      Files.write(file, Png.encode(new Image(16, 16, pixels), Map.of()));
    }
    String[] options = {
      "train",
      "ddpm",
      "--data",
      pictures.toString(),
      "--preset",
      "tiny",
      "--steps",
      "2",
      "--batch",
      "4",
      "--plugin",
      jar,
      "--technique",
      "backbone=conv",
      "--technique",
      "classes=" + classes,
      "--model",
      model.toString(),
      "--state",
      model.resolve("state").toString()
    };
    Run run = Run.of(options);
    assertThat(run.status()).as(run.err()).isZero();
    try (var weights = Checkpoint.open(model.resolve("unet"), Checkpoint.DIFFUSERS)) {
      assertThat(weights.names()).contains("blocks.3.conv.weight");
      assertThat(weights.names().contains("class_embedding.weight"))
          .isEqualTo(classes.equals("folder"));
    }
    Path drawn = folder.resolve(classes + ".png");
    String[] draw = {
      "generate", "--model", model.toString(), "--decoder-steps", "2", "--output", drawn.toString()
    };
    Run without = Run.of(draw);
    assertThat(without.err())
        .contains("backbone: conv of ", "(expected: --plugin with the jar that adds it");
    Run with =
        Run.of(Stream.concat(Stream.of(draw), Stream.of("--plugin", jar)).toArray(String[]::new));
    assertThat(with.status()).as(with.err()).isZero();
    assertThat(drawn).isNotEmptyFile();
    Run again =
        Run.of(
            Stream.concat(Stream.of(options), Stream.of("--start-from", model.toString()))
                .toArray(String[]::new));
    assertThat(again.err()).contains("backbone: conv (expected: preset, with --start-from)");
  }

  @Test
  void aModelOfLatentsIsTrainedAndDrawnWithABackbone() throws IOException {
    Path shapes = Path.of("../families/latent/src/test/resources/shapes");
    Path model = folder.resolve("latents");
    try (var files = Files.walk(shapes)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path to = model.resolve(shapes.relativize(file).toString());
        if (!to.startsWith(model.resolve("unet"))) {
          Files.createDirectories(to.resolveSibling(""));
          Files.copy(file, to);
        }
      }
    }
    String jar = jar("ConvBackbone").toString();
    String state = folder.resolve("latents-state").toString();
    List<String> options = new ArrayList<>(List.of("train", "latent", "--preset", "tiny"));
    options.addAll(List.of("--steps", "2", "--batch", "4", "--plugin", jar));
    options.addAll(List.of("--technique", "backbone=conv", "--state", state));
    options.addAll(List.of("--model", model.toString()));
    Run run = Run.of(options.toArray(String[]::new));
    assertThat(run.status()).as(run.err()).isZero();
    try (var weights = Checkpoint.open(model.resolve("unet"), Checkpoint.DIFFUSERS)) {
      assertThat(weights.names()).contains("blocks.3.conv.weight");
    }
    assertThat(model.resolve("model_index.json")).content().contains("\"PluginLatentBackbone\"");
    Path drawn = folder.resolve("latents.png");
    String[] draw = {
      "generate", "a red circle", "--model", model.toString(), "--steps", "2", "-o", "" + drawn
    };
    assertThat(Run.of(draw).err())
        .contains("backbone: conv of ", "(expected: --plugin with the jar that adds it");
    Run with =
        Run.of(Stream.concat(Stream.of(draw), Stream.of("--plugin", jar)).toArray(String[]::new));
    assertThat(with.status()).as(with.err()).isZero();
    assertThat(drawn).isNotEmptyFile();
    Run examined = Run.of("doctor", "--model", model.toString(), "--plugin", jar);
    assertThat(examined.err()).doesNotContain("Exception");
    options.addAll(List.of("--start-from", model.toString()));
    assertThat(Run.of(options.toArray(String[]::new)).err())
        .contains("backbone: conv (expected: preset, with --start-from)");
  }

  private static Run generate(String name, String... more) {
    return Run.of(
        Stream.concat(
                Stream.of(
                    "generate",
                    "a red apple",
                    "--output",
                    folder.resolve(name).toString(),
                    "--model",
                    trained.toString(),
                    "--prior-steps",
                    "2",
                    "--decoder-steps",
                    "2",
                    "--super-res-steps",
                    "2"),
                Arrays.stream(more))
            .toArray(String[]::new));
  }

  /** A loss of a plugin that takes the place of the return value. */
  private static Path loss(String name, String returned) throws IOException {
    String own =
        example("HuberLoss")
            .replace("HuberLoss", name)
            .replaceFirst("return nn.subtract\\(nn.multiply.*", "return " + returned + ";");
    return jar(name, own);
  }

  @Test
  void aLossThatIsNotFiniteLeavesTheState() throws IOException {
    String plugin =
        loss("RootLoss", "nn.map(Function.LOG, nn.multiply(square, nn.constant(-1)))").toString();
    Run begun = train("prior", "1", "nan", "--plugin", jar("HuberLoss").toString());
    assertThat(begun.status()).as(begun.err()).isZero();
    Path state = folder.resolve("nan/prior").resolve(TrainingRun.STATE);
    byte[] before = Files.readAllBytes(state);
    Run run =
        train(
            "prior",
            "2",
            "nan",
            "--plugin",
            plugin,
            "--technique",
            "loss=huber",
            "--accept-changed",
            "techniques,plugins");
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.err())
        .containsPattern(
            "error: prior: step 1: loss NaN, gradient norm \\S+ \\(expected: finite numbers, with"
                + " loss huber by example.RootLoss of example.RootLoss.jar\\); .*step 1");
    assertThat(Files.readAllBytes(state)).isEqualTo(before);
  }

  @Test
  void aPluginThatCannotBeUsedIsRefusedInOneLine() throws IOException {
    String huber = jar("HuberLoss").toString();
    assertRefused(
        "loss: hubber \\(expected: one of huber, square\\)",
        "--plugin",
        huber,
        "--technique",
        "loss=hubber");
    assertRefused("optimizer: lion \\(expected: one of adamw, muon\\)", "--optimizer", "lion");
    assertRefused(
        "schedule: root \\(expected: one of constant, cosine, linear, wsd\\)",
        "--schedule",
        "root");
    assertRefused(
        "plugin: example.PlainSampler.jar: example.PlainSampler: adds nothing to a training"
            + " \\(expected: .*DenoisingLoss.*\\)",
        "--plugin",
        jar("PlainSampler").toString());
    assertRefused(
        "plugin: loss huber by example.FlatLoss of example.FlatLoss.jar: .*axes.*",
        "--plugin",
        loss("FlatLoss", "nn.mean(square, 9)").toString(),
        "--technique",
        "loss=huber");
    assertRefused(
        "loss: NUMBERS \\[\\] \\(expected: numbers whose first axis is the batch's, -1\\)",
        "--plugin",
        loss("WholeLoss", "nn.mean(square, 0, 1)").toString(),
        "--technique",
        "loss=huber");
    String taken =
        example("HuberLoss").replace("HuberLoss", "TakenLoss").replace("\"huber\"", "\"square\"");
    assertRefused(
        "loss: square \\(expected: a name that is not taken\\)",
        "--plugin",
        jar("TakenLoss", taken).toString());
  }

  private static void assertRefused(String message, String... arguments) {
    Run run = train("prior", "1", "refused", arguments);
    assertThat(run.status()).as(run.err()).isNotZero();
    assertThat(run.err().lines().filter(line -> line.startsWith("error: ")))
        .singleElement()
        .asString()
        .matches("error: " + message);
  }
}
