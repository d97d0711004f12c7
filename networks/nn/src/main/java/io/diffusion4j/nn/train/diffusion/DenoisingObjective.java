package io.diffusion4j.nn.train.diffusion;

import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.train.Objective;
import java.util.List;

/** The objective of a denoiser: a network with the default loss, which can be replaced. */
public interface DenoisingObjective extends Objective {
  /**
   * Defines the network.
   *
   * @return numbers: the prediction and, if the variance is learned, the variance
   */
  List<Tensor> outputs(Nn nn, Inputs inputs);

  @Override
  default Loss define(Nn nn, Inputs inputs) {
    return VarianceRange.of(nn, inputs, outputs(nn, inputs));
  }

  /** Returns the objective of the same network with another loss or more metrics. */
  default Objective with(LossTerms terms) {
    return (nn, inputs) -> VarianceRange.of(nn, inputs, outputs(nn, inputs), terms);
  }
}
