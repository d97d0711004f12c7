package io.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.checkpoint.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code train --processes}: processes on this machine, which train to the bits of one. */
@EnabledOnOs(OS.LINUX)
class TrainProcessesTest {
  @TempDir Path folder = Path.of("");

  private String[] command(String name, String... more) {
    List<String> line = new ArrayList<>();
    Collections.addAll(line, "train", "clip", "--preset", "tiny", "--steps", "16", "--exact");
    Collections.addAll(line, "--checkpoint-every", "4");
    Collections.addAll(line, "--precision", "f32"); // which oneDNN trains on every processor
    Collections.addAll(line, "--model", folder.resolve(name).resolve("model").toString());
    Collections.addAll(line, "--state", folder.resolve(name).resolve("state").toString());
    Collections.addAll(line, more);
    return line.toArray(String[]::new);
  }

  private Path state(String name) {
    return folder.resolve(name).resolve("state/clip/state.safetensors");
  }

  private Process start(String... arguments) throws IOException {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(List.of("-Xmx512m", "-XX:TieredStopAtLevel=1"));
    line.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    Collections.addAll(line, arguments);
    return new ProcessBuilder(line)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("log").toFile())
        .start();
  }

  private static Map<String, Integer> bits(Path state) {
    try (var file = SafetensorsFile.open(state)) {
      Map<String, Integer> bits = new TreeMap<>();
      bits.put("step", Integer.parseInt(file.metadata().getOrDefault("step", "")));
      for (String name : file.names()) {
        int bytes = Math.toIntExact(file.info(name).byteSize());
        bits.put(name, file.raw(name, 0, bytes).hashCode());
      }
      return bits;
    }
  }

  @Test
  void theFormatOfSumsIsKeptUntilItIsChanged() throws IOException, InterruptedException {
    var launcher = start(shortRun("2", "--processes", "2", "--sums", "bf16"));
    assertThat(launcher.waitFor(120, TimeUnit.SECONDS)).isTrue();
    assertThat(launcher.exitValue()).as(Files.readString(folder.resolve("log"))).isZero();
    assertThat(sums()).isEqualTo("bf16");
    Run unchanged = Run.of(shortRun("3"));
    assertThat(unchanged.status()).as(unchanged.err()).isZero();
    assertThat(unchanged.err()).doesNotContain("sums in"); // the page is in a folder of that name
    assertThat(sums()).isEqualTo("bf16");
    Run changed = Run.of(shortRun("4", "--sums", "f32"));
    assertThat(changed.err()).contains("clip: sums in f32, until here in bf16");
    assertThat(sums()).isEqualTo("f32");
  }

  private String[] shortRun(String steps, String... more) {
    List<String> line = new ArrayList<>();
    Collections.addAll(line, "train", "clip", "--preset", "tiny", "--steps", steps);
    Collections.addAll(line, "--precision", "f32");
    Collections.addAll(line, "--model", folder.resolve("sums/model").toString());
    Collections.addAll(line, "--state", folder.resolve("sums/state").toString());
    Collections.addAll(line, more);
    return line.toArray(String[]::new);
  }

  private String sums() {
    try (var file = SafetensorsFile.open(state("sums"))) {
      return file.metadata().getOrDefault("sums", "none");
    }
  }

  /** One of them is killed in the middle; all are started again. */
  @Test
  void processesThatLostOneTrainToTheBitsOfAProcessByItself()
      throws IOException, InterruptedException {
    assertThat(Run.of(command("alone")).status()).isZero();
    var launcher = start(command("three", "--processes=3"));
    try {
      while (launcher.isAlive() && !Files.exists(state("three"))) {
        Thread.sleep(10);
      }
      launcher
          .descendants()
          .filter(child -> child.info().commandLine().orElse("").contains("--task 1"))
          .findFirst()
          .ifPresent(ProcessHandle::destroyForcibly);
      assertThat(launcher.waitFor(120, TimeUnit.SECONDS)).isTrue();
      String log = Files.readString(folder.resolve("log"));
      assertThat(launcher.exitValue()).as(log).isZero();
      assertThat(log).contains("clip: process 1 of 3, rows 8 to 15 of 32");
    } finally {
      launcher.descendants().forEach(ProcessHandle::destroyForcibly);
      launcher.destroyForcibly();
    }
    assertThat(bits(state("three"))).isEqualTo(bits(state("alone")));
    assertThat(folder.resolve("three/model/text_encoder/model.safetensors"))
        .hasSameBinaryContentAs(folder.resolve("alone/model/text_encoder/model.safetensors"));
  }
}
