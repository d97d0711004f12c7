package io.diffusion4j.kandinsky;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.kandinsky.KandinskyUnet.ConcatConditioning;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.train.diffusion.DenoisingObjective;
import java.util.List;

/**
 * The loss of Kandinsky's U-Net and its image projection: the squared error of the prediction, and
 * the bound of the variance if the scheduler uses the learned one. With a fixed variance, the
 * output channels of the variance are not trained, as in the published training.
 *
 * @param unet the network, without hints
 * @param size the size of the latents
 * @param variance whether the variance is learned
 */
public record LatentObjective(KandinskyUnet unet, Pixels size, boolean variance)
    implements DenoisingObjective {
  /** The prefix of the network's keys during the training. */
  public static final String NETWORK = "decoder";

  public LatentObjective {
    Check.that(
        unet.concat() != ConcatConditioning.HINT,
        "start-from",
        "a decoder that follows hints",
        "one for texts or for inpainting, as pictures come without hints");
  }

  @Override
  public List<Tensor> outputs(Nn nn, Inputs inputs) {
    var at = nn.at(NETWORK);
    var embedding = at.input(inputs.floats(KandinskyUnet.EMBEDDING, unet.embeddingDim()));
    var conditioning = unet.project(at, embedding);
    return unet.outputs(at, inputs, size.height(), size.width(), conditioning, variance);
  }
}
