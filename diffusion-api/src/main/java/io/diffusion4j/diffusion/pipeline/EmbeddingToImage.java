package io.diffusion4j.diffusion.pipeline;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.part.ImageDecoder;
import io.diffusion4j.diffusion.part.Upsampler;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import java.util.ArrayList;
import java.util.List;

/** The second half of unCLIP: from CLIP image embeddings to images. */
public final class EmbeddingToImage {
  private final ImageDecoder decoder;
  private final Upsampler upsampler;

  /** Decodes, then upsamples. */
  public EmbeddingToImage(ImageDecoder decoder, Upsampler upsampler) {
    this.decoder = decoder;
    this.upsampler = upsampler;
  }

  /** Draws an image for each embedding, in order. */
  public Images render(
      List<Draw<ImageDecoder.Condition>> draws,
      SamplingSettings decoderSettings,
      SamplingSettings upsamplerSettings,
      SamplingListener listener) {
    List<Image> small = decoder.decode(draws, decoderSettings, listener);
    List<Draw<Image>> enlarged = new ArrayList<>(draws.size());
    for (int i = 0; i < draws.size(); i++) {
      enlarged.add(new Draw<>(small.get(i), draws.get(i).noise()));
    }
    return new Images(small, upsampler.upsample(enlarged, upsamplerSettings, listener));
  }

  /**
   * What was drawn, in order.
   *
   * @param small as decoded
   * @param large as upsampled
   */
  public record Images(List<Image> small, List<Image> large) {
    public Images {
      small = List.copyOf(small);
      large = List.copyOf(large);
    }
  }
}
