package io.diffusion4j.evaluation.judge;

import io.diffusion4j.clip.ContrastiveLoss;
import io.diffusion4j.tf.Inputs;
import io.diffusion4j.tf.nn.Nn;
import io.diffusion4j.tf.train.Objective;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * How the judge learns: each picture is to be nearest to the name of what it shows among the names
 * of all concepts, and to its style among the styles. These are the questions that the judge will
 * be asked; CLIP's loss over the pairs of a batch would have to wait for the batch that holds the
 * one look-alike that a thing must be told from.
 *
 * @param image the image tower
 * @param text the text tower
 * @param names of all concepts, in the order of the targets
 * @param styles in words, in the order of the targets
 */
record JudgeObjective(JudgeImageNetwork image, JudgeTextNetwork text, Bags names, Bags styles)
    implements Objective {
  /** Input: the number of the concept that a picture shows, from 0 on. */
  static final String CONCEPT = "concept";

  /** Input: the number of the style that it is drawn in. */
  static final String STYLE = "style";

  /** Of the styles' loss: there are few of them, and they are easily told apart. */
  private static final float STYLE_WEIGHT = 0.5f;

  JudgeObjective {
    JudgeImageNetwork.require(
        image.embeddingDim() == text.embeddingDim(),
        "embedding_dim",
        image.embeddingDim(),
        "the text tower's " + text.embeddingDim());
    for (Bags bags : List.of(names, styles)) {
      JudgeImageNetwork.require(
          bags.length() == text.length(), "length", bags.length(), "bags of " + text.length());
    }
  }

  @Override
  public Loss build(Nn nn, Inputs inputs) {
    var tf = nn.tf();
    int count = names.count();
    var rows = tf.constant(0);
    var ids = tf.concat(List.of(ids(nn, names), ids(nn, styles)), rows);
    var weights = tf.concat(List.of(weights(nn, names), weights(nn, styles)), rows);
    var texts = ContrastiveLoss.normalise(nn, text.forward(nn, ids, weights));
    var images = ContrastiveLoss.normalise(nn, image.build(nn, inputs).get(0));
    var scale = ContrastiveLoss.scale(nn);
    var ofNames =
        tf.slice(texts, tf.constant(new int[] {0, 0}), tf.constant(new int[] {count, -1}));
    var ofStyles =
        tf.slice(texts, tf.constant(new int[] {count, 0}), tf.constant(new int[] {-1, -1}));

    var concept = oneOf(nn, inputs.ints(CONCEPT), count);
    var named = ContrastiveLoss.logits(nn, images, ofNames, scale);
    var naming = choosing(nn, named, concept);
    var drawn = ContrastiveLoss.logits(nn, images, ofStyles, scale);
    var styling = choosing(nn, drawn, oneOf(nn, inputs.ints(STYLE), styles.count()));
    return new Loss(
        tf.math.add(naming, tf.math.mul(styling, tf.constant(STYLE_WEIGHT))),
        Map.of(
            "naming", naming,
            "styling", styling,
            "named", hits(nn, named, concept),
            "logit_scale", scale));
  }

  /** Rows of zeros with a one in each. */
  private static Operand<TFloat32> oneOf(Nn nn, Operand<TInt32> numbers, int count) {
    var tf = nn.tf();
    return tf.oneHot(numbers, tf.constant(count), tf.constant(1f), tf.constant(0f));
  }

  /** The mean cross entropy of choosing the target of each row. */
  private static Operand<TFloat32> choosing(
      Nn nn, Operand<TFloat32> logits, Operand<TFloat32> target) {
    var tf = nn.tf();
    var wanted = tf.reduceSum(tf.math.mul(logits, target), tf.constant(1));
    return ContrastiveLoss.crossEntropy(nn, logits, wanted, 1);
  }

  /** The share of the rows whose largest logit is the target. */
  private static Operand<TFloat32> hits(Nn nn, Operand<TFloat32> logits, Operand<TFloat32> target) {
    var tf = nn.tf();
    var inRow = tf.constant(1);
    var right = tf.math.equal(tf.math.argMax(logits, inRow), tf.math.argMax(target, inRow));
    return tf.math.mean(tf.dtypes.cast(right, TFloat32.class), tf.constant(0));
  }

  private static Operand<TInt32> ids(Nn nn, Bags bags) {
    return nn.reshape(nn.tf().constant(bags.ids()), bags.count(), bags.length());
  }

  private static Operand<TFloat32> weights(Nn nn, Bags bags) {
    return nn.reshape(nn.tf().constant(bags.weights()), bags.count(), bags.length());
  }
}
