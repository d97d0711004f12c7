package io.diffusion4j.evaluation.judge;

import io.diffusion4j.checkpoint.strict.Faults;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.weights.Init;
import java.util.List;

/**
 * The judge's text tower: the sum of the vectors of a caption's words, and one residual layer.
 *
 * @param words the size of the vocabulary
 * @param length the number of words read from a caption, L
 * @param width the width of a word's vector, W
 * @param embeddingDim the size of the joint embedding space, E
 */
record JudgeTextNetwork(int words, int length, int width, int embeddingDim)
    implements NetworkDefinition {
  /** Input {@code [L]}: see {@link Words.Bags#ids}. */
  static final String IDS = "ids";

  /** Input {@code [L]}: see {@link Words.Bags#weights}. */
  static final String WEIGHTS = "weights";

  private static final double EPS = 1e-5;

  JudgeTextNetwork {
    new Faults()
        .require(words >= 1, "words", words, "≥ 1")
        .require(length >= 1, "length", length, "≥ 1")
        .require(width >= 1, "width", width, "≥ 1")
        .require(embeddingDim >= 1, "embedding_dim", embeddingDim, "≥ 1")
        .throwIfAny();
  }

  /** Defines the network. Output: the embedding {@code [B, E]}. */
  @Override
  public List<Tensor> define(Nn nn, Inputs inputs) {
    return List.of(forward(nn, inputs.ints(IDS, length), inputs.floats(WEIGHTS, length)));
  }

  /** Shapes: ids and weights {@code [B, L]} → {@code [B, E]}. */
  Tensor forward(Nn root, Tensor ids, Tensor weights) {
    Nn nn = root.at("text");
    var vectors = nn.output(nn.at("words").embedding(ids, words + 1L, width, Init.normal(0.1)));
    var bag =
        nn.input(nn.sum(nn.multiply(vectors, nn.reshape(weights, weights.size(0), length, 1)), 1));
    var h = nn.at("fc1").linear(nn.at("norm1").layerNorm(bag, EPS), 2L * width);
    h = nn.add(bag, nn.at("fc2").linear(nn.silu(h), width));
    return nn.output(nn.at("projection").linear(nn.at("norm2").layerNorm(h, EPS), embeddingDim));
  }
}
