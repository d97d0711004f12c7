package io.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Samplers that add noise draw with the variance that a training taught the decoder. */
@Tag("slow")
final class LearnedVarianceTest {
  /** The roughness of noise over that of a picture by DDIM, from which on it counts as noise. */
  private static final double ROUGH = 1.35;

  private static final int SIZE = 64;

  private static Path folder;
  private static Path model;
  private static Run decoder;

  @BeforeAll
  static void train(@TempDir Path temporary) {
    folder = temporary;
    model = folder.resolve("model");
    train("clip", "--steps", "20");
    train("prior", "--steps", "20");
    decoder = train("decoder");
    train("upsampler");
    train("upsampler-last", "--steps", "2");
  }

  private static Run train(String part, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "train",
                part,
                "--preset",
                "tiny",
                "--model",
                model.toString(),
                "--state",
                folder.resolve("state").toString()));
    arguments.addAll(List.of(more));
    Run run = Run.of(arguments.toArray(String[]::new));
    assertThat(run.status()).as(run.err()).isZero();
    return run;
  }

  private static Image drawn(Path with, String sampler) throws IOException {
    Path file = folder.resolve(with.getFileName() + "-" + sampler + ".png");
    Run run =
        Run.of(
            "generate",
            "a lemon",
            "--seed",
            "2",
            "--model",
            with.toString(),
            "--decoder-sampler",
            sampler,
            "--decoder-steps",
            "25",
            "--output",
            file.toString());
    assertThat(run.status()).as(run.err()).isZero();
    return ImageFiles.read(file, SIZE * SIZE);
  }

  /** The mean difference of neighbours: large for noise. */
  private static double roughness(Image image) {
    double sum = 0;
    for (int y = 0; y < SIZE; y++) {
      for (int i = 3 * y * SIZE; i < 3 * (y * SIZE + SIZE - 1); i++) {
        sum += Math.abs(image.pixels()[i + 3] - image.pixels()[i]);
      }
    }
    return sum / (3 * SIZE * (SIZE - 1));
  }

  @Test
  void trainingReportsThatTheVarianceIsInRange() {
    assertThat(decoder.err())
        .contains("decoder: the variance is between its bounds for ")
        .doesNotContain("train longer");
  }

  @Test
  void samplersThatUseItDrawAsSmoothlyAsOneThatDoesNot() throws IOException {
    double without = roughness(drawn(model, "ddim"));
    for (String sampler : List.of("unclip", "ddpm")) {
      assertThat(roughness(drawn(model, sampler))).as(sampler).isLessThan(ROUGH * without);
    }
  }

  @Test
  void withAVarianceOutOfRangeTheyDrawNoise() throws IOException {
    Path broken = folder.resolve("broken");
    try (var files = Files.walk(model)) {
      for (Path file : files.toList()) {
        Files.copy(file, broken.resolve(model.relativize(file).toString()));
      }
    }
    setVariance(broken.resolve("decoder").resolve("diffusion_pytorch_model.safetensors"), 20);
    double without = roughness(drawn(model, "ddim"));
    assertThat(roughness(drawn(broken, "unclip"))).isGreaterThan(ROUGH * without);
  }

  /** Sets the bias of v, the second half of the last one, in its own number format. */
  private static void setVariance(Path weights, float v) throws IOException {
    try (var file = new RandomAccessFile(weights.toFile(), "rw")) {
      byte[] header = new byte[(int) Long.reverseBytes(file.readLong())];
      file.readFully(header);
      var bias =
          Pattern.compile("\"conv_out.bias\":\\{[^}]*\"data_offsets\":\\[(\\d+),(\\d+)\\]")
              .matcher(new String(header, StandardCharsets.UTF_8));
      assertThat(bias.find()).isTrue();
      int from = Integer.parseInt(bias.group(1));
      int to = Integer.parseInt(bias.group(2));
      int each = (to - from) / 6;
      file.seek(8L + header.length + from + 3L * each);
      int bits = Float.floatToIntBits(v);
      for (int i = 0; i < 3; i++) {
        if (each == 2) {
          file.writeShort(Short.reverseBytes((short) (bits >> 16)));
        } else {
          file.writeInt(Integer.reverseBytes(bits));
        }
      }
    }
  }
}
