package io.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Patients whose illness is known. */
final class DoctorTest {
  private static final Path SHIPPED = Path.of("..", "..", "emoji", "model");
  private static final List<String> PARTS =
      List.of("image_encoder", "prior", "decoder", "super_res_first", "super_res_last");

  private static Path folder;
  private static Path random;

  @BeforeAll
  static void init(@TempDir Path temporary) {
    folder = temporary;
    random = folder.resolve("random");
    RandomUnclip.write(random);
  }

  private static Run examine(Path model, String... more) {
    return Run.of(
        Stream.concat(
                Stream.of("doctor", "--model", model.toString(), "--count", "6"), Stream.of(more))
            .toArray(String[]::new));
  }

  private static void assertVerdict(Run run, String part, String verdict) {
    assertThat(run.out().lines().filter(line -> line.startsWith(part + ": ")))
        .singleElement()
        .asString()
        .startsWith(part + ": " + verdict);
  }

  private static Path copy(Path model, String name) throws IOException {
    Path copy = folder.resolve(name);
    try (Stream<Path> files = Files.walk(model)) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(model.relativize(file).toString()));
      }
    }
    return copy;
  }

  @Test
  void aMachineIsExamined() {
    Run run = Run.of("doctor", "--machine");
    assertThat(run.status()).as(run.out() + run.err()).isZero();
    assertThat(run.out().lines().map(line -> line.replaceAll(" {2,}.*", "")))
        .contains("java", "processor", "memory", "engine tensorflow", "accelerators", "port");
    assertThat(run.out())
        .containsPattern("engine tensorflow +ok +float32, bfloat16")
        .containsPattern("cuda +ok +TensorFlow's natives .* CUDA 12.5 and cuDNN 9.3, not CUDA 13")
        .containsPattern("(found|missing): .*libcudart.so.12")
        .containsPattern("(found|missing): .*libcudnn.so.9");
  }

  @Test
  void aRequiredGpuIsAskedOfTheMachineOnly() {
    Run run = Run.of("doctor", "--machine", "--require-gpu");
    boolean isThere = run.out().lines().noneMatch(line -> line.matches("accelerators +broken.*"));
    assertThat(run.status()).isEqualTo(isThere ? 0 : 1);
    assertThat(Run.of("doctor", "--require-gpu").err())
        .contains("require-gpu: without --machine (expected: with --machine)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"generate apple --model MODEL", "serve --model MODEL", "train clip"})
  void aRequiredGpuThatIsMissingIsReportedInALineBeforeAnythingElse(String command) {
    assumeTrue(
        Run.of("doctor", "--machine", "--require-gpu").status() != 0,
        "a GPU: on this machine (expected: none)");
    Run run =
        Run.of((command.replace("MODEL", SHIPPED.toString()) + " --require-gpu").split(" ", -1));
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().lines())
        .singleElement()
        .asString()
        .contains("require-gpu: no GPU (expected: a GPU and a build for it");
  }

  @Test
  void theModelThatShipsIsWell() {
    Run run = examine(SHIPPED);
    PARTS.forEach(part -> assertVerdict(run, part, "ok: "));
    assertThat(run.out())
        .contains("; of two things it is nearer than that with both exchanged 100 % of the time");
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out().lines().filter(line -> line.startsWith("decoder "))).hasSize(7);
  }

  @Test
  void aPriorThatIsMeasuredCanBeSampledWithTheVarianceThatIsBestForIt() throws IOException {
    Path model = copy(random, "measured");
    String picture = folder.resolve("measured.png").toString();
    String[] generate = {
      "generate",
      "a cat",
      "--model",
      model.toString(),
      "--output",
      picture,
      "--prior-sampler",
      "analytic-dpm",
      "--prior-steps",
      "4",
      "--decoder-sampler",
      "heun",
      "--decoder-steps",
      "3",
      "--super-res-steps",
      "1"
    };
    Run before = Run.of(generate);
    assertThat(before.err())
        .startsWith("error: prior-sampler: analytic-dpm (expected: one of consistency, ddim, ")
        .contains("; analytic-dpm needs `diffusion4j measure` of the model first)");
    assertThat(before.status()).isEqualTo(2);

    Run measured = Run.of("measure", "--model", model.toString(), "--count", "6");
    assertThat(measured.status()).as(measured.err()).isZero();
    assertThat(measured.out()).isEqualTo("%s%n", model.resolve("prior").resolve("eps_power.json"));

    Run again = Run.of("measure", "--model", model.toString(), "--count", "6");
    assertThat(again.err())
        .contains("model: " + model + " (expected: one without figures, or --replace");
    assertThat(again.status()).isEqualTo(2);

    Run after = Run.of(generate);
    assertThat(after.status()).as(after.err()).isZero();
    assertThat(after.err())
        .contains("warning: decoder-sampler: in 3 steps it amplifies the network's errors")
        .doesNotContain("prior-sampler");
    Run decoder =
        Run.of(
            "generate",
            "a cat",
            "--model",
            model.toString(),
            "--decoder-sampler",
            "analytic-dpm",
            "--output",
            picture);
    assertThat(decoder.err())
        .contains("analytic-dpm")
        .contains("(expected: one of consistency, ddim, ");
    assertThat(decoder.status()).isEqualTo(2);
  }

  @Test
  void randomWeightsAreUntrained() {
    Run run = examine(random);
    PARTS.forEach(part -> assertVerdict(run, part, "untrained: "));
    assertThat(run.status()).isEqualTo(1);
  }

  @Test
  void settingsThatSpoilTrainedWeightsAreNamed() throws IOException {
    Path model = copy(SHIPPED, "misconfigured");
    change(model.resolve("decoder_scheduler"), "\"sample\"", "\"epsilon\"");
    change(
        model.resolve("super_res_scheduler"),
        "\"clip_sample_range\": 1.0",
        "\"clip_sample_range\": 0.5");
    Run run = examine(model);
    assertVerdict(run, "image_encoder", "ok: ");
    assertVerdict(run, "decoder", "untrained: error ");
    assertThat(run.out()).contains("train longer, or correct prediction_type: epsilon)");
    assertVerdict(run, "prior", "ok: ");
    assertVerdict(run, "super_res_first", "misconfigured: clip_sample_range: 0.5 (expected: more");
    assertThat(run.status()).isEqualTo(1);
  }

  private static void change(Path scheduler, String from, String to) throws IOException {
    Path file = scheduler.resolve("scheduler_config.json");
    String before = Files.readString(file);
    assertThat(before).contains(from);
    Files.writeString(file, before.replace(from, to));
  }

  @Test
  void weightsThatAreNoNumbersAreFound() throws IOException {
    Path model = copy(random, "broken");
    Path weights = model.resolve("text_proj").resolve("diffusion_pytorch_model.safetensors");
    try (var file = new RandomAccessFile(weights.toFile(), "rw")) {
      file.seek(file.length() - 4);
      file.writeInt(Integer.reverseBytes(Float.floatToIntBits(Float.NaN)));
    }
    Run run = examine(model);
    assertVerdict(run, "text_proj", "broken: not all weights are finite numbers, in ");
    assertVerdict(run, "decoder", "unexamined: a part that it depends on is broken: text_proj");
    assertVerdict(run, "prior", "untrained: ");
    assertThat(run.status()).isEqualTo(1);
  }
}
