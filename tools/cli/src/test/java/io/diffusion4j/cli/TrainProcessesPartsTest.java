package io.diffusion4j.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.emoji.train.EmojiPreset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Parts that {@code train} trains in two processes: to the bits of a process by itself. */
@Tag("slow")
@EnabledOnOs(OS.LINUX)
@TestInstance(Lifecycle.PER_CLASS)
class TrainProcessesPartsTest {
  private final Path folder;
  private final Path base;
  private final Path kandinsky;
  private final Path dit;

  TrainProcessesPartsTest(@TempDir Path folder) {
    this.folder = folder;
    base = folder.resolve("base");
    kandinsky = folder.resolve("kandinsky");
    dit = folder.resolve("dit.yaml");
  }

  /** Makes what some parts start from. */
  @BeforeAll
  void makeModels() throws IOException {
    String state = folder.resolve("state").toString();
    run("train", "all", "--preset", "tiny", "--steps", "1", "--model", "" + base, "--state", state);
    run("init", "--config", "kandinsky_small", "--output", kandinsky.toString());
    try (var tiny = EmojiPreset.class.getResourceAsStream("tiny.yaml")) {
      String preset = new String(Objects.requireNonNull(tiny).readAllBytes(), UTF_8);
      Files.writeString(dit, preset.replace("backbone: unet", "backbone: dit"));
    }
  }

  Stream<List<String>> parts() {
    return Stream.of(
        List.of("all", "--preset", "tiny"),
        List.of("prior-ar", "--preset", "tiny", "--start-from", "" + base),
        List.of("decoder", "--preset", "tiny", "--start-from", "" + base, "--lora-rank", "2"),
        List.of("ddpm", "--preset", "tiny"),
        List.of("ddpm", "--preset", "" + dit),
        List.of("decoder", "--preset", "tiny", "--start-from", "" + kandinsky.resolve("decoder")));
  }

  @ParameterizedTest
  @MethodSource("parts")
  void twoProcessesTrainToTheBitsOfOne(List<String> part) throws IOException {
    int number = part.hashCode();
    Path one = train(part, folder.resolve("one" + number));
    Path two = train(part, folder.resolve("two" + number), "--processes", "2");
    List<Path> weights = weights(one);
    assertThat(weights).isNotEmpty();
    for (Path file : weights) {
      assertThat(two.resolve(one.relativize(file))).hasSameBinaryContentAs(file);
    }
  }

  /** The frozen CLIP of a decoder and of a prior has the engine and the precision of the run. */
  @Test
  void oneEngineRunsTheFrozenNetworksToo() {
    for (String part : List.of("prior-ar", "decoder")) {
      var line = List.of(part, "--preset", "tiny", "--start-from", "" + base);
      train(line, folder.resolve("onednn-" + part), "--engine", "onednn");
    }
  }

  private static Path train(List<String> part, Path place, String... more) {
    List<String> line = new ArrayList<>(List.of("train"));
    line.addAll(part);
    line.addAll(List.of("--steps", "2", "--exact", "--model", place + "/model"));
    line.addAll(List.of("--precision", "f32")); // which oneDNN trains on every processor
    line.addAll(List.of("--state", place + "/state"));
    line.addAll(List.of(more));
    run(line.toArray(String[]::new));
    return place.resolve("model");
  }

  private static void run(String... arguments) {
    Run run = Run.of(arguments);
    assertThat(run.status()).as(run.err()).isZero();
  }

  private static List<Path> weights(Path model) throws IOException {
    try (Stream<Path> files = Files.walk(model)) {
      return files.filter(file -> file.toString().endsWith(".safetensors")).sorted().toList();
    }
  }
}
