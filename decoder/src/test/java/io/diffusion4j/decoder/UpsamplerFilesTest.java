package io.diffusion4j.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.decoder.unet.UnetConfig;
import io.diffusion4j.decoder.unet.UnetConfig.TimeConditioning;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.nn.RandomWeights;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Upsamplers of any version of diffusers' {@code UNet2DModel} are read. */
class UpsamplerFilesTest {
  private static final String NORM = "mid_block.attentions.0.group_norm.weight";
  private static final Map<String, String> BEFORE_2023 =
      Map.of("to_q", "query", "to_k", "key", "to_v", "value", "to_out.0", "proj_attn");

  private static UnetConfig config(TimeConditioning time) {
    return new UnetConfig(
        8, 6, 3, List.of(8, 16), List.of(false, false), true, 1, 8, 0, 4, 1e-5, time);
  }

  private static float[] drawn(
      Path folder, UnetConfig config, TensorSource weights, UnaryOperator<String> name) {
    DecoderFolders.writeUpsamplerConfig(folder, config);
    var writer = new SafetensorsWriter();
    weights
        .names()
        .forEach(
            key ->
                writer.floats(
                    name.apply(key), DType.F32, weights.shape(key), () -> weights.read(key)));
    writer.write(folder.resolve("diffusion_pytorch_model.safetensors"));
    float[] pixels = new float[8 * 8 * 3];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = i % 5 / 5f;
    }
    try (var model =
        UpsamplerModel.load(folder, Parameterization.EPS, Compute.of(Precision.FLOAT32))) {
      var query = new Query<>(pixels, 3, new Image(8, 8, pixels));
      return model.denoiser().predict(List.of(query)).get(0).output();
    }
  }

  @Test
  void attentionMayHaveItsNamesFromBefore2023(@TempDir Path folder) {
    var config = config(TimeConditioning.ADD);
    var weights = RandomWeights.of(UpsamplerModel.network(config), 1);
    float[] current = drawn(folder, config, weights, name -> name);
    float[] old =
        drawn(
            folder,
            config,
            weights,
            name -> {
              String renamed = name;
              for (var each : BEFORE_2023.entrySet()) {
                renamed = renamed.replace("." + each.getKey() + ".", "." + each.getValue() + ".");
              }
              return renamed;
            });
    assertThat(weights.names()).contains("mid_block.attentions.0.to_q.weight");
    assertThat(old).isEqualTo(current);
  }

  @Test
  void withScalesAndShiftsTheMiddlesAttentionHasNoNorm(@TempDir Path folder) {
    var config = config(TimeConditioning.SCALE_SHIFT);
    DecoderFolders.writeUpsamplerConfig(folder, config);
    assertThat(DecoderFolders.readUpsampler(folder)).isEqualTo(config);
    assertThat(RandomWeights.of(UpsamplerModel.network(config), 1).names())
        .contains("mid_block.attentions.0.to_q.weight")
        .doesNotContain(NORM);
    assertThat(RandomWeights.of(UpsamplerModel.network(config(TimeConditioning.ADD)), 1).names())
        .contains(NORM);
  }
}
