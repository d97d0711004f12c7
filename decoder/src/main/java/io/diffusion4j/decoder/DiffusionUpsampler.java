package io.diffusion4j.decoder;

import io.diffusion4j.diffusion.component.Upsampler;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.diffusion.stage.DiffusionStage;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.Stage;
import java.util.List;

/**
 * The upsampler (DALL-E 2, §2.1): samples large images beside the enlarged small one, without
 * guidance.
 */
public final class DiffusionUpsampler implements Upsampler {
  private final Stage offered;
  private final DiffusionStage<Image> stage;
  private final int size;

  /**
   * Composes the stage.
   *
   * @param network conditioned on the enlarged small image
   * @param offered how the stage samples, and the size of its square images
   */
  public DiffusionUpsampler(Denoiser<Image> network, Stage offered) {
    this.offered = offered;
    this.size = offered.draws().width();
    this.stage = DiffusionStage.of(offered, network, size * size * 3);
  }

  @Override
  public Stage stage() {
    return offered;
  }

  @Override
  public List<Image> upsample(
      List<Draw<Image>> draws, SamplingSettings settings, SamplingListener listener) {
    var enlarged =
        draws.stream().map(draw -> draw.withCondition(enlarge(draw.condition(), size))).toList();
    return stage.sample(enlarged, settings, listener).stream()
        .map(pixels -> new Image(size, size, pixels))
        .toList();
  }

  /** Prepares a small image for the network: clips it to [−1, 1] and enlarges it bicubically. */
  public static Image enlarge(Image image, int size) {
    float[] pixels = image.pixels().clone();
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = Math.max(-1, Math.min(1, pixels[i]));
    }
    return Resize.bicubic(new Image(image.width(), image.height(), pixels), size, size);
  }
}
