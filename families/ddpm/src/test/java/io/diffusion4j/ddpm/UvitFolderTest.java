package io.diffusion4j.ddpm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.decoder.dit.UvitConfig;
import io.diffusion4j.decoder.dit.UvitConfig.TimeInput;
import io.diffusion4j.decoder.dit.UvitSettings;
import io.diffusion4j.diffusion.guidance.GuidanceScale;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.golden.GoldenRoots;
import io.diffusion4j.nn.Manifest;
import io.diffusion4j.nn.RandomWeights;
import io.diffusion4j.nn.TimeEmbedding;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Plugins;
import io.diffusion4j.pipeline.Residency;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Folders of U-ViT are written, read, and draw, in the published layout too. */
class UvitFolderTest {
  private static final UvitConfig SMALL = UvitConfig.of(8, 2, 3, 3, 24, 2);
  private static final SchedulerConfig SCHEDULER = SchedulerConfig.vpSde(1000, 0.1, 20);

  @TempDir Path folder = Path.of("");

  /** The sizes of the configurations that were published, and how many values their files have. */
  @ParameterizedTest
  @CsvSource({
    "32, 3, 12,  512,  8, true,     0,  44255328",
    "32, 4, 20, 1024, 16, true,  1001, 286763172",
    "32, 4, 28, 1152, 16, false, 1001, 500832016"
  })
  void thePublishedSizesAreExpressible(
      int size, int channels, int depth, int width, int heads, boolean conv, int rows, long all) {
    var shape =
        new UvitConfig(
            size, 2, channels, depth, width, heads, 4, false, false, conv, TimeInput.VP_SDE);
    var network = new PixelUvit(new UvitSettings(shape, rows, rows > 0));
    long values = 0;
    for (var parameter : Manifest.of(network).parameters().values()) {
      long count = 1;
      for (long axis : parameter.shape()) {
        count *= axis;
      }
      values += count;
    }
    assertThat(values).isEqualTo(all);
  }

  @Test
  void theNetworkIsToldTheTimeOfTheSde() {
    var network = new PixelUvit(new UvitSettings(SMALL, 0, false));
    assertThat(network.tokens()).isEqualTo(16); // patches of 2×2 of 8×8 pixels
    assertThat(network.embedded(499)).isEqualTo(TimeEmbedding.sinusoid(999 * 0.5, 24));
    double alphaBar = Math.exp(-(0.1 * 0.5 + 0.5 * 19.9 * 0.25));
    assertThat(SCHEDULER.schedule().alphaBar(499)).isCloseTo(alphaBar, within(1e-12));
  }

  @Test
  void aWrittenFolderIsReadAsItWasWrittenAndIsGuided() {
    var network = new PixelUvit(new UvitSettings(SMALL, 4, true));
    var own = new DdpmFolder(folder);
    own.write(network, SCHEDULER, List.of("a", "b", "c"), RandomWeights.of(network, 1), Map.of());
    assertThat(own.network().getFileName().toString()).isEqualTo("transformer");
    assertThat(PixelFolders.read(own.network())).isEqualTo(network);
    assertThat(own.scheduler()).isEqualTo(SCHEDULER);
    assertThat(OpenPipeline.inspect(folder).isSound()).isTrue();
    float[] first = draw(OptionalInt.of(0), 1);
    assertThat(first).isNotEqualTo(draw(OptionalInt.of(1), 1));
    assertThat(first).isNotEqualTo(draw(OptionalInt.of(0), 3));
    assertThat(draw(OptionalInt.empty(), 1)).isEqualTo(draw(OptionalInt.empty(), 3));
    assertThatThrownBy(() -> draw(OptionalInt.of(3), 1))
        .hasMessage("label: 3 (expected: a class in [0, 3))");
  }

  /** A published state dict, beside the arguments of its constructor. */
  @Test
  void aStateDictWithItsSettingsDraws() throws IOException {
    Path published = GoldenRoots.shipped().folders().get(2).resolve("uvit/unconditional");
    Files.copy(
        published.resolve("model.safetensors"),
        folder.resolve("diffusion_pytorch_model.safetensors"));
    Files.writeString(
        folder.resolve("config.json"),
        """
        {"_class_name": "UViT", "img_size": 8, "patch_size": 2, "in_chans": 3, "embed_dim": 16,
         "depth": 4, "num_heads": 2, "mlp_ratio": 4, "qkv_bias": false, "mlp_time_embed": false,
         "num_classes": -1, "use_checkpoint": true}
        """);
    Files.writeString(
        folder.resolve("scheduler_config.json"),
        """
        {"_class_name": "ScoreSdeVpScheduler", "num_train_timesteps": 1000, "beta_min": 0.1,
         "beta_max": 20, "sampling_eps": 0.001}
        """);
    assertThat(new DdpmFolder(folder).scheduler()).isEqualTo(SCHEDULER);
    assertThat(OpenPipeline.inspect(folder).isSound()).isTrue();
    assertThat(draw(OptionalInt.empty(), 1)).hasSize(8 * 8 * 3).doesNotContain(Float.NaN);
  }

  private float[] draw(OptionalInt label, double guidance) {
    try (var plugins = Plugins.of(List.of());
        var open = OpenPipeline.of(folder, OpenOptions.with(Residency.ALWAYS), plugins)) {
      var stage = open.pipeline().card().stages().get(0);
      var settings = stage.defaults().withSteps(4);
      return open.pipeline()
          .draw(
              new ImageTask.Unconditional(label),
              Map.of(
                  DdpmPipeline.STAGE, settings.withGuidanceScale(GuidanceScale.constant(guidance))),
              PhiloxNoise.images(7, 1),
              SamplingListener.NONE)
          .get(0)
          .pixels();
    }
  }
}
