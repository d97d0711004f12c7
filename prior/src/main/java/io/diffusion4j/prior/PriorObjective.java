package io.diffusion4j.prior;

import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.train.diffusion.DenoisingObjective;
import java.util.List;

/**
 * The squared error of the predicted image embedding (DALL-E 2, eq. 2), over standardised
 * embeddings.
 *
 * @param network the prior
 */
public record PriorObjective(PriorTransformer network) implements DenoisingObjective {
  @Override
  public List<Tensor> outputs(Nn nn, Inputs inputs) {
    return List.of(network.forward(nn, inputs));
  }
}
