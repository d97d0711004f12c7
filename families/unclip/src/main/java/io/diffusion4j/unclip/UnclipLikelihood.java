package io.diffusion4j.unclip;

import io.diffusion4j.decoder.DecoderCondition;
import io.diffusion4j.decoder.DecoderLikelihood;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.engine.DenoiserLikelihood;
import io.diffusion4j.nn.engine.ProbedDenoiser;
import java.util.List;

/** The likelihood of pictures under the decoder, given their own embeddings and captions. */
final class UnclipLikelihood extends DenoiserLikelihood<DecoderCondition> {
  private final UnclipModel model;

  /** Owns the model, whose networks are always in memory. */
  UnclipLikelihood(UnclipModel model) {
    super(model.decoderLikelihood().chain());
    this.model = model;
  }

  @Override
  public int width() {
    return model.decoderLikelihood().imageSize();
  }

  @Override
  public int height() {
    return width();
  }

  @Override
  protected List<DecoderCondition> conditions(List<Example> examples) {
    for (Example example : examples) {
      example
          .label()
          .ifPresent(
              label -> {
                throw Check.refusal("label", label, "none; the model knows no classes");
              });
    }
    DecoderLikelihood decoder = model.decoderLikelihood();
    return decoder
        .model()
        .conditions(
            model.imageEncoder().encode(examples.stream().map(Example::picture).toList()),
            model.textEncoder().encode(examples.stream().map(Example::caption).toList()));
  }

  @Override
  protected ProbedDenoiser<DecoderCondition> compileProbed() {
    return model.probedDecoder();
  }

  @Override
  public void close() {
    super.close();
    model.close();
  }
}
