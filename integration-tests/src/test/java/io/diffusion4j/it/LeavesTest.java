package io.diffusion4j.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is found, not named, can be taken off the class path, and everything else runs. */
@Timeout(300)
class LeavesTest {
  /** The modules that nothing else on the class path of the command line needs. */
  private static final Set<String> LEAVES =
      Set.of("apis", "ddpm", "diffusion-ort", "glide", "kandinsky", "latent", "onnx", "plots");

  /** The engine that trains where oneDNN does not, and the sums of several processes. */
  private static final String TENSORFLOW = "diffusion-tf";

  /** Those of other programs, which are on the class path of these tests only. */
  private static final Pattern OTHERS =
      Pattern.compile("kotlin|kotlin-stubs|langchain4j|spark|spring-.*");

  /** The libraries of the leaves. */
  private static final Pattern LIBRARIES =
      Pattern.compile(".*/(batik-|hadoop-|jmh-|onnxruntime|parquet-|pytorch-|spark-|xchart)[^/]*");

  private static final Path MODEL = Path.of("../emoji/model");

  @TempDir private Path folder = Path.of("");

  private static boolean isKept(String entry, boolean tensorFlow) {
    String library = PluginJars.library(entry);
    return !LEAVES.contains(library)
        && !OTHERS.matcher(library).matches()
        && !LIBRARIES.matcher(entry).matches()
        && (tensorFlow || (!library.equals(TENSORFLOW) && !entry.contains("tensorflow")));
  }

  private static List<String> classPath() {
    return List.of(PluginJars.classPath().split(File.pathSeparator));
  }

  private Process start(boolean tensorFlow, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-Dfile.encoding=UTF-8",
                "-Ddiffusion4j.home=..",
                "-cp",
                classPath().stream()
                    .filter(entry -> isKept(entry, tensorFlow))
                    .collect(Collectors.joining(File.pathSeparator)),
                "io.diffusion4j.cli.Main"));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(folder.resolve("err").toFile()).start();
  }

  private String run(int status, String... arguments) throws IOException, InterruptedException {
    return run(status, false, arguments);
  }

  private String run(int status, boolean tensorFlow, String... arguments)
      throws IOException, InterruptedException {
    Process process = start(tensorFlow, arguments);
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String all = out + Files.readString(folder.resolve("err"));
    assertThat(process.waitFor()).as(all).isEqualTo(status);
    return all;
  }

  @Test
  void theLeavesAreOnTheClassPathOfTheseTests() {
    assertThat(classPath().stream().map(PluginJars::library)).containsAll(LEAVES);
    assertThat(classPath().stream().filter(entry -> isKept(entry, false)))
        .noneMatch(entry -> entry.contains("xchart") || entry.contains("tensorflow"));
  }

  @Test
  void picturesAreDrawn() throws Exception {
    Path file = folder.resolve("apple.png");
    String all = run(0, "generate", "a red apple", "--seed", "7", "--output", file.toString());
    assertThat(all).doesNotContain("left out");
    assertThat(file).isNotEmptyFile();
    assertThat(run(2, "generate", "a red apple", "--animate", "way.gif"))
        .contains("animate: way.gif (expected: none without diffusion4j-plots on the class path)");
  }

  @Test
  void aModelIsTrainedAndMeasured() throws Exception {
    Path model = folder.resolve("model");
    Path state = folder.resolve("state");
    String[] train = {
      "train",
      "judge",
      "--preset",
      "tiny",
      "--steps",
      "2",
      "--model",
      model.toString(),
      "--state",
      state.toString()
    };
    assertThat(run(0, true, train)).doesNotContain("left out");
    assertThat(model).isNotEmptyDirectory();
    assertThat(run(0, "doctor", "--state", state.toString())).contains("2 steps");
    assertThat(run(0, true, "evaluate", "--model", MODEL.toString(), "--count", "2"))
        .contains("background");
    assertThat(run(2, "train", "clip", "--cluster", "a:1,b:2", "--task", "0"))
        .contains("cluster: a:1,b:2 (expected: none without diffusion4j-diffusion-tf on the");
  }

  @Test
  void aModelIsServed() throws Exception {
    Process server = start(false, "serve", "--model", MODEL.toString(), "--port", "0");
    try (BufferedReader out = server.inputReader(StandardCharsets.UTF_8)) {
      assertThat(out.readLine()).as(() -> log()).contains(" on 127.0.0.1:");
    } finally {
      server.destroyForcibly();
    }
  }

  private String log() {
    try {
      return Files.readString(folder.resolve("err"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Its commands are left out, and the help of the others is there. */
  @Test
  void helpListsWhatIsThere() throws Exception {
    assertThat(run(0, "--help"))
        .contains("  generate ", "  evaluate ")
        .doesNotContain("  plot ", "  bench ", "  export ");
    assertThat(run(2, "plot", "schedules")).contains("Unmatched arguments");
  }
}
