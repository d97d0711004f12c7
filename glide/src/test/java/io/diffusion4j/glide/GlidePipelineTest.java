package io.diffusion4j.glide;

import static io.diffusion4j.tf.testing.Golden.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.clip.token.Vocabulary;
import io.diffusion4j.decoder.AdmConfig;
import io.diffusion4j.decoder.AdmNetwork;
import io.diffusion4j.decoder.Beside;
import io.diffusion4j.decoder.Heads;
import io.diffusion4j.decoder.QkvOrder;
import io.diffusion4j.decoder.UnetConfig.TimeConditioning;
import io.diffusion4j.decoder.UnetShape.LevelChange;
import io.diffusion4j.diffusion.NoiseSource;
import io.diffusion4j.diffusion.PhiloxNoise;
import io.diffusion4j.diffusion.SamplingListener;
import io.diffusion4j.diffusion.SamplingSettings;
import io.diffusion4j.tf.RandomWeights;
import io.diffusion4j.tf.checkpoint.CheckpointException;
import io.diffusion4j.tf.nn.NamedTensors;
import io.diffusion4j.tf.nn.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A folder of tiny random networks, written and read. */
class GlidePipelineTest {
  private static final Vocabulary VOCABULARY = Vocabulary.inGpt2Order(List.of());
  private static final int TEXT_LENGTH = 10;

  /**
   * A matrix product of one row is summed in another order than one of several, which changes ε by
   * 10⁻⁶, and the upsampler's first step multiplies that by 157 (measured 1.5·10⁻⁴).
   */
  private static final double COMPANY = 1e-3;

  @TempDir Path folder = Path.of("");

  /** A text and a U-Net's parameters in one file. */
  private record Both(NamedTensors text, NamedTensors unet) implements NamedTensors {
    @Override
    public String origin() {
      return text.origin();
    }

    @Override
    public Set<String> names() {
      Set<String> names = new LinkedHashSet<>(text.names());
      names.addAll(unet.names());
      return names;
    }

    @Override
    public long[] shape(String name) {
      return of(name).shape(name);
    }

    @Override
    public float[] read(String name) {
      return of(name).read(name);
    }

    private NamedTensors of(String name) {
      return text.names().contains(name) ? text : unet;
    }
  }

  private static GlideConfig config(int size, Beside beside) {
    return new GlideConfig(
        new AdmConfig(
            size,
            3,
            beside,
            6,
            16,
            List.of(1.0, 2.0),
            List.of(2),
            1,
            LevelChange.RESIDUAL_BLOCK,
            TimeConditioning.SCALE_SHIFT,
            Heads.of(2, 4),
            QkvOrder.BY_HEAD,
            0,
            24,
            4),
        GlideConfig.transformer(24, 1, 3),
        VOCABULARY.size(),
        TEXT_LENGTH);
  }

  private static void write(Path folder, GlideConfig config) throws IOException {
    Files.createDirectories(folder);
    var weights =
        new Both(
            RandomWeights.of(new GlideTextNetwork(config), 1),
            RandomWeights.of(new AdmNetwork(config.unet(), config.textLength()), 1));
    GlideFolders.write(folder, config, weights, Map.of());
  }

  @BeforeEach
  void writeFolder() throws IOException {
    write(folder.resolve("base"), config(8, Beside.NOTHING));
    write(folder.resolve("upsample"), config(16, Beside.LOW));
    Path tokenizer = Files.createDirectories(folder.resolve("tokenizer"));
    var json = new StringBuilder("{");
    for (int id = 0; id < VOCABULARY.size(); id++) {
      String symbol = VOCABULARY.symbols().get(id).replace("\\", "\\\\").replace("\"", "\\\"");
      json.append(id == 0 ? "" : ", ").append('"').append(symbol).append("\": ").append(id);
    }
    Files.writeString(tokenizer.resolve("vocab.json"), json + "}");
    Files.writeString(tokenizer.resolve("merges.txt"), "#version: 0.2\n");
  }

  @Test
  void imagesAreTheSameAloneAndInCompany() {
    var request = request(List.of("a cat", "dogs"), new PhiloxNoise(1, 0), new PhiloxNoise(1, 1));
    try (var pipeline = GlidePipeline.load(folder, Precision.FLOAT32)) {
      var both = pipeline.textToImage().generate(request, SamplingListener.NONE);
      var alone =
          pipeline
              .textToImage()
              .generate(request(List.of("dogs"), new PhiloxNoise(1, 1)), SamplingListener.NONE);
      assertThat(both.images()).hasSize(2);
      assertThat(both.images().get(1).width()).isEqualTo(16);
      assertClose(both.small().get(1).pixels(), alone.small().get(0).pixels(), COMPANY);
      assertClose(both.images().get(1).pixels(), alone.images().get(0).pixels(), COMPANY);
      assertThat(both.images().get(0).pixels()).isNotEqualTo(alone.images().get(0).pixels());
    }
  }

  private static GlideTextToImage.Request request(List<String> prompts, NoiseSource... noise) {
    return new GlideTextToImage.Request(
        prompts,
        List.of(noise),
        new SamplingSettings(GlideTextToImage.baseSettings().sampler(), 3, 3),
        new SamplingSettings(GlideTextToImage.upsamplerSettings().sampler(), 2, 1));
  }

  @ParameterizedTest
  @CsvSource({"NOTHING", "LOW", "KNOWN", "KNOWN_AND_LOW"})
  void settingsComeBackAsTheyWereWritten(Beside beside) throws IOException {
    var config = config(16, beside);
    write(folder.resolve("again"), config);
    assertThat(GlideFolders.read(folder.resolve("again"))).isEqualTo(config);
  }

  @ParameterizedTest
  @CsvSource({
    "'\"xf_padding\": true', '\"xf_padding\": false', 'xf_padding: false (expected: true)'",
    "'\"dims\": 2', '\"dims\": 3', 'dims: 3 (expected: 2)'",
    "'\"dims\": 2', '\"dim\": 2', 'unknown fields: dim'",
    "'\"xf_heads\": 3', '\"xf_heads\": 5', 'num_attention_heads: 5'",
    "'Text2ImUNet', 'Text2Im', '_class_name: Text2Im (expected: one of'"
  })
  void whatIsNotSupportedIsNamed(String written, String changed, String message)
      throws IOException {
    Path file = folder.resolve("base/config.json");
    String text = Files.readString(file);
    assertThat(text).contains(written);
    Files.writeString(file, text.replace(written, changed));
    assertThatThrownBy(() -> GlideFolders.read(folder.resolve("base")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aTensorOfTheWrongShapeIsNamed() {
    var config = config(8, Beside.NOTHING);
    var weights =
        new Both(
            RandomWeights.of(new GlideTextNetwork(config), 1),
            RandomWeights.of(new AdmNetwork(config(8, Beside.LOW).unet(), TEXT_LENGTH), 1));
    GlideFolders.write(folder.resolve("base"), config, weights, Map.of());
    assertThatThrownBy(() -> GlidePipeline.load(folder, Precision.FLOAT32))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("shape of input_blocks.0.0.weight: [16, 6, 3, 3]");
  }
}
