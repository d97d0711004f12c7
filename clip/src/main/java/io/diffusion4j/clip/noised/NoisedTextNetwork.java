package io.diffusion4j.clip.noised;

import io.diffusion4j.clip.BlockKeys;
import io.diffusion4j.clip.Transformer;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.clip.token.Tokens;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.weights.Init;
import java.util.Arrays;
import java.util.List;

/**
 * The text tower of a noised CLIP: a causal transformer, whose output is taken at the end of the
 * text.
 *
 * @param transformer the blocks
 * @param vocabulary rows of the table of tokens; a tokenizer may have fewer
 * @param positions the length of a text, L
 * @param embeddingDim the size of the joint embedding space, E
 */
public record NoisedTextNetwork(
    Transformer transformer, int vocabulary, int positions, int embeddingDim)
    implements NetworkDefinition {
  /** Input {@code [L]}: the token ids, 0 after the end. */
  public static final String IDS = "ids";

  /** Input {@code [L]}: 1 at the end, 0 elsewhere. */
  public static final String END = "end";

  private static final float MASKED = -1e9f;

  public NoisedTextNetwork {
    Check.that(vocabulary >= 3, "w_voc", vocabulary, "≥ 3 rows");
    Check.that(positions >= 2, "w_pos", positions, "≥ 2 rows");
    Check.that(embeddingDim >= 1, "embeddingDim", embeddingDim, "≥ 1");
  }

  /**
   * Checks that a tokenizer fits this network.
   *
   * @throws IllegalArgumentException if it has too many symbols, or texts of another length
   */
  public void requireFits(ClipTokenizer tokenizer) {
    int size = tokenizer.vocabulary().size();
    Check.that(size <= vocabulary, "w_voc", vocabulary + " rows", "≥ the tokenizer's %s", size);
    int length = tokenizer.config().maxLength();
    Check.that(length == positions, "w_pos", positions + " rows", "the tokenizer's %s", length);
  }

  /** Feeds tokenized texts. */
  static void feed(Batch batch, List<Tokens> texts) {
    int length = texts.get(0).ids().length;
    int[] ids = new int[texts.size() * length];
    float[] end = new float[ids.length];
    for (int i = 0; i < texts.size(); i++) {
      var text = texts.get(i);
      System.arraycopy(text.ids(), 0, ids, i * length, length);
      Arrays.fill(ids, i * length + text.end() + 1, (i + 1) * length, 0);
      end[i * length + text.end()] = 1;
    }
    batch.ints(IDS, ids).floats(END, end);
  }

  /** Defines the network. Output: the embedding {@code [B, E]}, not normalised. */
  @Override
  public List<Tensor> define(Nn nn, Inputs inputs) {
    int w = transformer.width();
    var in = nn.at("blocks.input");
    var ids = inputs.ints(IDS, positions);
    var end = inputs.floats(END, positions);
    var tokens = in.embedding(ids, vocabulary, w, Init.normal(0.02), "w_voc");
    var places = nn.input(in.parameter("w_pos", Init.normal(0.01), positions, w));
    var h = nn.add(tokens, nn.reshape(places, 1, positions, w));
    var causal = List.of(nn.causalMask(positions, MASKED));
    h = transformer.forward(nn, BlockKeys.NOISED, h, causal);
    var last = nn.sum(nn.multiply(nn.output(h), nn.reshape(end, -1, positions, 1)), 1);
    return List.of(project(nn, nn.input(last), embeddingDim, transformer.eps()));
  }

  /** The last layers of both towers: a normalisation and a matrix. */
  static Tensor project(Nn nn, Tensor x, long out, double eps) {
    var at = nn.at("blocks.output");
    var h = at.at("ln").layerNorm(x, eps, "g", "b");
    Init init = Init.normal(1 / Math.sqrt((double) x.last()));
    return nn.output(at.at("f").linearNoBias(h, out, init, "w"));
  }
}
