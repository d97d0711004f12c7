package io.diffusion4j.prior;

import io.diffusion4j.tf.Inputs;
import io.diffusion4j.tf.nn.Nn;
import io.diffusion4j.tf.train.Objective;

/**
 * The cross entropy of each code given those before it, in nats, the mean over the K codes: the
 * negative log-likelihood of the quantised image embedding over K.
 *
 * @param network the prior
 */
public record AutoregressiveObjective(AutoregressiveTransformer network) implements Objective {
  @Override
  public Loss build(Nn nn, Inputs inputs) {
    var tf = nn.tf();
    var config = network.config();
    var codes = inputs.ints(AutoregressiveTransformer.CODES, config.components());
    var logits = network.forward(nn, inputs, codes);
    var right = tf.oneHot(codes, tf.constant(config.buckets()), tf.constant(1f), tf.constant(0f));
    var rows = nn.reshape(logits, -1, config.buckets());
    var chosen =
        tf.reduceSum(
            tf.math.mul(tf.nn.logSoftmax(rows), nn.reshape(right, -1, config.buckets())),
            tf.constant(1));
    return Loss.of(tf.math.neg(tf.math.mean(chosen, tf.constant(0))));
  }
}
