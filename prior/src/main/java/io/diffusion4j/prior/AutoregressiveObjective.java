package io.diffusion4j.prior;

import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.train.Objective;
import io.diffusion4j.nn.train.logits.CrossEntropy;

/**
 * The cross entropy of each code given those before it, in nats, the mean over the K codes: the
 * negative log-likelihood of the quantised image embedding over K.
 *
 * @param network the prior
 */
public record AutoregressiveObjective(AutoregressiveTransformer network) implements Objective {
  @Override
  public Loss define(Nn nn, Inputs inputs) {
    var config = network.config();
    var codes = inputs.ints(AutoregressiveTransformer.CODES, config.components());
    var logits = network.forward(nn, inputs, codes);
    var right = nn.sum(nn.multiply(logits, nn.oneHot(codes, config.buckets())), 2);
    return Loss.of(CrossEntropy.of(nn, logits, right, 2));
  }
}
