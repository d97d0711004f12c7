package io.diffusion4j.evaluation.judge;

import io.diffusion4j.checkpoint.strict.Faults;
import io.diffusion4j.clip.ContrastiveLoss;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.train.Objective;
import io.diffusion4j.nn.train.logits.Cosines;
import io.diffusion4j.nn.train.logits.CrossEntropy;
import java.util.Map;

/**
 * The judge's loss, which brings each picture nearest to its own name among the names of all
 * concepts. This is the judge's task in an evaluation. In CLIP's loss over the pairs of a batch, a
 * picture would rarely meet the similar concepts that it must be distinguished from.
 *
 * @param image the image tower
 * @param text the text tower
 * @param names the names of all concepts, in the order of the targets
 */
record JudgeObjective(JudgeImageNetwork image, JudgeTextNetwork text, Words.Bags names)
    implements Objective {
  /** Input: the index of a picture's concept, from 0. */
  static final String CONCEPT = "concept";

  JudgeObjective {
    new Faults()
        .require(
            image.embeddingDim() == text.embeddingDim(),
            "embedding_dim",
            image.embeddingDim(),
            "the text tower's " + text.embeddingDim())
        .require(
            names.length() == text.length(),
            "names",
            names.length(),
            "bags of " + text.length() + " words")
        .throwIfAny();
  }

  @Override
  public Loss define(Nn nn, Inputs inputs) {
    int count = names.count();
    var ids = nn.constant(names.ids(), count, names.length());
    var weights = nn.constant(names.weights(), count, names.length());
    var texts = Cosines.normalise(nn, text.forward(nn, ids, weights));
    var images = Cosines.normalise(nn, image.define(nn, inputs).get(0));
    var scale = ContrastiveLoss.scale(nn, ContrastiveLoss.LARGEST);
    var logits = Cosines.logits(nn, images, texts, scale);
    var concept = nn.oneHot(inputs.ints(CONCEPT), count);
    var wanted = nn.sum(nn.multiply(logits, concept), 1);
    return new Loss(
        CrossEntropy.of(nn, logits, wanted, 1),
        Map.of("named", CrossEntropy.accuracy(nn, logits, wanted, 1), "logit_scale", scale));
  }
}
