package io.diffusion4j.evaluation.judge;

import io.diffusion4j.clip.ContrastiveLoss;
import io.diffusion4j.tf.Inputs;
import io.diffusion4j.tf.nn.Nn;
import io.diffusion4j.tf.nn.Tensors;
import io.diffusion4j.tf.train.Objective;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/**
 * How the judge learns: CLIP's symmetric loss over the pairs of a batch (Radford et al. 2021, fig.
 * 3), and beside it each image against the names of all concepts, which is the question that the
 * judge will be asked. The second does not wait for a batch to hold the one look-alike that a
 * concept must be told from.
 *
 * @param image the image tower
 * @param text the text tower
 * @param names of all concepts, in the order of the targets
 */
record JudgeObjective(JudgeImageNetwork image, JudgeTextNetwork text, Bags names)
    implements Objective {
  /** Input {@code [C]}: how the image is shared among the concepts; adds up to 1. */
  static final String TARGET = "target";

  JudgeObjective {
    JudgeImageNetwork.require(
        image.embeddingDim() == text.embeddingDim(),
        "embedding_dim",
        image.embeddingDim(),
        "the text tower's " + text.embeddingDim());
    JudgeImageNetwork.require(
        names.length() == text.length(),
        "names",
        names.length(),
        "bags of " + text.length() + " words");
  }

  @Override
  public Loss build(Nn nn, Inputs inputs) {
    var tf = nn.tf();
    int length = text.length();
    int concepts = names.count();
    var rows = tf.constant(0);
    var ids =
        tf.concat(
            List.of(
                nn.reshape(tf.constant(names.ids()), concepts, length),
                inputs.ints(JudgeTextNetwork.IDS, length)),
            rows);
    var weights =
        tf.concat(
            List.of(
                nn.reshape(tf.constant(names.weights()), concepts, length),
                inputs.floats(JudgeTextNetwork.WEIGHTS, length)),
            rows);
    var texts = ContrastiveLoss.normalise(nn, text.forward(nn, ids, weights));
    var ofNames = slice(nn, texts, 0, concepts);
    var ofCaptions = slice(nn, texts, concepts, -1);
    var images = ContrastiveLoss.normalise(nn, image.build(nn, inputs).get(0));
    var scale = ContrastiveLoss.scale(nn);

    var logits = ContrastiveLoss.logits(nn, images, ofCaptions, scale);
    var inRow = tf.constant(1);
    var pairs = tf.math.mul(tf.reduceSum(tf.math.mul(images, ofCaptions), inRow), scale);
    var symmetric =
        tf.math.mul(
            tf.math.add(
                ContrastiveLoss.crossEntropy(nn, logits, pairs, 1),
                ContrastiveLoss.crossEntropy(nn, logits, pairs, 0)),
            tf.constant(0.5f));

    var named = ContrastiveLoss.logits(nn, images, ofNames, scale);
    var target = inputs.floats(TARGET, concepts);
    var wanted = tf.reduceSum(tf.math.mul(named, target), inRow);
    var naming = ContrastiveLoss.crossEntropy(nn, named, wanted, 1);
    var best = tf.reduceMax(named, inRow);
    var hits = tf.dtypes.cast(tf.math.greaterEqual(wanted, best), TFloat32.class);
    return new Loss(
        tf.math.add(symmetric, naming),
        Map.of(
            "contrastive", symmetric,
            "naming", naming,
            "named", tf.math.mean(hits, tf.constant(0)),
            "logit_scale", scale));
  }

  private static Operand<TFloat32> slice(Nn nn, Operand<TFloat32> x, int from, int count) {
    var tf = nn.tf();
    return tf.slice(x, tf.constant(new int[] {from, 0}), tf.constant(new int[] {count, -1}));
  }

  /** The target of pictures that show these concepts, one row for each picture. */
  static float[] targets(List<int[]> shown, int concepts) {
    List<float[]> rows =
        shown.stream()
            .map(
                indices -> {
                  float[] row = new float[concepts];
                  for (int i : indices) {
                    row[i] = 1f / indices.length;
                  }
                  return row;
                })
            .toList();
    return Tensors.stack(rows);
  }
}
