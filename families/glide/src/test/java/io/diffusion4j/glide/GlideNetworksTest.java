package io.diffusion4j.glide;

import static io.diffusion4j.tf.testing.Golden.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.inject.AbstractModule;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.decoder.unet.ConcatConditioning;
import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.component.Upsampler;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.pipeline.ReplacedPart;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.nn.RandomWeights;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Plugins;
import io.diffusion4j.pipeline.Residency;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A folder of tiny random networks, written and read. */
class GlideNetworksTest {
  /**
   * A matrix product of one row is summed in another order than one of several, which changes ε by
   * 10⁻⁶, and the upsampler's first step multiplies that by 157 (measured 1.5·10⁻⁴).
   */
  private static final double COMPANY = 1e-3;

  @TempDir Path folder = Path.of("");

  @BeforeEach
  void writeFolder() throws IOException {
    TinyGlide.write(folder, ConcatConditioning.NOTHING, ConcatConditioning.LOW);
  }

  @Test
  void imagesAreTheSameAloneAndInCompany() {
    try (var networks = GlideNetworks.load(folder, Compute.of(Precision.FLOAT32))) {
      var both =
          draw(networks, List.of("a cat", "dogs"), new PhiloxNoise(1, 0), new PhiloxNoise(1, 1));
      var alone = draw(networks, List.of("dogs"), new PhiloxNoise(1, 1));
      assertThat(both.images()).hasSize(2);
      assertThat(both.images().get(1).width()).isEqualTo(16);
      assertClose(both.small().get(1).pixels(), alone.small().get(0).pixels(), COMPANY);
      assertClose(both.images().get(1).pixels(), alone.images().get(0).pixels(), COMPANY);
      assertThat(both.images().get(0).pixels()).isNotEqualTo(alone.images().get(0).pixels());
    }
  }

  private static GlideDrawing draw(
      GlideNetworks networks, List<String> prompts, NoiseSource... noise) {
    var task =
        new ImageTask.TextToImage(
            prompts.stream().map(prompt -> new ImageTask.Words(prompt, "")).toList());
    var stages =
        new HashMap<>(GlideDrawing.pipeline(networks.parts(), false).defaults(task.kind()));
    stages.computeIfPresent(GlideParts.BASE, (stage, own) -> own.withSteps(3));
    stages.computeIfPresent(GlideParts.UPSAMPLER, (stage, own) -> own.withSteps(2));
    return GlideDrawing.of(networks.parts(), task, stages, List.of(noise));
  }

  @ParameterizedTest
  @CsvSource({"NOTHING", "LOW", "KNOWN", "KNOWN_AND_LOW"})
  void settingsComeBackAsTheyWereWritten(ConcatConditioning beside) throws IOException {
    var config = TinyGlide.config(16, beside);
    TinyGlide.write(folder.resolve("again"), config);
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
    var config = TinyGlide.config(8, ConcatConditioning.NOTHING);
    var other = TinyGlide.config(8, ConcatConditioning.LOW);
    var weights = RandomWeights.of(GlideFolders.manifest(other), 1);
    GlideFolders.write(folder.resolve("base"), config, weights, Map.of());
    assertThatThrownBy(() -> GlideNetworks.load(folder, Compute.of(Precision.FLOAT32)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("shape of input_blocks.0.0.weight: [16, 6, 3, 3]");
  }

  @ParameterizedTest
  @CsvSource({
    "LOW, LOW, '_class_name: SuperResText2ImUNet (expected: not an upsampler)'",
    "NOTHING, NOTHING, '_class_name: Text2ImUNet (expected: an upsampler)'",
    "KNOWN, LOW, 'SuperResText2ImUNet (expected: for pictures with missing parts, as the base)'",
    "NOTHING, KNOWN_AND_LOW, '(expected: not for pictures with missing parts, as the base)'"
  })
  void networksThatAreNoPairAreRefused(
      ConcatConditioning base, ConcatConditioning upsampler, String message) throws IOException {
    TinyGlide.write(folder, base, upsampler);
    assertThatThrownBy(() -> GlideNetworks.load(folder, Compute.of(Precision.FLOAT32)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(message);
  }

  /** Small pictures as bright as their captions are long, and large ones of the same colour. */
  private static final class Grey extends AbstractModule {
    @Override
    protected void configure() {
      ImageDecoder small =
          (draws, settings, listener) ->
              draws.stream()
                  .map(draw -> flat(8, draw.condition().prompt().caption().length() / 10f))
                  .toList();
      Upsampler large =
          (draws, settings, listener) ->
              draws.stream().map(draw -> flat(16, draw.condition().pixels()[0])).toList();
      bind(ImageDecoder.class).toInstance(small);
      bind(Upsampler.class).toInstance(large);
      bind(Sampler.class).toInstance(new DdimSampler(0));
    }

    private static Image flat(int side, float value) {
      float[] pixels = new float[side * side * 3];
      Arrays.fill(pixels, value);
      return new Image(side, side, pixels);
    }
  }

  @Test
  void pluginsReplaceBothNetworksAndTheDefaultSampler() {
    try (var plugins = Plugins.of(new Grey());
        var open = OpenPipeline.of(folder, OpenOptions.with(Residency.ALWAYS), plugins)) {
      var pipeline = open.pipeline();
      assertThat(pipeline.card().identity().replaced())
          .extracting(ReplacedPart::kind)
          .containsExactlyInAnyOrder("image_decoder", "upsampler", "sampler");
      var drawn =
          pipeline.draw(
              ImageTask.of("cats"),
              Map.of(),
              List.of(new PhiloxNoise(1, 0)),
              SamplingListener.NONE);
      assertThat(drawn.get(0).width()).isEqualTo(16);
      assertThat(drawn.get(0).pixels()).containsOnly(0.4f);
    }
  }
}
