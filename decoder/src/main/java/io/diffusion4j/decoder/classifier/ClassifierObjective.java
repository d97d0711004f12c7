package io.diffusion4j.decoder.classifier;

import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.train.Objective;
import io.diffusion4j.nn.train.logits.CrossEntropy;
import java.util.Map;

/**
 * The loss of a classifier of noised images: the cross-entropy of the classes, in nats (Dhariwal
 * &amp; Nichol 2021, §4.1).
 */
public record ClassifierObjective(ClassifierNetwork network) implements Objective {
  @Override
  public Loss define(Nn nn, Inputs inputs) {
    var logits = network.define(nn, inputs).get(0);
    var right = network.right(nn, inputs, logits);
    return new Loss(
        CrossEntropy.of(nn, logits, right, 1),
        Map.of("accuracy", CrossEntropy.accuracy(nn, logits, right, 1)));
  }
}
