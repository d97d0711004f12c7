package io.diffusion4j.cli;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.contentOf;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.lora.Lora;
import io.diffusion4j.cli.console.FailureHandler;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.emoji.train.EmojiPreset;
import io.diffusion4j.training.Preview;
import io.diffusion4j.training.events.EventReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A folder of coloured shapes with captions is trained on, all parts, and drawn from. */
@Tag("slow")
@TestInstance(Lifecycle.PER_CLASS)
class OwnPicturesTest {
  private static final Map<String, float[]> COLORS =
      Map.of(
          "red", new float[] {1, -1, -1},
          "green", new float[] {-1, 1, -1},
          "blue", new float[] {-1, -1, 1});
  private static final List<String> SHAPES = List.of("square", "disc", "bar");
  private static final int WIDTH = 48;
  private static final int HEIGHT = 40;

  private final Path folder;
  private final Path pictures;
  private final Path model;

  OwnPicturesTest(@TempDir Path folder) {
    this.folder = folder;
    pictures = folder.resolve("shapes");
    model = folder.resolve("model");
  }

  @BeforeAll
  void trainAllParts() throws IOException {
    Files.createDirectories(pictures);
    for (String color : COLORS.keySet()) {
      for (String shape : SHAPES) {
        String name = color + "-" + shape;
        Files.write(pictures.resolve(name + ".png"), Png.encode(picture(color, shape), Map.of()));
        Files.writeString(pictures.resolve(name + ".txt"), "a " + color + " " + shape + "\n");
      }
    }
    Files.writeString(pictures.resolve("left-out.svg"), "<svg/>");
    Run run = train("all", pictures, "tiny", model, "state", "--steps", "3");
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out()).contains("model: " + model);
    assertThat(run.err()).contains("not read: 1 .svg");
    for (String drawn : List.of("decoder/previews", "upsampler-last/samples")) {
      assertThat(folder.resolve("state").resolve(drawn).resolve("00000003.png")).isNotEmptyFile();
    }
  }

  @Test
  void theModelDraws() {
    Path png = folder.resolve("drawn.png");
    Run run = Run.of("generate", "a red disc", "--model", model.toString(), "-o", png.toString());
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(png).isNotEmptyFile();
    assertThat(run.err()).doesNotContain("was not trained with");
    assertThat(model.resolve("words.txt"))
        .content()
        .contains("disc", "red")
        .doesNotContain("apple");
  }

  @Test
  void theWeightsNameTheFolder() {
    for (String part : List.of("decoder", "prior", "super_res_last")) {
      try (var weights = Checkpoint.open(model.resolve(part), Checkpoint.DIFFUSERS)) {
        assertThat(weights.metadata())
            .containsEntry("diffusion4j.data", pictures.toString())
            .containsEntry("diffusion4j.preset", "tiny");
        assertThat(weights.metadata().get("diffusion4j.techniques")).doesNotContain("captions");
      }
    }
  }

  @Test
  void theSameCommandGivesTheSameWeights() {
    Path other = folder.resolve("other");
    Run again = train("clip", pictures, "tiny", other, "other-state", "--steps", "3");
    assertThat(again.status()).as(again.err()).isZero();
    for (String file : List.of("tokenizer/vocab.json", "image_encoder/model.safetensors")) {
      assertThat(other.resolve(file)).hasSameBinaryContentAs(model.resolve(file));
    }
  }

  @Test
  void aPartIsTrainedAloneFromAFinishedModelOfOtherSizesThanThePresets() throws IOException {
    Path tuned = folder.resolve("tuned");
    String[] from = {"--start-from", model.toString(), "--steps", "1", "--learning-rate", "1e-9"};
    Run run = train("prior", pictures, "emoji", tuned, "tuned-state", from);
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(tuned.resolve("model_index.json")).exists();
    for (String same : List.of("prior/config.json", "tokenizer/vocab.json", "words.txt")) {
      assertThat(tuned.resolve(same)).hasSameBinaryContentAs(model.resolve(same));
    }
    try (var before = Checkpoint.open(model.resolve("prior"), Checkpoint.DIFFUSERS);
        var after = Checkpoint.open(tuned.resolve("prior"), Checkpoint.DIFFUSERS)) {
      for (String name : before.names()) {
        assertThat(after.read(name)).as(name).isEqualTo(before.read(name));
      }
    }
    Files.writeString(
        tuned.resolve("prior/config.json"),
        Files.readString(tuned.resolve("prior/config.json"))
            .replaceFirst("\"embedding_dim\": \\d+", "\"embedding_dim\": 24"));
    from[1] = tuned.toString();
    Run misfit = train("prior", pictures, "tiny", folder.resolve("misfit"), "misfit-state", from);
    assertThat(misfit.err())
        .contains("prior.embedding_dim: 24 (expected: ", ", that of the model's CLIP)");
    Run none = train("prior", pictures, "tiny", folder.resolve("misfit"), "s", "--start-from", "x");
    assertThat(none.err()).contains("start-from: x (expected: the folder of a model)");
  }

  @ParameterizedTest
  @CsvSource({
    "decoder, to_q, .attentions.",
    "prior, to_q, transformer_blocks.",
    "upsampler, conv1, .conv1",
  })
  void lowRankUpdatesAreTrainedBesideTheWeightsAndDrawnWith(
      String part, String targets, String layers) {
    Path tuned = folder.resolve("with-lora-of-" + part);
    Path updates =
        tuned.resolve(part.equals("upsampler") ? "super_res_first_lora" : part + "_lora");
    String[] options = {
      "--start-from",
      model.toString(),
      "--lora-rank",
      "2",
      "--lora-alpha",
      "4",
      "--lora-targets",
      targets,
      "--epochs",
      "1",
      "--batch",
      "2",
      "--accumulate",
      "3",
      "--schedule",
      "linear"
    };
    Run run = train(part, pictures, "tiny", tuned, "lora-state-" + part, options);
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.err()).contains("2 steps of 6 images");
    assertThat(tuned.resolve("decoder/config.json")).exists();
    try (var lora = Lora.open(updates)) {
      assertThat(lora.layers()).isNotEmpty().allMatch(layer -> layer.contains(layers));
    }
    Path png = folder.resolve("with-lora-of-" + part + ".png");
    Run drawn =
        Run.of(
            "generate",
            "a red disc",
            "--model",
            tuned.toString(),
            "--lora",
            updates.toString(),
            "-o",
            png.toString());
    assertThat(drawn.status()).as(drawn.err()).isZero();
    assertThat(png).isNotEmptyFile();
    Run none = train(part, pictures, "tiny", tuned, "s-" + part, "--lora-rank", "2");
    assertThat(none.err()).contains("lora-rank: 2 (expected: a model to start from beside it)");
  }

  @Test
  void aPriorOfOnePassIsTrainedBesideTheOthersAndDrawnWith() {
    Path tuned = folder.resolve("direct");
    String[] from = {
      "--kind",
      "direct",
      "--start-from",
      model.toString(),
      "--steps",
      "2",
      "--validation",
      "0.3",
      "--validate-every",
      "1",
      "--batch",
      "4"
    };
    Run run = train("prior", pictures, "tiny", tuned, "direct-state", from);
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.err()).containsPattern("validation/own cosine -?[01]\\.\\d+");
    Path png = folder.resolve("direct.png");
    String[] draw = {"generate", "a red disc", "--model", tuned.toString(), "-o", png.toString()};
    Run drawn =
        Run.of(
            Stream.concat(Stream.of(draw), Stream.of("--prior", "eclipse")).toArray(String[]::new));
    assertThat(drawn.status()).as(drawn.err()).isZero();
    assertThat(png).isNotEmptyFile();
    Run again = Run.of("replay", png.toString(), "--model", tuned.toString(), "--prior", "eclipse");
    assertThat(again.status()).as(again.err()).isZero();
  }

  @Test
  void aTrainingIsMeasuredAndDrawnWithWhileItGoesOn() throws IOException {
    Path watched = folder.resolve("watched");
    String[] options = {
      "--start-from",
      model.toString(),
      "--steps",
      "2",
      "--batch",
      "2",
      "--validation",
      "0.3",
      "--validate-every",
      "1",
      "--sample",
      "a red disc",
      "--sample",
      "a blue bar",
      "--sample-every",
      "2"
    };
    Run run = train("prior", pictures, "tiny", watched, "watched-state", options);
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.err())
        .containsPattern("prior, step 1: validation/loss \\d")
        .containsPattern(
            "validation/other cosine -?[01]\\.\\d+, validation/own cosine -?[01]\\.\\d+")
        .contains("min left");
    Path state = folder.resolve("watched-state/prior");
    byte[] png = Files.readAllBytes(state.resolve("samples/00000002.png"));
    assertThat(png).isNotEmpty();
    assertThat(EventReader.scalars(state.resolve("events"), "validation/loss").keySet())
        .containsExactly(1L, 2L);
    assertThat(EventReader.scalars(state.resolve("events"), "waiting_for_data")).hasSize(2);
    Run doctor = Run.of("doctor", "--state", folder.resolve("watched-state").toString());
    assertThat(doctor.out())
        .contains("prior, 2 steps", "validation/own cosine", "waiting_for_data", "gradient_norm");
  }

  @Test
  void aDecoderIsSeenBeforeThePartsOfAPipelineExist() throws IOException {
    String[] seen = {
      "--clip", model.toString(), "--steps", "3", "--validation", "0.5", "--sample-every", "2"
    };
    Run run = train("decoder", pictures, "tiny", folder.resolve("seen"), "seen-state", seen);
    assertThat(run.status()).as(run.err()).isZero();
    Path state = folder.resolve("seen-state/decoder");
    Path previews = state.resolve("previews");
    assertThat(previews.toFile().list())
        .as("every two steps, and at the end")
        .containsExactlyInAnyOrder("00000002.png", "00000003.png");
    assertThat(state.resolve("samples")).as("there is no prior").doesNotExist();
    var sheet = ImageFiles.read(previews.resolve("00000003.png"), 1 << 20);
    assertThat(folder.resolve("seen-state/run.html"))
        .content()
        .contains("\"name\":\"decoder\",\"phase\":\"done\"", "\"not read\":\"1 .svg\"")
        .contains("\"previews\":[{\"step\":\"2\",\"png\":\"");
    assertThat(sheet.height()).as("real ones above drawn ones").isEqualTo(2 * 16);
    assertThat(sheet.width()).isBetween(16, Preview.COUNT * 16).isNotEqualTo(sheet.height());

    String[] unseen = seen.clone();
    unseen[7] = "0";
    Path same = folder.resolve("unseen");
    Run other = train("decoder", pictures, "tiny", same, "unseen-state", unseen);
    assertThat(other.status()).as(other.err()).isZero();
    assertThat(folder.resolve("unseen-state/decoder/previews")).doesNotExist();
    String weights = "decoder/diffusion_pytorch_model.safetensors";
    assertThat(same.resolve(weights))
        .hasSameBinaryContentAs(folder.resolve("seen").resolve(weights));
  }

  /** Pictures of the same names, one of which differs. */
  private Path otherPictures(String name) throws IOException {
    Path other = Files.createDirectories(folder.resolve(name));
    try (var files = Files.list(pictures)) {
      for (Path file : files.toList()) {
        Files.copy(file, other.resolve(file.getFileName()));
      }
    }
    Files.writeString(other.resolve("red-disc.txt"), "a crimson disc\n");
    return other;
  }

  @Test
  void aRunIsRepeatedFromItsFileAndOtherDataAreRefused() throws IOException {
    Path preset = folder.resolve("own.yaml");
    try (var tiny = EmojiPreset.class.getResourceAsStream("tiny.yaml")) {
      Files.write(preset, Objects.requireNonNull(tiny).readAllBytes());
    }
    Path first = folder.resolve("first");
    String[] how = {"--steps", "2", "--batch", "4", "--ema-decay", "0.5,0.9", "--flip"};
    Run run = train("clip", pictures, preset.toString(), first, "first-state", how);
    assertThat(run.status()).as(run.err()).isZero();
    Path file = first.resolve("run-clip.yaml");
    assertThat(file)
        .content()
        .contains("--ema-decay=0.5,0.9", "--flip", "clip.vocabulary: \"700\"", "batch_size: \"4\"")
        .doesNotContain("--model", "--state");
    Files.delete(preset); // its content is in the file

    String again = file.toString();
    Path second = folder.resolve("second");
    String[] to = {"--model", second.toString(), "--state", folder.resolve("s2").toString()};
    Run repeated = Run.of("train", "--again", again, to[0], to[1], to[2], to[3]);
    assertThat(repeated.status()).as(repeated.err()).isZero();
    for (String name : List.of("image_encoder/model.safetensors", "run-clip.yaml")) {
      assertThat(second.resolve(name)).hasSameBinaryContentAs(first.resolve(name));
    }

    String other = otherPictures("crimson").toString();
    String state = folder.resolve("s3").toString();
    Run refused =
        Run.of("train", "--again", again, to[0], to[1], "--state", state, "--data", other);
    assertThat(refused.status()).isEqualTo(FailureHandler.BAD_INPUT);
    assertThat(refused.err())
        .containsPattern(
            "data: \\d+ pictures .* \\(expected: .*, as the repeated run had for clip\\)");
  }

  @Test
  void aRunGoesOnWithOtherDataOnlyIfThatIsAcceptedAndTheWeightsNoteIt() throws IOException {
    Path to = folder.resolve("accepting");
    Run run = train("clip", pictures, "tiny", to, "accepting-state", "--steps", "2");
    assertThat(run.status()).as(run.err()).isZero();
    Path other = otherPictures("scarlet");
    Run refused = train("clip", other, "tiny", to, "accepting-state", "--steps", "3");
    assertThat(refused.err()).contains("clip/state.safetensors: is of another run: data: ");
    String[] accept = {"--steps", "3", "--accept-changed", "data,seed"};
    Run accepted = train("clip", other, "tiny", to, "accepting-state", accept);
    assertThat(accepted.status()).as(accepted.err()).isZero();
    assertThat(accepted.err()).contains("clip: data until step 2: ");
    accept[1] = "4";
    Run further = train("clip", pictures, "tiny", to, "accepting-state", accept);
    assertThat(further.status()).as(further.err()).isZero();
    try (var weights = Checkpoint.open(to.resolve("text_encoder"), Checkpoint.TRANSFORMERS)) {
      assertThat(weights.metadata().get("diffusion4j.changed"))
          .containsPattern("^data until step 2: .*; data until step 3: ");
    }
  }

  @Test
  void aPartEndsWhenItsValidationLossStaysAndKeepsTheBestWeights() throws IOException {
    Path to = folder.resolve("best");
    String[] options = {
      "--steps",
      "9",
      "--validation",
      "0.4",
      "--validate-every",
      "1",
      "--checkpoint-every",
      "2",
      "--learning-rate",
      "0.5",
      "--early-stop",
      "2",
      "--keep-best",
      "--keep",
      "1"
    };
    Run run = train("clip", pictures, "tiny", to, "best-state", options);
    assertThat(run.status()).as(run.err()).isZero();
    Path state = folder.resolve("best-state/clip");
    var losses = EventReader.scalars(state.resolve("events"), "validation/loss");
    long best = losses.entrySet().stream().min(Map.Entry.comparingByValue()).orElseThrow().getKey();
    assertThat(losses).as("it ends early").hasSize((int) best + 2).hasSizeLessThan(9);
    assertThat(run.err()).contains("clip: the lowest validation loss was ", "at step " + best);
    try (var weights = Checkpoint.open(to.resolve("text_encoder"), Checkpoint.TRANSFORMERS)) {
      assertThat(weights.metadata()).containsEntry("diffusion4j.steps", Long.toString(best));
    }
    assertThat(state.resolve("kept").toFile().list())
        .containsExactly(String.format("%08d.safetensors", losses.lastKey()));
    byte[] before = Files.readAllBytes(to.resolve("text_encoder/model.safetensors"));
    Run again = train("clip", pictures, "tiny", to, "best-state", options);
    assertThat(again.status()).as(again.err()).isZero();
    assertThat(to.resolve("text_encoder/model.safetensors")).hasBinaryContent(before);
    Run without = train("clip", pictures, "tiny", to, "best-none", "--keep-best");
    assertThat(without.err()).contains("keep-best: true (expected: with --validation)");
  }

  @Test
  void aTrainingForSomeMinutesChoosesItsStepsOnceAndIsRepeatedWithThem() throws IOException {
    Path to = folder.resolve("minutes");
    Path state = Files.createDirectories(folder.resolve("minutes-state"));
    Files.writeString(state.resolve("minutes.txt"), "minutes 30.0\nclip 2 0.5\n"); // as if measured
    String[] time = {"--minutes", "30"};
    Run run = train("clip", pictures, "tiny", to, "minutes-state", time);
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.err()).contains("steps: clip 2", "clip: 2/2");
    Path file = to.resolve("run-clip.yaml");
    Path other = Files.createDirectories(folder.resolve("minutes-other"));
    Files.writeString(other.resolve("minutes.txt"), "minutes 60.0\nclip 3 0.5\n");
    String[] anew = {"train", "--again", file.toString(), "--state", other.toString()};
    Run longer = Run.of(with(anew, "--minutes", "60", "--model", other.toString()));
    assertThat(longer.err()).contains("steps: 3 (expected: 2, as the repeated run had for clip)");
    anew[2] =
        Files.writeString(
                folder.resolve("more.yaml"),
                Files.readString(file).replaceFirst("part: \"?clip\"?", "part: clip,prior"))
            .toString();
    assertThat(Run.of(with(anew, "--model", other.toString())).err())
        .contains("minutes: 30.0, no length of prior (expected: --minutes beside --again, ");
    Path again = folder.resolve("minutes-again");
    Run repeated =
        Run.of(
            "train",
            "--again",
            file.toString(),
            "--model",
            again.toString(),
            "--state",
            again + "-state");
    assertThat(repeated.status()).as(repeated.err()).isZero();
    String weights = "text_encoder/model.safetensors";
    assertThat(again.resolve(weights)).hasSameBinaryContentAs(to.resolve(weights));
  }

  @ParameterizedTest
  @CsvSource({"decoder, to_q", "upsampler, conv1"})
  void previewsAndSamplesOfLowRankUpdatesAreDrawnWithThem(String part, String targets) {
    for (String rate : List.of("1e-9", "0.9")) {
      String[] low = {
        "--start-from",
        model.toString(),
        "--lora-rank",
        "2",
        "--lora-targets",
        targets,
        "--steps",
        "3",
        "--batch",
        "4",
        "--sample",
        "a red disc",
        "--sample-every",
        "2",
        "--learning-rate",
        rate
      };
      String name = part + rate;
      Run run = train(part, pictures, "tiny", folder.resolve(name), name + "-state", low);
      assertThat(run.status()).as(run.err()).isZero();
    }
    for (String picture : List.of("samples", "previews")) {
      for (String step : List.of("2", "3")) {
        String file = "-state/%s/%s/0000000%s.png".formatted(part, picture, step);
        assertThat(folder.resolve(part + "0.9" + file))
            .isNotEmptyFile()
            .content(StandardCharsets.ISO_8859_1)
            .isNotEqualTo(content(folder.resolve(part + "1e-9" + file)));
      }
    }
  }

  private static String[] with(String[] arguments, String... more) {
    return Stream.concat(Stream.of(arguments), Stream.of(more)).toArray(String[]::new);
  }

  private static String content(Path file) {
    return contentOf(file.toFile(), StandardCharsets.ISO_8859_1);
  }

  @Test
  void theOtherPartsAreTrainedOnAFinishedClip() {
    Path own = folder.resolve("own");
    String[] with = {"--clip", model.toString(), "--steps", "1"};
    Run run = train("prior", pictures, "emoji", own, "own-state", with);
    assertThat(run.status()).as(run.err()).isZero();
    for (String same : List.of("text_encoder", "image_encoder")) {
      assertThat(own.resolve(same).resolve("model.safetensors"))
          .hasSameBinaryContentAs(model.resolve(same).resolve("model.safetensors"));
    }
    Run clip = train("clip", pictures, "tiny", own, "own-state", with);
    assertThat(clip.status()).isEqualTo(FailureHandler.BAD_INPUT);
    assertThat(clip.err()).contains("clip: " + model + " (expected: none, to train clip itself)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"prior", "prior-ar", "decoder"})
  void embeddingsThatWereComputedBeforeGiveTheSameWeights(String part) {
    Path embedded = embedded("of-" + part, pictures);
    String[] plain = {"--clip", model.toString(), "--steps", "2"};
    Path expected = folder.resolve("plain-" + part);
    assertThat(train(part, pictures, "tiny", expected, "plain-state", plain).status()).isZero();
    String[] known = {"--clip", plain[1], "--steps", "2", "--embeddings", embedded.toString()};
    Path actual = folder.resolve("known-" + part);
    Run run = train(part, pictures, "tiny", actual, "known-state", known);
    assertThat(run.status()).as(run.err()).isZero();
    String component = part.replace('-', '_');
    try (var before = Checkpoint.open(expected.resolve(component));
        var after = Checkpoint.open(actual.resolve(component))) {
      for (String name : before.names()) {
        assertThat(after.read(name)).as(name).isEqualTo(before.read(name));
      }
    }
  }

  @Test
  void embeddingsThatAreNotThoseOfThePicturesAreRefused() throws IOException {
    Path embedded = embedded("of-nine", pictures);
    Path to = folder.resolve("refused");
    String[] with = {"--clip", model.toString(), "--embeddings", embedded.toString(), "--flip"};
    Run flipped = train("prior", pictures, "tiny", to, "refused", with);
    assertThat(flipped.err()).contains("(expected: those of the squares in the middle: neither");
    String[] large = {"--steps", "1", "--batch", "2", "--min-size", "41"};
    Run none = train("clip", pictures, "tiny", folder.resolve("large"), "large", large);
    assertThat(none.err()).contains("min-size: 41 (expected: the shorter side of a picture of ");

    Path more = Files.createDirectories(folder.resolve("more"));
    for (String name : List.of("red-disc.png", "new.png")) {
      Files.write(more.resolve(name), Png.encode(picture("red", "disc"), Map.of()));
    }
    String[] own = {with[0], with[1], with[2], with[3]};
    Run missing = train("prior", more, "tiny", to, "refused", own);
    assertThat(missing.status()).isEqualTo(FailureHandler.BAD_INPUT);
    assertThat(missing.err())
        .contains("embeddings: " + embedded + ", without 1 of 2 pictures, such as new.png (exp");

    Path other = folder.resolve("other-clip");
    Run clip = train("clip", pictures, "tiny", other, "other-clip", "--steps", "1", "--seed", "9");
    assertThat(clip.status()).as(clip.err()).isZero();
    own[1] = other.toString();
    Run mixed = train("prior", pictures, "tiny", to, "refused", own);
    assertThat(mixed.status()).isEqualTo(FailureHandler.BAD_INPUT);
    assertThat(mixed.err()).contains("embeddings: of the CLIP sha256:", "(expected: of that of ");

    String[] alone = {with[2], with[3]};
    for (String part : List.of("all", "upsampler")) {
      Run useless = train(part, pictures, "tiny", to, "refused", alone);
      assertThat(useless.err()).contains("(expected: with prior, prior-ar or decoder, after clip)");
    }
  }

  /**
   * What embed makes of pictures with the model, in the number format that training runs embed in.
   */
  private Path embedded(String name, Path data) {
    Path file = folder.resolve(name + ".safetensors");
    String[] embed = {"embed", data.toString(), "--model", model.toString(), "-o", file.toString()};
    Run run =
        Run.of(
            Stream.concat(Stream.of(embed), Stream.of("--precision", "bf16"))
                .toArray(String[]::new));
    assertThat(run.status()).as(run.err()).isZero();
    return file;
  }

  /** The options that a run was started with are followed by others when it is resumed. */
  @ParameterizedTest
  @CsvSource({
    "data, --data, MORE",
    "data, --validation, 0.3",
    "clip, --clip, OTHER",
    "start-from, --start-from, OTHER",
    "resize, --resize, contain",
    "crop, --crop, random",
    "flip, --flip,",
    "min-size, --min-size, 10",
    "weight_decay, --weight-decay, 0.5",
    "decayed, --decayed, all",
    "ema_decays, --ema-decay, 0.9",
    "techniques, --technique, prediction=eps",
    "inpainting, --inpainting,",
    "decoder.channels, --preset, SIZES",
    "seed, --seed, 77",
  })
  void aResumeThatDiffersIsRefusedByWhatDiffers(String field, String option, String value)
      throws IOException {
    Path state = folder.resolve("resumed-state");
    Path own = folder.resolve("resumed");
    String[] begun = {"--clip", model.toString(), "--steps", "1", "--batch", "4"};
    if (!Files.exists(state)) {
      Run run = train("decoder", pictures, "tiny", own, "resumed-state", begun);
      assertThat(run.status()).as(run.err()).isZero();
    }
    Path more = folder.resolve("shapes-and-one-more");
    Files.createDirectories(more);
    for (String name : List.of("red-disc.png", "red-disc.txt")) {
      Files.copy(pictures.resolve(name), more.resolve(name), REPLACE_EXISTING);
    }
    Path sizes = folder.resolve("sizes.yaml");
    Files.writeString(
        sizes,
        Files.readString(
                Path.of("../../emoji/src/main/resources/io/diffusion4j/emoji/train/tiny.yaml"))
            .replace("channels: [16, 32]\n  attention", "channels: [16, 48]\n  attention"));
    Path other = folder.resolve("resumed-other");
    if (value != null && value.equals("OTHER") && !Files.exists(other)) {
      Run clip =
          train(
              "all", pictures, "tiny", other, "resumed-other-state", "--steps", "1", "--seed", "9");
      assertThat(clip.status()).as(clip.err()).isZero();
    }
    var changed = new ArrayList<>(List.of(begun));
    changed.set(3, "2");
    int at = option.equals("--clip") ? 0 : changed.size();
    changed.subList(at, Math.min(changed.size(), at + 2)).clear();
    changed.add(option);
    Map<String, Path> places = Map.of("MORE", more, "OTHER", other, "SIZES", sizes);
    if (value != null) {
      changed.add(places.containsKey(value) ? places.get(value).toString() : value);
    }
    boolean isData = option.equals("--data");
    boolean isPreset = option.equals("--preset");
    Run run =
        train(
            "decoder",
            isData ? more : pictures,
            isPreset ? sizes.toString() : "tiny",
            own,
            "resumed-state",
            (isData || isPreset ? changed.subList(0, at) : changed).toArray(String[]::new));
    assertThat(run.status()).as(run.err()).isEqualTo(FailureHandler.FAILED);
    assertThat(run.err())
        .containsPattern(
            "state.safetensors: is of another run: "
                + Pattern.quote(field)
                + ": .+ \\(expected: .+; to start over, remove "
                + Pattern.quote(state.resolve("decoder").toString())
                + "\\)");
  }

  @Test
  void anEditOfTheSameLengthIsADifferentSet() throws IOException {
    Path edited = otherPictures("red");
    Path own = folder.resolve("edited");
    String[] begun = {"--steps", "1", "--batch", "4"};
    assertThat(train("clip", edited, "tiny", own, "edited-state", begun).status()).isZero();
    Path caption = edited.resolve("red-disc.txt");
    Files.writeString(caption, Files.readString(caption).replace("crimson", "scarlet"));
    begun[1] = "2";
    Run refused = train("clip", edited, "tiny", own, "edited-state", begun);
    assertThat(refused.status()).isEqualTo(FailureHandler.FAILED);
    assertThat(refused.err()).contains("state.safetensors: is of another run: data-contents: ");
    String[] accepting = {"--steps", "2", "--batch", "4", "--accept-changed", "data"};
    Run accepted = train("clip", edited, "tiny", own, "edited-state", accepting);
    assertThat(accepted.status()).as(accepted.err()).isZero();
    assertThat(accepted.err()).contains("clip: data-contents until step 1: ");
  }

  @Test
  void aResumeMayChangeStepsAndLearningRateAndMoveItsFolders() throws IOException {
    Path state = folder.resolve("moved-state");
    Path own = folder.resolve("moved");
    String[] begun = {"--clip", model.toString(), "--steps", "1", "--batch", "4"};
    assertThat(train("decoder", pictures, "tiny", own, "moved-state", begun).status()).isZero();
    Path moved = Files.createDirectories(folder.resolve("moved-shapes"));
    try (Stream<Path> files = Files.list(pictures)) {
      for (Path file : files.toList()) {
        Files.copy(file, moved.resolve(file.getFileName()));
      }
    }
    begun[3] = "2";
    Run run =
        train(
            "decoder",
            moved,
            "tiny",
            own,
            "moved-state",
            Stream.concat(Stream.of(begun), Stream.of("--learning-rate", "1e-4"))
                .toArray(String[]::new));
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.err()).contains("going on from step 1").doesNotContain("not compared");
    assertThat(state).exists();
  }

  @Test
  void aSetThatIsSmallerThanABatchIsWarnedOf() {
    Run run = train("clip", pictures, "tiny", folder.resolve("small"), "small", "--steps", "1");
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.err())
        .contains(
            "data: " + pictures + ", 9 pictures for a batch of 32: some come more than once in it");
    Run fits =
        train(
            "clip",
            pictures,
            "tiny",
            folder.resolve("fits"),
            "fits",
            "--steps",
            "1",
            "--batch",
            "9");
    assertThat(fits.err()).doesNotContain("more than once");
  }

  @Test
  void aPictureInFortyThatCannotBeReadIsSkippedAndListed() throws IOException {
    Path most = Files.createDirectories(folder.resolve("most"));
    for (int i = 0; i < 40; i++) {
      Files.write(most.resolve(i + ".png"), Png.encode(picture("red", "disc"), Map.of()));
      Files.writeString(most.resolve(i + ".txt"), "a red disc " + i + "\n");
    }
    Files.writeString(most.resolve("7.png"), "no picture");
    String[] steps = {"--steps", "2", "--batch", "40", "--data-threads", "2"};
    Run run = train("clip", most, "tiny", folder.resolve("skipped"), "skipped", steps);
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.err()).contains("skipped: 7.png: image: unknown format");
    Run strict =
        train(
            "clip",
            most,
            "tiny",
            folder.resolve("strict"),
            "strict",
            "--steps",
            "2",
            "--batch",
            "40",
            "--bad",
            "fail");
    assertThat(strict.status()).isEqualTo(FailureHandler.BAD_INPUT);
    assertThat(strict.err())
        .contains("1 of 40 pictures cannot be read (expected: at most 0 %;", "such as 7.png: ");
  }

  @Test
  void picturesMayBeHeldOutAndKept() throws IOException {
    Path cache = folder.resolve("cache");
    List<byte[]> weights = new ArrayList<>();
    for (String name : List.of("split", "again")) {
      Run run =
          train(
              "clip",
              pictures,
              "tiny",
              folder.resolve(name),
              name,
              "--steps",
              "2",
              "--batch",
              "4",
              "--validation",
              "0.3",
              "--cache",
              cache.toString());
      assertThat(run.status()).as(run.err()).isZero();
      assertThat(cache).isDirectoryContaining("glob:**.squares");
      weights.add(
          Files.readAllBytes(folder.resolve(name).resolve("image_encoder/model.safetensors")));
    }
    assertThat(weights.get(1)).as("from the squares that were kept").isEqualTo(weights.get(0));
    Run without = Run.of("train", "clip", "--preset", "tiny", "--validation", "0.3");
    assertThat(without.status()).isEqualTo(FailureHandler.BAD_INPUT);
    assertThat(without.err()).contains("validation: 0.3 (expected: none without --data)");
  }

  @Test
  void emojiAreNoExamplesForSuchAModel() {
    Run run = Run.of("doctor", "--model", model.toString());
    assertThat(run.status()).isEqualTo(FailureHandler.BAD_INPUT);
    assertThat(run.err())
        .contains(
            "images: none (expected: a folder, for a model that was trained on " + pictures + ")");
  }

  @Test
  void picturesWithoutCaptionsTeachNoWords() throws IOException {
    Path silent = Files.createDirectories(folder.resolve("silent"));
    Files.write(silent.resolve("a.png"), Png.encode(picture("red", "disc"), Map.of()));
    Run run = train("clip", silent, "tiny", folder.resolve("mute"), "mute-state");
    assertThat(run.status()).isEqualTo(FailureHandler.BAD_INPUT);
    assertThat(run.err())
        .contains("data: " + silent + ", no captions (expected: some, to learn words from)");
  }

  @Test
  void aSizesFileIsRefusedWithAllItsFaults() throws IOException {
    Path sizes = folder.resolve("sizes.yaml");
    Files.writeString(sizes, "name: own\nclip: 4\nprior: {layers: 64x}\nunet: {}\n");
    Run run = train("all", pictures, sizes.toString(), folder.resolve("none"), "none-state");
    assertThat(run.status()).isEqualTo(FailureHandler.BAD_INPUT);
    assertThat(run.err())
        .contains(
            "error: " + sizes,
            "  clip: 4 (expected: keys and values)",
            "  prior.layers: \"64x\" (expected: a whole number)",
            "  prior.training: missing (expected: keys and values)",
            "  decoder: missing (expected: keys and values)",
            "  unet: unknown (expected: one of clip, ddpm, decoder, emoji, latent, latent-vae,"
                + " name, prior, prior-ar, upsampler)");
    assertThat(folder.resolve("none")).doesNotExist();
  }

  @Test
  void aFolderHasNoTechniquesAndTheJudgeNoFolder() {
    Run run = train("clip", pictures, "tiny", model, "state", "--technique", "captions=plain");
    assertThat(run.err()).contains("technique: captions (expected: none)");
    assertThat(run.status()).isEqualTo(FailureHandler.BAD_INPUT);
    Run judge = train("judge", pictures, "tiny", model, "state");
    assertThat(judge.err()).contains("data: " + pictures + " (expected: none for judge)");
    assertThat(judge.status()).isEqualTo(FailureHandler.BAD_INPUT);
  }

  private Run train(String part, Path data, String preset, Path to, String state, String... more) {
    List<String> args =
        List.of(
            "train",
            part,
            "--data",
            data.toString(),
            "--preset",
            preset,
            "--model",
            to.toString(),
            "--state",
            folder.resolve(state).toString());
    return Run.of(Stream.concat(args.stream(), Stream.of(more)).toArray(String[]::new));
  }

  private static Image picture(String color, String shape) {
    float[] rgb = Objects.requireNonNull(COLORS.get(color));
    float[] pixels = new float[WIDTH * HEIGHT * 3];
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < WIDTH; x++) {
        boolean inside = isInside(shape, x - WIDTH / 2, y - HEIGHT / 2);
        for (int c = 0; c < 3; c++) {
          pixels[(y * WIDTH + x) * 3 + c] = inside ? rgb[c] : 1;
        }
      }
    }
    return new Image(WIDTH, HEIGHT, pixels);
  }

  private static boolean isInside(String shape, int x, int y) {
    return switch (shape) {
      case "square" -> Math.abs(x) < 12 && Math.abs(y) < 12;
      case "disc" -> x * x + y * y < 150;
      default -> Math.abs(x) < 18 && Math.abs(y) < 5;
    };
  }
}
