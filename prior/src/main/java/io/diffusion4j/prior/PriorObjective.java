package io.diffusion4j.prior;

import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.train.Objective;
import io.diffusion4j.nn.train.diffusion.DiffusionLoss;
import java.util.List;

/**
 * The square error of the predicted image embedding (DALL-E 2, eq. 2), over standardised
 * embeddings.
 *
 * @param network the prior
 */
public record PriorObjective(PriorTransformer network) implements Objective {
  @Override
  public Loss define(Nn nn, Inputs inputs) {
    var output = network.forward(nn, inputs);
    return DiffusionLoss.of(nn, inputs, List.of(output));
  }
}
