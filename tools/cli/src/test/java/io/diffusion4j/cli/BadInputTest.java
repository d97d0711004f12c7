package io.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.google.common.base.Splitter;
import io.diffusion4j.client.Recipes;
import io.diffusion4j.diffusion.guidance.Guider;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.solver.Samplers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every mistake gets one line that names the value and what was expected, and a status. */
final class BadInputTest {
  private static final String SAMPLERS = String.join(", ", Samplers.standard().names());

  private Path folder;

  @BeforeEach
  void makeFolder(@TempDir Path temporary) {
    folder = temporary;
  }

  private static String[] words(String line) {
    return Splitter.on(' ').splitToList(line).toArray(String[]::new);
  }

  private static void assertRefused(int status, String line, String... arguments) {
    Run run = Run.of(arguments);
    assertThat(run.err()).isEqualTo("error: " + line + System.lineSeparator());
    assertThat(run.out()).isEmpty();
    assertThat(run.status()).isEqualTo(status);
  }

  @Test
  void anEmptyPromptIsRefused() {
    assertRefused(2, "prompt: \" \" (expected: some words)", "generate", " ");
  }

  @ParameterizedTest
  @CsvSource({"--sampler", "--prior-sampler", "--decoder-sampler", "--super-res-sampler"})
  void anUnknownSamplerIsRefusedWithTheKnownOnes(String option) {
    String line = option.substring(2) + ": dmp (expected: one of " + SAMPLERS + ")";
    assertRefused(2, line, "generate", "a cat", option, "dmp");
  }

  @ParameterizedTest
  @ValueSource(strings = {"prior", "decoder", "super-res", "base", "upsampler"})
  void theValuesOfASettingThatNeedNoModelAreRefusedWithoutOne(String stage) {
    for (String value : List.of("cfg:rescale=2", "cfg:rescale=-0.1", "apg:eta=NaN", "cfgg", "")) {
      String option = stage + "-guider";
      String expected = Guider.expectedInsteadOf(value).orElseThrow();
      String line = option + ": " + value + " (expected: " + expected + ")";
      assertRefused(2, line, "generate", "a cat", "--" + option, value);
    }
    String schedules = String.join(", ", TimestepSpacings.standard().names());
    assertRefused(
        2,
        stage + "-schedule: early (expected: one of " + schedules + ")",
        "generate",
        "a cat",
        "--" + stage + "-schedule",
        "early");
    assertRefused(
        2,
        stage + "-thresholding: 0.995 (expected: one of clip, dynamic, none)",
        "generate",
        "a cat",
        "--" + stage + "-thresholding",
        "0.995");
  }

  @ParameterizedTest
  @CsvSource({
    "--prior-steps, -1, prior-steps: -1 (expected: ≥ 1)",
    "--decoder-steps, -20, decoder-steps: -20 (expected: ≥ 1)",
    "--super-res-steps, 0, super-res-steps: 0 (expected: ≥ 1)",
    "--prior-guidance, -2, prior-guidance: -2.0 (expected: ≥ 0)",
    "--decoder-guidance, NaN, decoder-guidance: NaN (expected: ≥ 0)",
    "--prior-eta, 1.5, prior-eta: 1.5 (expected: 0 to 1)",
    "--decoder-eta, -0.1, decoder-eta: -0.1 (expected: 0 to 1)",
    "--decoder-guidance-interval, '3,0.3', 'decoder-guidance-interval: 3,0.3 (expected: two noise"
        + " levels, such as 0.3,3)'",
    "--prior-guidance-interval, x, 'prior-guidance-interval: x (expected: two noise levels, such as"
        + " 0.3,3)'",
    "--super-res-eta, NaN, super-res-eta: NaN (expected: 0 to 1)",
    "--decoder-reuse, 0, decoder-reuse: 0 (expected: ≥ 1)",
    "--count, 0, count: 0 (expected: ≥ 1)",
    "--seed, -7, seed: -7 (expected: ≥ 0)",
    "--server, nowhere, 'server: nowhere (expected: host:port, such as localhost:50051)'",
  })
  void aNumberOutOfRangeIsNamed(String option, String value, String line) {
    assertRefused(2, line, "generate", "a cat", option, value);
  }

  @Test
  void aModelFolderThatIsMissingIsNamed() {
    Path missing = folder.resolve("missing");
    assertRefused(
        2,
        "model: "
            + missing
            + " (expected: a folder with model_index.json, or with config.json of a"
            + " UNet2DModel, DiTTransformer2DModel or UViT, or with GLIDE's base, upsample and"
            + " tokenizer)",
        "generate",
        "a cat",
        "--model",
        missing.toString());
  }

  @ParameterizedTest
  @CsvSource({
    "generate a --noise missing, noise: missing (expected: a safetensors file)",
    "generate a --noise pom.xml --seed 3, seed: 3 (expected: none beside --noise)",
    "generate a --raw missing/a, 'raw: missing/a (expected: a file in a folder that is there;"
        + " missing is none)'",
    "generate a --raw a --server here:1, 'server: here:1 (expected: none beside --noise, --raw"
        + " and --sweep)'",
    "vary missing.png, image: missing.png (expected: a file)",
    "generate --model missing, 'model: missing (expected: a folder with model_index.json, or with"
        + " config.json of a UNet2DModel, DiTTransformer2DModel or UViT, or with GLIDE''s base,"
        + " upsample and tokenizer)'",
    "generate a red apple, 'prompt: a red apple (expected: \"a red apple\", in quotes; several"
        + " prompts are several images)'",
    "generate cat --sweep decoder-guidance=1, 'sweep: decoder-guidance=1 (expected: two values or"
        + " more)'",
    "'generate cat --sweep decoder-steps=1,2 --sweep decoder-steps=3,4', 'sweep: decoder-steps"
        + " twice (expected: each option once)'",
    "generate cat --sweep colour, 'sweep: colour (expected: NAME=VALUE,VALUE,…)'",
    "'generate cat --sweep decoder-steps=1,0', decoder-steps: 0 (expected: ≥ 1)",
    "img2img missing.png cat, image: missing.png (expected: a file)",
    "img2img ../../docs/images/a-new-thing.png --strength 1.5, 'strength: 1.5 (expected: in [0,"
        + " 1])'",
    "inpaint ../../docs/images/a-new-thing.png --mask missing.png, mask: missing.png (expected: a"
        + " file)",
    "inpaint ../../docs/images/a-new-thing.png --mask ../../docs/images/a-new-thing.png"
        + " --repaint-times 0, repaint-times: 0 (expected: ≥ 1)",
    "blend ../../docs/images/a-new-thing.png missing.png, second: missing.png (expected: a file)",
    "blend ../../docs/images/a-new-thing.png ../../docs/images/a-new-thing.png --frames 0, frames:"
        + " 0 (expected: ≥ 1)",
    "diff ../../docs/images/a-new-thing.png --to cat --ratio 2, 'ratio: 2.0 (expected: in [0, 1])'",
    "upscale ../../docs/images/a-new-thing.png --count 0, count: 0 (expected: ≥ 1)",
    "vary x.safetensors --server localhost:1, image: x.safetensors (expected: a file)",
    "vary ../../docs/images/a-new-thing.png --count 0, count: 0 (expected: ≥ 1)",
    "vary ../../docs/images/a-new-thing.png --prior-steps 3, prior-steps: 3 (expected: none; no"
        + " prior is used)",
    "vary ../../docs/images/a-new-thing.png --prior ar, prior: ar (expected: none; no prior is"
        + " used)",
    "generate a --prior painter, 'prior: painter (expected: one of diffusion, ar)'",
    "generate a --prior ar --prior-steps 3, prior-steps: 3 (expected: none; the autoregressive"
        + " prior has none)",
    "vary ../../docs/images/a-new-thing.png --prior-schedule leading, prior-schedule: leading"
        + " (expected: none; no prior is used)",
    "generate a --prior ar --prior-eta 1, prior-eta: 1.0 (expected: none; the autoregressive prior"
        + " has none)",
    "generate a --prior ar --server here:1, prior: ar (expected: none; a server's model has its"
        + " own)",
    "inspect missing, model: missing (expected: a folder)",
    "init --config small --output src, 'output: src (expected: an empty folder, or none)'",
  })
  void whatCannotBeIsRefusedBeforeAModelIsLoaded(String line, String message) {
    assertRefused(2, message, words(line));
  }

  @Test
  void anOutputFolderThatIsMissingIsNamedBeforeAnythingIsDrawn() {
    Path output = folder.resolve("missing").resolve("cat.png");
    assertRefused(
        2,
        "output: "
            + output
            + " (expected: a file in a folder that is there; "
            + output.getParent()
            + " is none)",
        "generate",
        "a cat",
        "--output",
        output.toString());
  }

  @Test
  void anOutputThatIsAFolderIsNamed() throws IOException {
    Path picture = folder.resolve("picture.png");
    Files.write(picture, Png.encode(new Image(1, 1, new float[3]), Map.of()));
    assertRefused(
        2,
        "output: " + folder + " (expected: a file; " + folder + " is a folder)",
        "upscale",
        picture.toString(),
        "--output",
        folder.toString());
  }

  @Test
  void anOutputFolderThatCannotBeWrittenToIsNamedBeforeAnythingIsDrawn() {
    assertThat(folder.toFile().setWritable(false)).isTrue();
    assumeFalse(Files.isWritable(folder), "whoever runs this can write everywhere");
    Path output = folder.resolve("cat.png");
    assertRefused(
        2,
        "output: "
            + output
            + " (expected: a file in a folder that can be written to; "
            + folder
            + " cannot)",
        "generate",
        "a cat",
        "--output",
        output.toString());
  }

  @Test
  void aServerThatCannotBeReachedIsNamed() throws IOException {
    int port;
    try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Run run = Run.of("generate", "a cat", "--server", "127.0.0.1:" + port);
    assertThat(run.err())
        .startsWith(
            "error: 127.0.0.1:" + port + ": no answer (expected: a running Diffusion4J server); ")
        .hasLineCount(1);
    assertThat(run.status()).isEqualTo(1);
  }

  @Test
  void aPortThatIsNoneIsNamed() {
    assertRefused(2, "port: 99999 (expected: 0 to 65535)", "serve", "--port", "99999");
  }

  @ParameterizedTest
  @CsvSource({
    "serve --host 0.0.0.0, 'host: 0.0.0.0 (expected: an address of this machine only, such as"
        + " 127.0.0.1, unless there is TLS, or plaintext is meant: insecure)'",
    "serve --tls-certificate no.pem --tls-key no.key, 'no.pem: no such file or folder'",
    "serve --origin app, 'origins: app (expected: origins such as https://app.example)'",
    "generate a --tls, 'server: none (expected: a server, for options of its connection)'",
    "replay a --ca b, 'server: none (expected: a server, for options of its connection)'",
    "generate a --server a:1 --key b, 'key: b (expected: beside --certificate)'",
    "generate a --server a:1 --ca no.pem, 'no.pem: no such file or folder'",
  })
  void howAServerCannotBeReachedIsNamed(String line, String message) throws IOException {
    Files.writeString(folder.resolve("model_index.json"), "{}");
    List<String> arguments = new ArrayList<>(List.of(words(line)));
    if (line.startsWith("serve")) {
      arguments.addAll(List.of("--model", folder.toString(), "--port", "0"));
    }
    Run run = Run.of(arguments.toArray(String[]::new));
    assertThat(run.err()).isEqualTo("error: %s%n".formatted(message));
    assertThat(run.status()).isEqualTo(message.startsWith("no.pem") ? 1 : 2);
  }

  @Test
  void aPortInUseIsNamedBeforeTheModelIsLoaded() throws IOException {
    Files.writeString(folder.resolve("model_index.json"), "{}");
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = taken.getLocalPort();
      Run run = Run.of("serve", "--port", Integer.toString(port), "--model", folder.toString());
      assertThat(run.err())
          .startsWith(
              "error: port: "
                  + port
                  + " (expected: one that is free; 127.0.0.1:"
                  + port
                  + ": Address already in use")
          .hasLineCount(1);
      assertThat(run.status()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "generate, Missing required parameter: 'PROMPT'",
    "generate a --bogus, Unknown option: '--bogus'",
    "serve --port x, 'Invalid value for option ''--port'': ''x'' is not an int'",
    "train, Missing required parameter: 'PART'",
    "vary, Missing required parameter: 'IMAGE'",
    "inpaint ../../docs/images/a-new-thing.png, Missing required option: '--mask=FILE'",
    "inspect, Missing required parameter: 'DIR'",
    "init --config small, Missing required option: '--output=PATH'",
  })
  void aWrongCommandLineIsToldWhereToRead(String line, String message) {
    Run run = Run.of(words(line));
    assertThat(run.err())
        .isEqualTo("error: %s%nTry 'diffusion4j %s --help'.%n".formatted(message, words(line)[0]));
    assertThat(run.status()).isEqualTo(2);
  }

  @Test
  void noCommandIsToldTheCommands() {
    Run run = Run.of();
    assertThat(run.err())
        .startsWith(
            "error: command: none (expected: one of generate, vary, img2img, inpaint, blend,"
                + " diff, upscale, replay, verify, conform, sign, keygen, watermark, serve, mcp,"
                + " token, health, data, train, distill, evaluate, nll, likelihood, doctor,"
                + " measure, inspect, mix, init, pull, convert, export, embed, classify, search, ")
        .contains("generate-completion, help)")
        .doesNotContain(" edit,", " glide,");
    assertThat(run.status()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({
    "train painter, 'part: painter (expected: one of clip, prior, prior-ar, prior-direct, decoder, "
        + "upsampler, upsampler-last, noised-clip, latent-vae, latent, ddpm, dae, classifier, all, "
        + "judge)'",
    "train clip --preset huge, 'preset: huge (expected: one of emoji, emoji-2, medium, small,"
        + " tiny)'",
    "train all --minutes 1, 'minutes: 1.0 (expected: ≥ 2, as measuring this machine and starting"
        + " the parts takes a minute)'",
    "train clip --minutes 5 --steps 3, minutes: 5.0 (expected: none beside --steps and --epochs)",
    "train --again none.yaml, again: none.yaml (expected: the file run.yaml of a model)",
    "train clip --again pom.xml, 'part: clip (expected: none beside --again)'",
    "train clip --sample-every often, 'sample-every: often (expected: a number of steps, or of"
        + " minutes such as 5m)'",
    "train clip --steps 0, steps: 0 (expected: ≥ 1)",
    "train clip --batch -1, batchSize: -1 (expected: ≥ 1)",
    "train clip --learning-rate 2, 'learningRate: 2.0 (expected: in (0, 1))'",
    "train clip --checkpoint-every 0, checkpoint-every: 0 (expected: ≥ 1)",
    "train clip --ema-decay 1, 'emaDecay: 1.0 (expected: in [0, 1))'",
    "train decoder --technique prediction=flow, 'prediction: flow (expected: one of eps, v,"
        + " velocity, x0)'",
    "train all --technique shift=2, 'technique: shift (expected: one of captions, curriculum,"
        + " relations, scenes)'",
    "train judge --technique shift=2, technique: shift (expected: none for judge)",
    "train clip --processes 0, processes: 0 (expected: ≥ 1)",
    "train judge --minutes 5, minutes: 5 (expected: none for judge)",
    "train judge --start-from a, start-from: a (expected: none for judge)",
    "train judge --clip a, clip: a (expected: none for judge)",
    "train judge --keep-best, keep-best: given (expected: none for judge)",
    "train judge --early-stop 3, early-stop: 3 (expected: none for judge)",
    "train judge --process flow, process: flow (expected: none for judge)",
    "train judge --inpainting, inpainting: given (expected: none for judge)",
    "train judge --plugin a.jar, plugin: a.jar (expected: none for judge)",
    "train clip --lora-alpha 2, lora-alpha: 2.0 (expected: none without --lora-rank)",
    "train clip --lora-targets to_q, lora-targets: to_q (expected: none without --lora-rank)",
    "train judge --processes 2, processes: several (expected: one for judge)",
    "train clip --processes 2 --task 1, 'processes: 2 (expected: 1, beside --cluster and --task)'",
    "train clip --exact --sums bf16, sums: bf16 (expected: f32 beside --exact)",
    "train clip --processes 2 --exact --sums bf16, sums: bf16 (expected: f32 beside --exact)",
    "train clip --task 1, task: 1 (expected: none without --cluster)",
    "'train clip --cluster a:1,b:2', 'task: none (expected: the number of this process in"
        + " --cluster)'",
    "'train clip --cluster a:1,b:2 --task 2', task: 2 (expected: 0 to 1)",
    "'train clip --cluster a:1,b --task 0', cluster: b (expected: HOST:PORT)",
  })
  void aTrainingThatCannotBeIsRefusedAtOnce(String line, String message) {
    assertRefused(2, message, words(line));
  }

  @ParameterizedTest
  @CsvSource({
    "nll --count 0, count: 0 (expected: ≥ 1)",
    "nll --seed -1, seed: -1 (expected: ≥ 0)",
    "nll --images nowhere, images: nowhere (expected: a folder)",
    "nll --json no/where.json, json: no/where.json (expected: a file in a folder that is there)",
    "nll --model nowhere, 'model: nowhere (expected: a folder with model_index.json, or with"
        + " config.json of a UNet2DModel, DiTTransformer2DModel or UViT, or with GLIDE''s base,"
        + " upsample and tokenizer)'",
    "likelihood --steps 0, steps: 0 (expected: ≥ 1)",
    "likelihood --batch 0, batch: 0 (expected: ≥ 1)",
    "likelihood --label -1, label: -1 (expected: ≥ 0)",
  })
  void aMeasurementThatCannotBeIsRefusedAtOnce(String line, String message) {
    assertRefused(2, message, words(line));
  }

  @ParameterizedTest
  @CsvSource({
    "doctor --count 1, count: 1 (expected: ≥ 2)",
    "doctor --seed -1, seed: -1 (expected: ≥ 0)",
    "doctor --images nowhere, images: nowhere (expected: a folder)",
    "doctor --model nowhere, model: nowhere (expected: a folder with model_index.json)",
  })
  void anExaminationThatCannotBeIsRefusedAtOnce(String line, String message) {
    assertRefused(2, message, words(line));
  }

  @ParameterizedTest
  @CsvSource({
    "evaluate --count 0, count: 0 (expected: ≥ 1)",
    "evaluate --batch 0, batch: 0 (expected: ≥ 1)",
    "evaluate --seed -1, seed: -1 (expected: ≥ 0)",
    "evaluate --diversity -1, diversity: -1 (expected: ≥ 0)",
    "evaluate --variations -1, variations: -1 (expected: ≥ 0)",
    "evaluate --variations 2 --similarity 1.5, 'similarity: 1.5 (expected: in [0, 1])'",
    "evaluate --similarity 0, similarity: 0.0 (expected: none without --variations)",
    "evaluate --similarity 0, similarity: 0.0 (expected: none without --variations)",
    "evaluate --images a --diversity 2, diversity: 2 (expected: 0 beside --images and --data)",
    "evaluate --data a --variations 2, variations: 2 (expected: 0 beside --images and --data)",
    "evaluate --decoder-steps 0, decoder-steps: 0 (expected: ≥ 1)",
    "evaluate --model nowhere, 'model: nowhere (expected: a folder with model_index.json, or with"
        + " config.json of a UNet2DModel, DiTTransformer2DModel or UViT, or with GLIDE''s base,"
        + " upsample and tokenizer)'",
    "evaluate --images nowhere --judge nobody, judge: nobody (expected: a folder with config.json)",
    "evaluate --plot a.svg, plot: a.svg (expected: beside --vary)",
    "evaluate --vary decoder-guidance, 'vary: decoder-guidance (expected: NAME=VALUE,VALUE,…)'",
    "'evaluate --vary seed=1,2', 'vary: seed (expected: one of model, sampler, prior,"
        + " steps, cfg, guidance, clip-skip, noise-level, strength, guidance-scale,"
        + " prior-sampler, prior-eta, prior-steps, prior-schedule, prior-thresholding,"
        + " prior-guidance, prior-guider, prior-reuse, decoder-sampler, decoder-eta,"
        + " decoder-steps, decoder-schedule, decoder-thresholding, decoder-guidance,"
        + " decoder-guider, decoder-reuse, super-res-sampler, super-res-eta, super-res-steps,"
        + " super-res-schedule, super-res-thresholding, super-res-guidance, super-res-guider,"
        + " super-res-reuse, base-sampler, base-eta, base-steps, base-schedule,"
        + " base-thresholding, base-guidance, base-guider, base-reuse, upsampler-sampler,"
        + " upsampler-eta, upsampler-steps, upsampler-schedule, upsampler-thresholding,"
        + " upsampler-guidance, upsampler-guider, upsampler-reuse)'",
    "'evaluate --vary sampler=ddim', 'vary: sampler=ddim (expected: two values or more)'",
    "'evaluate --vary decoder-steps=5,x', 'decoder-steps: x (expected: an integer)'",
    "'evaluate --vary decoder-guidance=1,-1', 'decoder-guidance: -1.0 (expected: ≥ 0)'",
    "'evaluate --vary model=here,there', 'model: here (expected: a folder with model_index.json, or"
        + " with config.json of a UNet2DModel, DiTTransformer2DModel or UViT, or with GLIDE''s"
        + " base, upsample and tokenizer)'",
    "'evaluate --vary prior=ar,painter', 'prior: painter (expected: one of diffusion, ar)'",
    "train judge --preset huge, 'preset: huge (expected: one of emoji, emoji-2, tiny)'",
    "train judge --checkpoint-every 0, checkpoint-every: 0 (expected: ≥ 1)",
  })
  void anEvaluationThatCannotBeIsRefusedAtOnce(String line, String message) {
    assertRefused(2, message, words(line));
  }

  @Test
  void aTypingErrorIsToldWhatWasMeant() {
    assertThat(Run.of("generte", "a cat").err()).contains("Did you mean: diffusion4j generate");
    Run option = Run.of("generate", "a cat", "--sede", "7");
    assertThat(option.err()).contains("error: Unknown option", "Possible solutions: --seed");
    assertThat(option.status()).isEqualTo(2);
  }

  @Test
  void anOptionThatWentIsToldWhatReplacesIt() {
    Run run = Run.of("generate", "a cat", "--preview");
    assertThat(run.err())
        .startsWith("error: --preview: no longer an option (expected: --output FILE, and a ");
    assertThat(run.status()).isEqualTo(2);
  }

  @Test
  void helpIsACommand() {
    Run run = Run.of("help", "inspect");
    assertThat(run.status()).isZero();
    assertThat(run.out()).contains("diffusion4j inspect");
  }

  @Test
  void aNameThatSaysSomethingElseThanItsContentIsRefused() {
    Path jpeg = folder.resolve("a.jpg");
    String message = "output: " + jpeg + " (expected: a name that ends in .png)";
    assertRefused(2, message, "generate", "a cat", "-o", jpeg.toString());
    assertRefused(
        2,
        "output: - for 2 images (expected: the name of a file)",
        "generate",
        "a cat",
        "--count",
        "2",
        "-o",
        "-");
  }

  @Test
  void aFolderWithoutPicturesIsNamed() {
    assertRefused(
        2,
        "images: " + folder + " (expected: a folder with PNG, JPEG, WebP or GIF files)",
        "nll",
        "--images",
        folder.toString());
  }

  @Test
  void aFileThatCannotBeDrawnAgainIsRefusedAtOnce() throws IOException {
    Path missing = folder.resolve("missing.png");
    assertRefused(1, missing + ": no such file or folder", "replay", missing.toString());

    Path text = Files.writeString(folder.resolve("text.png"), "no picture");
    assertRefused(2, "file: " + text + " (expected: a PNG file)", "replay", text.toString());

    Path bare = png("bare.png", Map.of("Title", "none"));
    assertRefused(
        2,
        "file: " + bare + " (expected: a PNG file with the text chunk Diffusion4J recipe)",
        "replay",
        bare.toString());

    Path two = png("two.png", Map.of(Recipes.KEYWORD, "{\"request\": {\"imageCount\": 2}}"));
    assertRefused(
        2, "recipe of " + two + ": 2 images (expected: of one image)", "replay", two.toString());

    Path foreign = png("foreign.png", Map.of(Recipes.KEYWORD, "{\"steps\": 20}"));
    Run run = Run.of("replay", foreign.toString());
    assertThat(run.err())
        .startsWith("error: " + foreign + ": recipe: ")
        .contains("steps", "(expected: a recipe of Diffusion4J in JSON)");
    assertThat(run.status()).isEqualTo(2);
  }

  private Path png(String name, Map<String, String> text) throws IOException {
    return Files.write(folder.resolve(name), Png.encode(new Image(1, 1, new float[3]), text));
  }

  @Test
  void theStackTraceIsShownOnlyWhenAskedFor() {
    Run run = Run.of("generate", " ", "--verbose");
    assertThat(run.err())
        .startsWith("error: prompt: ")
        .contains("java.lang.IllegalArgumentException", "at io.diffusion4j.cli.");
  }

  @ParameterizedTest
  @CsvSource({
    "generate a --model none --precision bf16 --precision int8, --precision",
    "generate a --raw a --count 2 --raw b, --raw",
    "vary a.png --server a:1 --token-file none --server b:1, --server",
    "serve --tokens none --port 1 --port 2, --port",
    "evaluate --model none --precision f32 --model emoji, --model",
    "classify a.png --model none --precision f32 --precision bf16, --precision",
    "generate a --seed 1 --seed 2, --seed"
  })
  void anOptionThatIsGivenTwiceIsRefused(String line, String option) {
    var run = Run.of(line.split(" "));
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).startsWith("error: ").contains(option).doesNotContain("none");
  }

  @Test
  void theLastValueOfAStageOptionCounts() {
    assertRefused(
        2,
        "decoder-steps: -2 (expected: ≥ 1)",
        "generate",
        "a",
        "--decoder-steps",
        "3",
        "--decoder-steps",
        "-2");
  }

  @Test
  void anOptionOfSeveralValuesMayBeRepeated() {
    var run = Run.of("generate", "a", "--model", "none", "--lora", "a", "--lora", "b");
    assertThat(run.err()).startsWith("error: model: none");
  }

  @Test
  void helpAndVersionAreThere() {
    assertThat(Run.of("--help").out()).contains("generate", "serve", "train", "evaluate");
    assertThat(Run.of("generate", "--help").out())
        .contains("PROMPT", "--steps", "--cfg", "All: diffusion4j generate --help-all")
        .doesNotContain("--decoder-guidance")
        .satisfies(help -> assertThat(help.lines().count()).isLessThan(60));
    assertThat(Run.of("generate", "--help-all").out()).contains("PROMPT", "--decoder-guidance");
    assertThat(Run.of("help", "--all").out()).contains("watermark", "Exit status");
    assertThat(Run.of("help", "vary").out()).contains("Usage: diffusion4j vary [OPTIONS]");
    assertThat(Run.of("help", "very").err()).contains("command: very (expected: a command");
    assertThat(Run.of("--version").out()).startsWith("Diffusion4J 0.");
  }
}
