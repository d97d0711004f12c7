package io.diffusion4j.latent;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Plugins;
import io.diffusion4j.pipeline.Residency;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Previews are images of a tiny decoder, or the colours of latents. */
class StableDiffusionPreviewTest {
  private static final int FACTOR = 4;

  @TempDir Path folder = Path.of("");

  /** A preview of a step. */
  private record Preview(Pixels size, float[] pixels) {}

  private final List<Preview> previews = new ArrayList<>();

  @ParameterizedTest
  @EnumSource
  void aTinyDecoderDecodesThem(Residency residency) {
    var vae = new TinyAutoencoder(4, 8, List.of(1, 1, 1), List.of(1, 1, 1));
    assertThat(vae.factor()).isEqualTo(FACTOR);
    Image drawn = draw(vae, StableDiffusionConfig.sdxs(), residency);
    assertThat(previews).hasSize(1).first().extracting(Preview::size).isEqualTo(new Pixels(40, 24));
    assertThat(previews.get(0).pixels()).isEqualTo(drawn.pixels()); // of the last step
  }

  @ParameterizedTest
  @EnumSource
  void otherwiseTheyAreColoursOfLatents(Residency residency) {
    var small = StableDiffusionConfig.small();
    draw(small.vae(), small, residency);
    assertThat(previews).hasSize(51); // PLMS calls the network once more than it has steps
    for (Preview preview : previews) {
      assertThat(preview.size()).isEqualTo(new Pixels(5, 3));
      assertThat(preview.pixels()).hasSize(5 * 3 * 3);
    }
  }

  /** Draws 40×24 pixels in the steps of a scheduler. */
  private Image draw(Vae vae, StableDiffusionConfig scheduler, Residency residency) {
    var small = StableDiffusionConfig.small();
    var config = new StableDiffusionConfig(small.text(), small.unet(), vae, scheduler.scheduler());
    new RandomStableDiffusion(config).write(folder, DType.BF16, 7, component -> {});
    try (var plugins = Plugins.of(List.of());
        var open = OpenPipeline.of(folder, OpenOptions.with(residency), plugins)) {
      var pipeline = open.pipeline();
      var stage = pipeline.card().stages().get(0);
      return pipeline
          .draw(
              ImageTask.of("a cat"),
              Map.of(stage.name(), stage.defaults().withSize(new Pixels(40, 24))),
              PhiloxNoise.images(7, 1),
              this::keep)
          .get(0);
    }
  }

  private void keep(SamplingListener.Progress at) {
    for (float[] pixels : at.x0()) {
      previews.add(new Preview(at.size(), pixels));
    }
  }
}
