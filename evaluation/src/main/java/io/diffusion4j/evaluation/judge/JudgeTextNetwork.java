package io.diffusion4j.evaluation.judge;

import io.diffusion4j.tf.Inputs;
import io.diffusion4j.tf.Network;
import io.diffusion4j.tf.nn.Init;
import io.diffusion4j.tf.nn.Nn;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * The judge's text tower: the vectors of the words of a caption, added up, and one residual layer.
 *
 * @param words how many words it knows
 * @param length words of a caption that it reads, L
 * @param width of a word's vector, W
 * @param embeddingDim of the embedding that texts and images share, E
 */
record JudgeTextNetwork(int words, int length, int width, int embeddingDim) implements Network {
  /** Input {@code [L]}: see {@link Bags#ids}. */
  static final String IDS = "ids";

  /** Input {@code [L]}: see {@link Bags#weights}. */
  static final String WEIGHTS = "weights";

  private static final double EPS = 1e-5;

  JudgeTextNetwork {
    JudgeImageNetwork.require(words >= 1, "words", words, "≥ 1");
    JudgeImageNetwork.require(length >= 1, "length", length, "≥ 1");
    JudgeImageNetwork.require(width >= 1, "width", width, "≥ 1");
    JudgeImageNetwork.require(embeddingDim >= 1, "embedding_dim", embeddingDim, "≥ 1");
  }

  /** Output: the embedding {@code [B, E]}. */
  @Override
  public List<Operand<TFloat32>> build(Nn nn, Inputs inputs) {
    return List.of(forward(nn, inputs.ints(IDS, length), inputs.floats(WEIGHTS, length)));
  }

  /** Shapes: ids and weights {@code [B, L]} → {@code [B, E]}. */
  Operand<TFloat32> forward(Nn root, Operand<TInt32> ids, Operand<TFloat32> weights) {
    Nn nn = root.at("text");
    var tf = nn.tf();
    var vectors = nn.output(nn.at("words").embedding(ids, words + 1L, width, Init.normal(0.1)));
    var bag =
        nn.input(
            tf.reduceSum(tf.math.mul(vectors, nn.reshape(weights, -1, length, 1)), tf.constant(1)));
    var h = nn.at("fc1").linear(nn.at("norm1").layerNorm(bag, EPS), 2L * width);
    h = nn.add(bag, nn.at("fc2").linear(nn.silu(h), width));
    return nn.output(nn.at("projection").linear(nn.at("norm2").layerNorm(h, EPS), embeddingDim));
  }
}
