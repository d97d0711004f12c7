package io.diffusion4j.unclip;

import io.diffusion4j.decoder.DecoderLikelihood;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.diffusion.loss.BitsPerDimension.Bound;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.pipeline.PictureLikelihood;
import io.diffusion4j.diffusion.schedule.Timesteps;
import java.util.List;
import java.util.function.IntConsumer;

/** How likely pictures are under a decoder that is given their own embeddings and captions. */
final class UnclipLikelihood implements PictureLikelihood {
  private final UnclipModel model;

  /** Owns the model, whose networks are always in memory. */
  UnclipLikelihood(UnclipModel model) {
    this.model = model;
  }

  private DecoderLikelihood decoder() {
    return model.decoderLikelihood();
  }

  @Override
  public int width() {
    return decoder().imageSize();
  }

  @Override
  public int height() {
    return decoder().imageSize();
  }

  @Override
  public int trainSteps() {
    return decoder().trainSteps();
  }

  @Override
  public Bound bound(
      Example example, Timesteps timesteps, NoiseSource noise, IntConsumer progress) {
    example
        .label()
        .ifPresent(
            label -> {
              throw Check.refusal("label", label, "none; the model knows no classes");
            });
    return decoder()
        .of(
            Resize.area(example.picture(), width(), height()),
            model.imageEncoder().encode(List.of(example.picture())).get(0),
            model.textEncoder().encode(List.of(example.caption())).get(0),
            timesteps,
            noise,
            progress);
  }

  @Override
  public void close() {
    model.close();
  }
}
