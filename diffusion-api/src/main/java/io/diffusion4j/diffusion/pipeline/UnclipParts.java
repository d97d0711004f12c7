package io.diffusion4j.diffusion.pipeline;

import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.component.ImageEncoder;
import io.diffusion4j.diffusion.component.Prior;
import io.diffusion4j.diffusion.component.TextEncoder;
import io.diffusion4j.diffusion.component.Upsampler;
import io.diffusion4j.diffusion.stage.Stage;
import java.util.List;
import java.util.function.UnaryOperator;

/** The parts of unCLIP. A part that a model does not have fails when it is used. */
public record UnclipParts(
    TextEncoder textEncoder,
    Prior prior,
    ImageEncoder imageEncoder,
    ImageDecoder decoder,
    Upsampler upsampler) {
  /** Returns the stages in the order in which they run. */
  public List<Stage> stages() {
    return List.of(prior.stage(), decoder.stage(), upsampler.stage());
  }

  /** Returns the same parts with other stages. */
  public UnclipParts offering(UnaryOperator<Stage> change) {
    return new UnclipParts(
        textEncoder,
        prior.offeredAs(change.apply(prior.stage())),
        imageEncoder,
        decoder.offeredAs(change.apply(decoder.stage())),
        upsampler.offeredAs(change.apply(upsampler.stage())));
  }
}
