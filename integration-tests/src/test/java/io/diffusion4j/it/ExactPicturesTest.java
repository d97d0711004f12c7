package io.diffusion4j.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.cli.Main;
import io.diffusion4j.golden.GoldenRoots;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Exact pictures of all families, drawn by processes with different instructions and threads, are
 * the same files.
 */
@Tag("slow")
class ExactPicturesTest {
  private static final List<String> FIXTURES =
      List.of("ddpm/butterflies", "dit/pipeline", "kandinsky/decoder", "latent/sd1", "latent/sd2");

  @TempDir private Path folder = Path.of("");

  /** Draws with each model, and prints the names of the models and the digests of the files. */
  public static void main(String[] args) throws IOException, NoSuchAlgorithmException {
    Path file = Path.of(args[0]);
    for (String model : List.of(args).subList(1, args.length)) {
      List<String> command = new ArrayList<>(List.of("generate"));
      if (model.contains("dit/")) {
        command.add("--label=1");
      } else if (!model.contains("ddpm")) {
        command.add("a red apple");
      }
      if (model.contains("latent")) {
        command.add("--size=64");
      }
      command.addAll(
          List.of(
              "--model=" + model,
              "--precision=exact",
              "--seed=7",
              "--steps=4",
              "--output=" + file));
      int status = Main.commandLine().execute(command.toArray(String[]::new));
      assertThat(status).as(model).isZero();
      var digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
      System.out.println("exact " + model + " " + HexFormat.of().formatHex(digest));
      Files.delete(file);
    }
  }

  @Test
  void filesAreTheSameWithAnyInstructionsAndThreads() throws Exception {
    List<String> models = new ArrayList<>();
    TinyFolder.write(folder.resolve("unclip"));
    models.add(folder.resolve("unclip").toString());
    Path glide = Files.createDirectories(folder.resolve("glide"));
    TinyGlideFolder.write(glide, false);
    models.add(glide.toString());
    FIXTURES.forEach(fixture -> models.add(fixture(fixture).toString()));
    var own = drawn(models, "DEFAULT", 2);
    assertThat(own).hasSameSizeAs(models);
    assertThat(drawn(models, "AVX2", 1)).isEqualTo(own);
    assertThat(drawn(models, "SSE41", 2)).isEqualTo(own);
  }

  private static Path fixture(String path) {
    return GoldenRoots.shipped().find(path);
  }

  private List<String> drawn(List<String> models, String instructions, int processors)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:ActiveProcessorCount=" + processors,
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                ExactPicturesTest.class.getName()));
    command.add(folder.resolve("drawn.png").toString());
    command.addAll(models);
    Path errors = folder.resolve("errors");
    var builder = new ProcessBuilder(command).redirectError(errors.toFile());
    builder.environment().put("ONEDNN_MAX_CPU_ISA", instructions);
    var process = builder.start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(Files.readString(errors)).isZero();
    return printed.lines().filter(line -> line.startsWith("exact ")).toList();
  }
}
