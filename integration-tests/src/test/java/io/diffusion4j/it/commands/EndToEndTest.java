package io.diffusion4j.it.commands;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.hash.Hashing;
import com.google.common.primitives.Ints;
import com.google.common.util.concurrent.Uninterruptibles;
import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.cli.Main;
import io.diffusion4j.cli.Run;
import io.diffusion4j.client.Recipes;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.serving.Certificates;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trains a tiny model for a moment, and draws with it here and at a server. */
final class EndToEndTest {
  private static final String PROMPT = "a red apple on a white background";
  private static final int SIZE = 64;

  private static Path folder;
  private static Path model;
  private static Run training;

  @BeforeAll
  static void train(@TempDir Path temporary) {
    folder = temporary;
    model = folder.resolve("model");
    training = train("all", "2");
    assertThat(training.status()).as(training.err()).isZero();
    assertThat(training.err()).contains("decoder: the variance is between its bounds for ");
  }

  private static Run train(String part, String steps) {
    return train(part, steps, model, "state");
  }

  private static Run train(String part, String steps, Path into, String state, String... more) {
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
                    into.toString(),
                    "--state",
                    folder.resolve(state).toString()),
                Stream.of(more))
            .toArray(String[]::new));
  }

  private static Run generate(Path output, String... more) {
    return Run.of(
        Stream.concat(
                Stream.of(
                    "generate",
                    PROMPT,
                    "--output",
                    output.toString(),
                    "--prior-steps",
                    "3",
                    "--decoder-steps",
                    "4",
                    "--super-res-steps",
                    "2"),
                Stream.of(more))
            .toArray(String[]::new));
  }

  private static byte[] drawn(String name, String... more) throws IOException {
    Path output = folder.resolve(name);
    Run run = generate(output, more);
    assertThat(run.status()).as(run.err()).isZero();
    return Files.readAllBytes(output);
  }

  @Test
  void aModelIsMeasuredAndItsReportToo() throws IOException {
    Path judge = folder.resolve("judge");
    Run trained =
        Run.of(
            "train",
            "judge",
            "--preset",
            "tiny",
            "--steps",
            "2",
            "--model",
            judge.toString(),
            "--state",
            folder.resolve("judge-state").toString());
    assertThat(trained.status()).as(trained.err()).isZero();

    Path json = folder.resolve("quality.json");
    Path report = folder.resolve("report");
    Path sheet = folder.resolve("sheet.png");
    Path nearest = folder.resolve("nearest.png");
    Run run =
        Run.of(
            "evaluate",
            "--count",
            "16",
            "--batch",
            "8",
            "--diversity",
            "1",
            "--variations",
            "3",
            "--prior-steps",
            "2",
            "--decoder-steps",
            "2",
            "--super-res-steps",
            "2",
            "--model",
            model.toString(),
            "--judge",
            judge.toString(),
            "--json",
            json.toString(),
            "--report",
            report.toString(),
            "--sheet",
            sheet.toString(),
            "--nearest",
            nearest.toString());
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(ImageFiles.read(nearest, Integer.MAX_VALUE).width()).isEqualTo(8 * SIZE);
    assertThat(ImageFiles.read(sheet, Integer.MAX_VALUE).width()).isEqualTo(8 * SIZE);
    assertThat(run.err())
        .contains(
            "evaluate: 16/16",
            "diversity: 16/16",
            "diversity of a thing: 16/16",
            "variations: 12/12");
    assertThat(run.out().lines().findFirst().orElseThrow())
        .startsWith("metric")
        .contains("ceiling");
    assertThat(run.out()).contains("background", "retrieval r@5", "nearest training picture");
    assertThat(line(run, "diversity ")).endsWith(" 16");
    assertThat(line(run, "variations r@1")).endsWith(" 3");
    assertThat(Files.readString(json))
        .contains("\"interval\"", "sha256:", "\"unseen\"", "\"diversity\"", "\"of_ceiling\"");
    assertThat(report.resolve("index.html")).exists();

    Run again =
        Run.of(
            "evaluate",
            "--images",
            report.toString(),
            "--preset",
            "tiny",
            "--judge",
            judge.toString());
    assertThat(again.status()).as(again.err()).isZero();
    // Columns are as wide as their widest number, which may be of another row.
    assertThat(line(again, "background")).isEqualToNormalizingWhitespace(line(run, "background"));
  }

  @Test
  void aServerOfAModelIsMeasured() throws IOException {
    Path json = folder.resolve("server.json");
    Run run =
        Run.of(
            "bench",
            "server",
            "--model",
            model.toString(),
            "--images",
            "2",
            "--rounds",
            "1",
            "--steps",
            "2,2,2",
            "--steady",
            "10",
            "--json",
            json.toString());
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(Files.readString(json))
        .contains(
            "\"over gRPC, 1 at once\"",
            "\"over gRPC, 4 at once\"",
            "\"over gRPC, 16 at once\"",
            "\"over gRPC, 16 at once, processor\"",
            "\"one image alone, p99\"",
            "\"one image beside 64, p99\"",
            "\"memory after 10 images\"");
  }

  @Test
  void curvesHaveAPointForEachCombination() throws IOException {
    Path judge = folder.resolve("judge-of-curves");
    Run trained =
        Run.of(
            "train",
            "judge",
            "--preset",
            "tiny",
            "--steps",
            "1",
            "--model",
            judge.toString(),
            "--state",
            folder.resolve("judge-of-curves-state").toString());
    assertThat(trained.status()).as(trained.err()).isZero();
    Path json = folder.resolve("curves.json");
    Path plot = folder.resolve("curves.svg");
    Run run =
        Run.of(
            "evaluate",
            "--count",
            "8",
            "--batch",
            "8",
            "--vary",
            "decoder-steps=2,3",
            "--vary",
            "prior=diffusion,ar",
            "--prior-guidance",
            "1.5",
            "--super-res-steps",
            "2",
            "--model",
            model.toString(),
            "--judge",
            judge.toString(),
            "--json",
            json.toString(),
            "--plot",
            plot.toString());
    assertThat(run.status()).as(run.err()).isZero();
    List<String> lines = run.out().lines().toList();
    assertThat(lines).hasSize(5);
    assertThat(lines.get(0)).startsWith("decoder-steps").contains("prior", "background", "count");
    assertThat(lines.get(4)).startsWith("3 ").contains(" ar ");
    var points = new ObjectMapper().readTree(json.toFile()).path("points");
    assertThat(points).hasSize(4);
    assertThat(points.get(3).path("decoder-steps").asText()).isEqualTo("3");
    assertThat(points.get(3).path("metrics").path("background").path("interval")).hasSize(2);
    assertThat(Files.readString(plot)).contains("<svg height=\"4400\""); // ten charts
  }

  private static String line(Run run, String metric) {
    return run.out().lines().filter(l -> l.startsWith(metric + " ")).findFirst().orElseThrow();
  }

  @Test
  void aTrainingTellsWhatItDoesAndLeavesEvents() throws IOException {
    assertThat(training.err()).contains("clip: ", "from the start", "upsampler-last: done");
    try (Stream<Path> events = Files.list(folder.resolve("state/clip/events"))) {
      assertThat(events).anyMatch(file -> file.toString().contains("tfevents"));
    }
  }

  @Test
  void aTrainingGoesOnFromItsLastStep() {
    Run more = train("upsampler", "3");
    assertThat(more.err()).contains("going on from step 2").contains("upsampler: done");
    assertThat(more.status()).isZero();
  }

  /**
   * An engine that a command line names is that of its process, which is this one for all tests.
   */
  @AfterEach
  void noEngineIsNamed() {
    System.clearProperty(Engines.PROPERTY);
  }

  /** Another seed draws other examples; what the weights mean stays, words and units. */
  @Test
  void aTrainingMayStartFromAFinishedModel() {
    Path copy = folder.resolve("copy");
    String[] from = {"--start-from", model.toString(), "--learning-rate", "1e-9", "--seed", "5"};
    Run run = train("all", "1", copy, "copy-state", from);
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(copy.resolve("tokenizer/merges.txt"))
        .hasSameTextualContentAs(model.resolve("tokenizer/merges.txt"));
    for (String part : List.of("text_encoder", "image_encoder", "prior_ar")) {
      assertSameWeights(copy, part, Checkpoint.TRANSFORMERS);
    }
    for (String part : List.of("prior", "decoder", "text_proj", "super_res_first")) {
      assertSameWeights(copy, part, Checkpoint.DIFFUSERS);
    }
  }

  @Test
  void aPartMayBeTrainedWithOtherTechniquesAndAnotherOptimizer() throws IOException {
    Path other = folder.resolve("other");
    String[] techniques = {
      "--technique", "prediction=v", "--technique", "weighting=simple", "--optimizer", "adamw"
    };
    Run clip = train("clip", "1", other, "other-state");
    assertThat(clip.status()).as(clip.err()).isZero();
    Run run = train("decoder", "1", other, "other-state", techniques);
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(other.resolve("decoder_scheduler/scheduler_config.json"))
        .content()
        .contains("\"v_prediction\"");
    try (var weights = Checkpoint.open(other.resolve("decoder"), Checkpoint.DIFFUSERS)) {
      assertThat(weights.metadata().get("diffusion4j.techniques"))
          .isEqualTo(
              "captions=varied drop=0.1 low-noise=0.06 prediction=v scenes=default shift=1.5"
                  + " text-drop=0.2 weighting=simple");
      assertThat(weights.metadata()).containsEntry("diffusion4j.optimizer", "adamw");
    }
  }

  /** A step at next to no rate leaves the weights that it began with. */
  private static void assertSameWeights(Path copy, String part, String file) {
    try (var before = Checkpoint.open(model.resolve(part), file);
        var after = Checkpoint.open(copy.resolve(part), file)) {
      assertThat(after.names()).isEqualTo(before.names());
      for (String name : before.names()) {
        assertThat(after.read(name))
            .as("%s: %s", part, name)
            .containsExactly(before.read(name), within(1e-6f));
      }
    }
  }

  @Test
  void theSameSeedGivesTheSameFileHereAndAtAServer() throws Exception {
    byte[] first = drawn("first.png", "--seed", "7", "--model", model.toString());
    byte[] again = drawn("again.png", "--seed", "7", "--model", model.toString());
    byte[] other = drawn("other.png", "--seed", "8", "--model", model.toString());
    assertThat(again).isEqualTo(first);
    assertThat(other).isNotEqualTo(first);
    var image = ImageIO.read(folder.resolve("first.png").toFile());
    assertThat(image.getWidth()).isEqualTo(SIZE);
    assertThat(image.getHeight()).isEqualTo(SIZE);

    try (var server = new Serving()) {
      byte[] remote = drawn("remote.png", "--seed", "7", "--server", server.address());
      assertThat(remote).isEqualTo(first);
    }
  }

  @Test
  void aServerThatEncryptsIsAskedByWhoTrustsIt() throws Exception {
    var own = Certificates.make(folder, "own");
    String certificate = own.certificates().toString();
    try (var server =
        new Serving("--tls-certificate", certificate, "--tls-key", own.key().toString())) {
      String address = server.address().replace("127.0.0.1", "localhost");
      byte[] remote = drawn("tls.png", "--seed", "7", "--server", address, "--ca", certificate);
      assertThat(remote).isEqualTo(drawn("here.png", "--seed", "7", "--model", model.toString()));
      Run replayed = replay(folder.resolve("tls.png"), "--server", address, "--ca", certificate);
      assertThat(replayed.status()).as(replayed.err()).isZero();
      assertThat(Run.of("health", address, "--ca", certificate).out())
          .isEqualToIgnoringNewLines("serving");
      assertThat(Run.of("health", address, "--tls").status()).isEqualTo(1);
      assertThat(Run.of("health", address).status()).isEqualTo(1);
    }
  }

  /** Each option reaches its stage: none of them draws what another does. */
  @Test
  void timestepsAndNoiseOfEachStageCanBeChosen() throws IOException {
    Map<String, String> drawnWith = new LinkedHashMap<>();
    for (String options :
        List.of(
            "--decoder-sampler ddim",
            "--prior-schedule leading",
            "--prior-eta 1",
            "--decoder-schedule leading",
            "--decoder-eta 1",
            "--super-res-schedule leading",
            "--super-res-eta 1")) {
      assertThat(drawnWith.put(unrounded(options), options)).as(options).isNull();
    }
  }

  /** Of a model whose guided predictions leave the range of pixels. */
  @Test
  void thresholdingCanBeChosen() throws IOException {
    Path shipped = Path.of("..", "emoji", "model");
    String options = "--decoder-guidance 8 --decoder-thresholding ";
    List<Integer> clipped = pixels(shipped, options + "clip");
    assertThat(pixels(shipped, options + "dynamic")).isNotEqualTo(clipped);
    assertThat(pixels(shipped, options + "none")).isNotEqualTo(clipped);
  }

  /** The frames are the steps of the decoder and of the upsampler, in one size. */
  @Test
  void anAnimationShowsHowImagesEmerge() throws IOException {
    Path gif = folder.resolve("way.gif");
    String[] line =
        ("--seed 7 --count 2 --decoder-steps 4 --super-res-steps 3 --model " + model)
            .split(" ", -1);
    List<String> all = new ArrayList<>(List.of(line));
    all.addAll(List.of("--animate", gif.toString()));
    Path png = folder.resolve("emerged.png");
    assertThat(generate(png, all.toArray(String[]::new)).err()).doesNotContain("error");
    List<BufferedImage> frames = new ArrayList<>();
    var reader = ImageIO.getImageReadersByFormatName("gif").next();
    try (var in = ImageIO.createImageInputStream(gif.toFile())) {
      reader.setInput(in);
      for (int i = 0; i < reader.getNumImages(true); i++) {
        frames.add(reader.read(i));
      }
    }
    assertThat(frames).hasSize(4 + 3);
    assertThat(generate(png, "--animate", "way.png", "--model", model.toString()).err())
        .isEqualTo(
            "error: animate: way.png (expected: a name that ends in .gif)"
                + System.lineSeparator());
    BufferedImage image = ImageIO.read(folder.resolve("emerged-1.png").toFile());
    assertThat(frames)
        .allMatch(frame -> frame.getWidth() >= 2 * image.getWidth())
        .allMatch(frame -> frame.getHeight() == frames.get(0).getHeight());
  }

  @Test
  void guidanceActsInItsInterval() throws IOException {
    String guided = "--decoder-guidance 8 --decoder-steps 4";
    List<Integer> always = pixels(model, guided);
    assertThat(pixels(model, guided + " --decoder-guidance-interval 0,Infinity")).isEqualTo(always);
    List<Integer> sometimes = pixels(model, guided + " --decoder-guidance-interval 0.3,3");
    List<Integer> never = pixels(model, "--decoder-guidance 1 --decoder-steps 4");
    assertThat(sometimes).isNotEqualTo(always).isNotEqualTo(never);
  }

  @Test
  void deepFeaturesAreReusedAndARecipeRepeatsThat() throws Exception {
    String steps = "--decoder-guidance 8 --decoder-steps 6 --super-res-steps 5";
    List<Integer> every = pixels(model, steps);
    assertThat(pixels(model, steps + " --decoder-reuse 1 --super-res-reuse 1")).isEqualTo(every);
    assertThat(pixels(model, steps + " --super-res-reuse 2")).isNotEqualTo(every);
    assertThat(pixels(model, steps + " --decoder-reuse 2")).isNotEqualTo(every);
    Path file = folder.resolve("chosen.png");
    byte[] png = Files.readAllBytes(file);
    Run again = replay(file, "--model", model.toString());
    assertThat(again.status()).as(again.err()).isZero();
    assertThat(again.out())
        .isEqualToIgnoringNewLines(
            file + ": the same file, bit for bit: sha256 " + Hashing.sha256().hashBytes(png));
    try (var server = new Serving()) {
      Run there = replay(file, "--server", server.address());
      assertThat(there.status()).as(there.err()).isZero();
      assertThat(there.out()).isEqualTo(again.out());
    }
  }

  /** Returns a digest of the picture before its rounding, which may hide what a stage does. */
  private static String unrounded(String options) throws IOException {
    Path raw = folder.resolve("unrounded.safetensors");
    pixels(model, options + " --raw " + raw);
    return Hashing.sha256().hashBytes(Files.readAllBytes(raw)).toString();
  }

  private static List<Integer> pixels(Path model, String options) throws IOException {
    List<String> line = new ArrayList<>(List.of("--seed", "7", "--model", model.toString()));
    line.addAll(List.of(options.split(" ", -1)));
    byte[] png = drawn("chosen.png", line.toArray(String[]::new));
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
    return Ints.asList(
        image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth()));
  }

  @Test
  void aChoiceThatThereIsNotIsToldWhatThereIs() {
    Path output = folder.resolve("none.png");
    assertThat(generate(output, "--model", model.toString(), "--decoder-schedule", "late").err())
        .contains("decoder-schedule: late (expected: one of ", "trailing");
    assertThat(
            generate(
                    output,
                    "--model",
                    model.toString(),
                    "--decoder-sampler",
                    "euler",
                    "--decoder-eta",
                    "0.5")
                .err())
        .contains("decoder-eta: 0.5 (expected: unset; euler has none)");
    assertThat(output).doesNotExist();
  }

  @Test
  void theSeedThatWasDrawnMakesTheImagesAgain() throws IOException {
    Path output = folder.resolve("some.png");
    Path sheet = folder.resolve("some-sheet.png");
    Run run =
        generate(output, "--count", "2", "--sheet", sheet.toString(), "--model", model.toString());
    assertThat(run.status()).as(run.err()).isZero();
    var seed =
        Pattern.compile("some-1\\.png: 64×64 pixels, seed (\\d+), image 1").matcher(run.out());
    assertThat(seed.find()).as(run.out()).isTrue();
    assertThat(run.out()).contains("some-2.png: 64×64").containsPattern("prior [0-9.]+ s, decoder");
    assertThat(output).doesNotExist();
    assertThat(run.out()).contains(sheet.toString());
    var both = ImageFiles.read(sheet, 64 * 128);
    assertThat(List.of(both.width(), both.height())).containsExactly(128, 64);

    byte[] alone = drawn("alone.png", "--seed", seed.group(1), "--model", model.toString());
    assertThat(alone).isEqualTo(Files.readAllBytes(folder.resolve("some-1.png")));
  }

  @Test
  void aFileIsDrawnAgainFromItsRecipeHereAndAtAServer() throws Exception {
    Run run = generate(folder.resolve("set.png"), "--count", "2", "--model", model.toString());
    assertThat(run.status()).as(run.err()).isZero();
    Path second = folder.resolve("set-2.png");
    byte[] png = Files.readAllBytes(second);
    String same =
        second + ": the same file, bit for bit: sha256 " + Hashing.sha256().hashBytes(png);

    Path output = folder.resolve("set-2-again.png");
    Run here = replay(second, "--model", model.toString(), "--output", output.toString());
    assertThat(here.status()).as(here.err()).isZero();
    assertThat(here.out()).isEqualToIgnoringNewLines(same);
    assertThat(output).hasBinaryContent(png);

    try (var server = new Serving()) {
      Run there = replay(second, "--server", server.address());
      assertThat(there.status()).as(there.err()).isZero();
      assertThat(there.out()).isEqualToIgnoringNewLines(same);
    }
  }

  /** The recipe names the format, so the file needs no option to be drawn again. */
  @Test
  void aFileOfEightBitProductsIsDrawnAgainByThem() throws IOException {
    assumeThat(Engines.has(Compute.of(Precision.INT8))).isTrue();
    String[] line = {"--seed", "7", "--model", model.toString(), "--precision", "int8"};
    byte[] png = drawn("int8.png", line);
    Path file = folder.resolve("int8.png");
    Run again = replay(file, "--model", model.toString());
    assertThat(again.status()).as(again.err()).isZero();
    assertThat(again.out())
        .isEqualToIgnoringNewLines(
            file
                + ": the same file, bit for bit: sha256 "
                + Hashing.sha256().hashBytes(png).toString());
    Run wider = replay(file, "--model", model.toString(), "--precision", "f32");
    assertThat(wider.status()).isIn(1, 3);
    assertThat(wider.out()).contains("other pixels");

    Run refused =
        generate(
            folder.resolve("refused.png"),
            Stream.concat(Stream.of(line), Stream.of("--engine", "tensorflow"))
                .toArray(String[]::new));
    assertThat(refused.status()).isNotZero();
    assertThat(refused.err())
        .contains("engine: tensorflow: TensorFlow computes in float32 and bfloat16");
    assertThat(folder.resolve("refused.png")).doesNotExist();
  }

  /** Every edit is a request: the same here and at a server, and its file draws itself again. */
  @Test
  void imagesAreEditedHereAndAtAServer() throws Exception {
    drawn("to-edit.png", "--seed", "3", "--model", model.toString());
    drawn("another.png", "--seed", "4", "--model", model.toString());
    Path image = folder.resolve("to-edit.png");
    Path small = folder.resolve("small.png");
    Files.write(small, Png.encode(Resize.area(ImageFiles.read(image, 1 << 20), 16, 16), Map.of()));
    float[] half = new float[3 * SIZE * SIZE];
    Arrays.fill(half, 0, half.length / 2, 1);
    Arrays.fill(half, half.length / 2, half.length, -1);
    Path mask = folder.resolve("mask.png");
    Files.write(mask, Png.encode(new Image(SIZE, SIZE, half), Map.of()));
    String pear = "a green pear";
    List<List<String>> edits =
        List.of(
            List.of("vary", image.toString()),
            List.of("vary", image.toString(), "--similarity", "0"),
            List.of("img2img", image.toString(), pear),
            List.of("inpaint", image.toString(), pear, "--mask", mask.toString()),
            List.of("img2img", image.toString(), "--strength", "0.7"),
            List.of("inpaint", image.toString(), "--mask", mask.toString(), "--repaint-times", "2"),
            List.of("blend", image.toString(), folder.resolve("another.png").toString()),
            List.of("diff", image.toString(), "--from", "a red apple", "--to", pear),
            List.of("upscale", small.toString()));
    try (var server = new Serving()) {
      for (List<String> edit : edits) {
        byte[] here = edited(edit, "--model", model.toString());
        assertThat(edited(edit, "--server", server.address())).as("%s", edit).isEqualTo(here);
        Run again = replay(folder.resolve("edited.png"), "--model", model.toString());
        assertThat(again.out()).as("%s: %s", edit, again.err()).contains("the same file");
      }
    }
  }

  private static byte[] edited(List<String> edit, String... where) throws IOException {
    Path output = folder.resolve("edited.png");
    List<String> all = new ArrayList<>(edit);
    all.addAll(List.of("--seed", "5", "--output", output.toString()));
    all.addAll(List.of("--decoder-steps", "4", "--super-res-steps", "2"));
    all.addAll(List.of(where));
    Run run = Run.of(all.toArray(String[]::new));
    assertThat(run.status()).as("%s: %s", edit, run.err()).isZero();
    return Files.readAllBytes(output);
  }

  @Test
  void anOptionIsSwept() throws IOException {
    Path output = folder.resolve("swept.png");
    Run swept =
        generate(
            output,
            "--sweep",
            "decoder-guidance=1,4",
            "--count",
            "2",
            "--seed",
            "5",
            "--model",
            model.toString());
    assertThat(swept.status()).as(swept.err()).isZero();
    assertThat(swept.out())
        .contains("swept-4.png: 64×64 pixels, seed 5, image 2 of it, decoder-guidance 4");
    byte[] alone =
        drawn("alone-4.png", "--decoder-guidance", "4", "--seed", "5", "--model", model.toString());
    assertThat(folder.resolve("swept-3.png")).hasBinaryContent(alone);
  }

  @Test
  void framesGoFromOneImageToTheOther() throws IOException {
    drawn("from.png", "--seed", "3", "--model", model.toString());
    drawn("to.png", "--seed", "4", "--model", model.toString());
    Path sheet = folder.resolve("frames.png");
    String[] blend = {
      "blend",
      folder.resolve("from.png").toString(),
      folder.resolve("to.png").toString(),
      "--seed",
      "5",
      "--model",
      model.toString(),
      "--output",
      folder.resolve("frame.png").toString()
    };
    Run frames = Run.of(with(blend, "--frames", "3", "--sheet", sheet.toString()));
    assertThat(frames.status()).as(frames.err()).isZero();
    assertThat(ImageFiles.read(sheet, 1 << 20).width()).isEqualTo(2 * SIZE);
    Run middle = Run.of(blend);
    assertThat(middle.status()).as(middle.err()).isZero();
    assertThat(folder.resolve("frame.png"))
        .hasBinaryContent(Files.readAllBytes(folder.resolve("frame-2.png")));
    assertThat(Run.of(with(blend, "--frames", "3", "--ratio", "0.2")).err())
        .contains("ratio: 0.2 (expected: none beside --frames)");
  }

  private static String[] with(String[] arguments, String... more) {
    return Stream.concat(Stream.of(arguments), Stream.of(more)).toArray(String[]::new);
  }

  @Test
  void whatIsWrongWithAnEditIsToldByTheNamesOfItsOptions() throws IOException {
    drawn("square.png", "--seed", "3", "--model", model.toString());
    Path wide = folder.resolve("wide.png");
    Files.write(wide, Png.encode(new Image(32, 16, new float[3 * 32 * 16]), Map.of()));
    String square = folder.resolve("square.png").toString();
    String own = model.toString();
    assertThat(Run.of("img2img", wide.toString(), "--model", own).err())
        .contains("error: image: 32×16 pixels (expected: a square image)");
    assertThat(Run.of("inpaint", square, "--mask", wide.toString(), "--model", own).err())
        .contains("error: mask: 32×16 pixels (expected: 64×64 pixels, the size of the image)");
    assertThat(Run.of("diff", square, "--from", "a cat", "--to", "a cat", "--model", own).err())
        .contains("error: to: \"a cat\" (expected: another text than ");
    assertThat(Run.of("upscale", square, "--model", own).err())
        .contains("error: image: 64×64 pixels (expected: smaller than 64×64, ");
  }

  @Test
  void aFileThatWasPaintedOverIsToldFromOneThatWasOnlyWrittenAnew() throws IOException {
    byte[] png = drawn("original.png", "--seed", "3", "--model", model.toString());
    Image image = ImageFiles.read(png, SIZE * SIZE);
    var text = new LinkedHashMap<>(Png.text(png));
    text.put("Comment", "kept in an album");
    Path copy = Files.write(folder.resolve("copy.png"), Png.encode(image, text));
    Run anew = replay(copy, "--model", model.toString());
    assertThat(anew.status()).as(anew.err()).isZero();
    assertThat(anew.out()).startsWith(copy + ": the same pixels; the file differs");

    float[] pixels = image.pixels().clone();
    pixels[100] = pixels[100] > 0 ? -1 : 1;
    Path painted =
        Files.write(folder.resolve("painted.png"), Png.encode(new Image(SIZE, SIZE, pixels), text));
    Run over = replay(painted, "--model", model.toString());
    assertThat(over.status()).isEqualTo(1);
    assertThat(over.out())
        .startsWith(
            painted
                + ": other pixels, another picture: 1 of "
                + 3 * SIZE * SIZE
                + " values differ, by")
        .contains("drawn by Diffusion4J");
  }

  @Test
  void otherWeightsThanThoseOfTheRecipeAreNamed() throws Exception {
    byte[] png = drawn("theirs.png", "--seed", "3", "--model", model.toString());
    var recipe = Recipes.fromJson(requireNonNull(Png.text(png).get(Recipes.KEYWORD)));
    String digest = "sha256:" + "0".repeat(64);
    String json = Recipes.toJson(recipe.toBuilder().setWeightsDigest(digest).build());
    Path file =
        Files.write(
            folder.resolve("foreign.png"),
            Png.encode(ImageFiles.read(png, SIZE * SIZE), Map.of(Recipes.KEYWORD, json)));
    String expected =
        " with "
            + recipe.getWeightsDigest()
            + " (expected: the weights that drew "
            + file
            + ", "
            + digest
            + ")";
    Run here = replay(file, "--model", model.toString());
    assertThat(here.err()).isEqualToIgnoringNewLines("error: model: " + model + expected);
    assertThat(here.status()).isEqualTo(2);
    try (var server = new Serving()) {
      Run there = replay(file, "--server", server.address());
      assertThat(there.err()).isEqualToIgnoringNewLines("error: model: tiny" + expected);
      assertThat(there.status()).isEqualTo(2);
    }
  }

  @Test
  void theAutoregressivePriorDrawsInPlaceOfTheOther() throws IOException {
    String[] ar = {
      "--seed", "7", "--prior", "ar", "--decoder-steps", "2", "--super-res-steps", "2"
    };
    byte[] first = drawnByAr("ar.png", ar);
    byte[] again = drawnByAr("ar-again.png", ar);
    assertThat(again).isEqualTo(first);
    ar[3] = "diffusion";
    byte[] other = drawnByAr("diffusion.png", ar);
    assertThat(ImageFiles.read(other, SIZE * SIZE).pixels())
        .isNotEqualTo(ImageFiles.read(first, SIZE * SIZE).pixels());

    Path file = folder.resolve("ar.png");
    Run same = replay(file, "--model", model.toString(), "--prior", "ar");
    assertThat(same.status()).as(same.err()).isZero();
    Run unlike = replay(file, "--model", model.toString());
    assertThat(unlike.err()).startsWith("error: model: " + model + " with sha256:");

    Path without = folder.resolve("without");
    copyFolder(model, without);
    Files.delete(without.resolve("prior_ar/config.json"));
    Files.delete(without.resolve("prior_ar/model.safetensors"));
    Files.delete(without.resolve("prior_ar"));
    Run missing = Run.of("generate", "a", "--prior", "ar", "--model", without.toString());
    assertThat(missing.err())
        .contains("error: prior: ar (expected: a model with prior_ar, which train prior-ar makes;");
    assertThat(missing.status()).isEqualTo(2);
  }

  private static byte[] drawnByAr(String name, String... more) throws IOException {
    Path output = folder.resolve(name);
    Run run =
        Run.of(
            Stream.concat(
                    Stream.of(
                        "generate",
                        PROMPT,
                        "--output",
                        output.toString(),
                        "--model",
                        model.toString()),
                    Stream.of(more))
                .toArray(String[]::new));
    assertThat(run.status()).as(run.err()).isZero();
    return Files.readAllBytes(output);
  }

  private static void copyFolder(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  private static Run replay(Path file, String... more) {
    return Run.of(
        Stream.concat(Stream.of("replay", file.toString()), Stream.of(more))
            .toArray(String[]::new));
  }

  @Test
  void aPromptThatIsCutIsToldWhere() {
    Run run =
        Run.of(
            "generate",
            "a red apple ".repeat(30) + "and a cat",
            "--output",
            folder.resolve("long.png").toString(),
            "--model",
            model.toString(),
            "--sampler",
            "dpmpp-2m",
            "--decoder-steps",
            "2",
            "--prior-steps",
            "2",
            "--super-res-steps",
            "2");
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.err())
        .contains("warning: prompt: the model reads 22 tokens; not read is what follows from \"");
  }

  @Test
  void wordsThatTheModelWasNotTrainedWithAreNamed() {
    String[] steps = {"--prior-steps", "2", "--decoder-steps", "2", "--super-res-steps", "2"};
    Stream<String> alone = Stream.of("generate", "a purple zyzzyva", "--output");
    Stream<String> two = Stream.of("generate", "a red apple", "blorp the cat", "--output");
    assertWarned(alone, steps, "prompt: the model was not trained with \"zyzzyva\"");
    assertWarned(two, steps, "prompt: the model was not trained with \"blorp\"");
  }

  private static void assertWarned(Stream<String> command, String[] steps, String warning) {
    Stream<String> where =
        Stream.of(folder.resolve("words.png").toString(), "--model", model.toString());
    Run run =
        Run.of(
            Stream.concat(Stream.concat(command, where), Stream.of(steps)).toArray(String[]::new));
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.err().lines().filter(line -> line.startsWith("warning: ")))
        .singleElement()
        .asString()
        .contains(warning);
  }

  @Test
  void moreStepsThanTheModelHasAreRefusedByTheModel() {
    Run run =
        generate(
            folder.resolve("never.png"), "--decoder-steps", "1001", "--model", model.toString());
    assertThat(run.err())
        .endsWith("error: decoder-steps: 1001 (expected: 1 to 1000)" + System.lineSeparator());
    assertThat(run.status()).isEqualTo(2);
  }

  @Test
  void aTruncatedFileOfWeightsIsNamed() throws IOException {
    Path damaged = folder.resolve("damaged");
    try (Stream<Path> files = Files.walk(model)) {
      for (Path file : files.toList()) {
        Path copy = damaged.resolve(model.relativize(file).toString());
        Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
      }
    }
    Path weights = damaged.resolve("prior/diffusion_pytorch_model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    Files.write(weights, java.util.Arrays.copyOf(bytes, bytes.length / 2));
    Run run = generate(folder.resolve("never.png"), "--model", damaged.toString());
    assertThat(run.err()).contains("error: " + weights).doesNotContain("\tat ");
    assertThat(run.status()).isEqualTo(1);
    assertThat(folder.resolve("never.png")).doesNotExist();
  }

  @Test
  void theEstimatesOfTheDecoderAreDrawnForEachSampler() throws IOException {
    Path strip = folder.resolve("trajectory.png");
    String[] line = {"plot", "trajectory", "a dog", "--model", model.toString(), "-o", "" + strip};
    Run run =
        Run.of(
            Stream.concat(Arrays.stream(line), Stream.of("--sampler", "ddim,heun", "--steps", "3"))
                .toArray(String[]::new));
    assertThat(run.status()).as(run.err()).isZero();
    Image drawn = ImageFiles.read(strip, 1 << 20);
    assertThat(drawn.width()).isEqualTo(3 * 16);
    assertThat(drawn.height()).isEqualTo(2 * 16);

    Path moving = folder.resolve("trajectory.gif");
    line[line.length - 1] = moving.toString();
    assertThat(Run.of(line).status()).isZero();
    assertThat(Files.readAllBytes(moving)).startsWith('G', 'I', 'F');

    Run refused =
        Run.of(
            Stream.concat(Arrays.stream(line), Stream.of("--steps", "0")).toArray(String[]::new));
    assertThat(refused.err()).startsWith("error: steps: 0 (expected: ≥ 1)");
  }

  private static Run nll(String... more) {
    return Run.of(
        Stream.concat(
                Stream.of("nll", "--steps", "6", "--model", model.toString()), Stream.of(more))
            .toArray(String[]::new));
  }

  @Test
  void theLikelihoodOfHeldOutPicturesIsMeasuredAndWritten() throws IOException {
    Path json = folder.resolve("nll.json");
    Run run = nll("--count", "2", "--json", json.toString());
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("L_T ", "L_t ", "the mean of 5", "L_0 ")
        .containsPattern("bits per dimension: \\d+\\.\\d{4} ± \\d+\\.\\d{4}")
        .contains("emoji, split style: 2 of 16×16 pixels, seed 0");
    assertThat(run.err()).contains("nll: 12/12");

    var figures = new ObjectMapper().readTree(json.toFile());
    double total = figures.get("bits_per_dimension").asDouble();
    assertThat(total)
        .isCloseTo(
            figures.get("prior").asDouble()
                + 5 * figures.get("mean_divergence").asDouble()
                + figures.get("decoder").asDouble(),
            within(1e-9));
    double first = figures.get("each").get(0).asDouble();
    double second = figures.get("each").get(1).asDouble();
    assertThat(first).isNotEqualTo(second);
    assertThat(total).isCloseTo((first + second) / 2, within(1e-9));
    assertThat(figures.get("standard_error").asDouble())
        .isCloseTo(Math.abs(first - second) / 2, within(1e-9));
    assertThat(figures.get("image_count").asInt()).isEqualTo(2);
    assertThat(figures.get("model").asText()).isEqualTo("tiny");
    assertThat(figures.get("timesteps")).hasSize(6);
    assertThat(figures.get("terms").get(5).asDouble()).isEqualTo(figures.get("decoder").asDouble());

    assertThat(nll("--count", "2").out()).isEqualTo(run.out());
    assertThat(nll("--count", "2", "--seed", "1").out()).isNotEqualTo(run.out());
  }

  @Test
  void theLikelihoodOfTheFilesOfAFolderIsMeasured() throws IOException {
    Path pictures = Files.createDirectory(folder.resolve("pictures"));
    var picture = new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 30; i++) {
      picture.setRGB(i, i, 0xff8000);
    }
    ImageIO.write(picture, "png", pictures.resolve("a.png").toFile());
    ImageIO.write(picture, "png", pictures.resolve("b.PNG").toFile());
    Files.writeString(pictures.resolve("b.txt"), "a red apple\n");
    Files.writeString(pictures.resolve("notes.md"), "no picture");
    Run both = nll("--images", pictures.toString());
    assertThat(both.status()).as(both.err()).isZero();
    assertThat(both.out()).contains(pictures + ": 2 of 16×16 pixels");
    Run one = nll("--images", pictures.toString(), "--count", "1");
    assertThat(one.out()).contains("bits per dimension: ").doesNotContain("±");
    Run three = nll("--images", pictures.toString(), "--count", "3");
    assertThat(three.err())
        .endsWith("error: count: 3 (expected: at most the 2 of %s)%n".formatted(pictures));
    assertThat(three.status()).isEqualTo(2);
  }

  @Test
  void aChainThatTheModelCannotFollowIsRefused() {
    Run run = Run.of("nll", "--steps", "1", "--model", model.toString());
    assertThat(run.err()).contains("error: steps: 1 (expected: at least 2)");
    assertThat(run.status()).isEqualTo(2);
    assertThat(Run.of("nll", "--steps", "ddim", "--model", model.toString()).err())
        .contains("error: respacing: \"ddim\" (expected: ");
  }

  /** {@code serve} on a free port, on a thread of its own. */
  private static final class Serving implements AutoCloseable {
    private final StringWriter out = new StringWriter();
    private final List<String> more;
    private final Thread thread =
        new Thread(
            () -> Main.commandLine().setOut(new PrintWriter(out, true)).execute(arguments()),
            "serve");

    private String[] arguments() {
      List<String> all = new ArrayList<>(List.of("serve", "--port", "0"));
      all.addAll(List.of("--model", model.toString()));
      all.addAll(more);
      return all.toArray(String[]::new);
    }

    Serving(String... more) {
      this.more = List.of(more);
      thread.start();
    }

    /** Waits for the line with the address. */
    String address() throws InterruptedException {
      var line = Pattern.compile("serving tiny on (127\\.0\\.0\\.1:\\d+)");
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
      while (System.nanoTime() < end) {
        var said = line.matcher(out.toString());
        if (said.find()) {
          return said.group(1);
        }
        TimeUnit.MILLISECONDS.sleep(50);
      }
      throw new AssertionError("the server did not start: " + out);
    }

    @Override
    public void close() {
      thread.interrupt();
      Uninterruptibles.joinUninterruptibly(thread, Duration.ofMinutes(1));
      assertThat(thread.isAlive()).isFalse();
    }
  }
}
