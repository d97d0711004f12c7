package io.diffusion4j.unclip;

import io.diffusion4j.decoder.DecoderCondition;
import io.diffusion4j.decoder.DecoderLikelihood;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.continuous.FlowLikelihood;
import io.diffusion4j.diffusion.continuous.Likelihood;
import io.diffusion4j.diffusion.continuous.PictureFlow;
import io.diffusion4j.diffusion.continuous.RungeKutta;
import io.diffusion4j.diffusion.image.Resize;
import io.diffusion4j.diffusion.loss.BitsPerDimension.Bound;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.pipeline.PictureLikelihood;
import io.diffusion4j.diffusion.schedule.Timesteps;
import io.diffusion4j.nn.engine.ProbedDenoiser;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** The likelihood of pictures under the decoder, given their own embeddings and captions. */
final class UnclipLikelihood implements PictureLikelihood {
  private final UnclipModel model;
  private @Nullable ProbedDenoiser<DecoderCondition> probed;

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
    requireNoClass(example);
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
  public List<Likelihood.Result> flow(
      List<Example> examples,
      int steps,
      RungeKutta method,
      List<NoiseSource> noise,
      IntConsumer progress) {
    examples.forEach(UnclipLikelihood::requireNoClass);
    DecoderLikelihood decoder = decoder();
    var conditions =
        decoder
            .model()
            .conditions(
                model.imageEncoder().encode(examples.stream().map(Example::picture).toList()),
                model.textEncoder().encode(examples.stream().map(Example::caption).toList()));
    var flow =
        new FlowLikelihood(decoder.schedule(), steps, method, decoder.network().parameterization());
    return new PictureFlow(flow)
        .of(
            examples.stream().map(e -> e.levels(width(), height())).toList(),
            conditions,
            noise,
            probed()::probe,
            progress);
  }

  private static void requireNoClass(Example example) {
    example
        .label()
        .ifPresent(
            label -> {
              throw Check.refusal("label", label, "none; the model knows no classes");
            });
  }

  private ProbedDenoiser<DecoderCondition> probed() {
    if (probed == null) {
      probed = model.probedDecoder();
    }
    return probed;
  }

  @Override
  public void close() {
    if (probed != null) {
      probed.close();
    }
    model.close();
  }
}
