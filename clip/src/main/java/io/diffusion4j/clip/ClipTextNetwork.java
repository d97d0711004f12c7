package io.diffusion4j.clip;

import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.clip.token.Tokens;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.weights.Init;
import java.util.List;

/**
 * CLIP's text tower: a causal transformer, whose output is taken at the end token. The keys are
 * those of transformers' {@code CLIPTextModelWithProjection}, or {@code CLIPTextModel} without a
 * projection.
 *
 * @param transformer the blocks
 * @param vocabulary the number of tokens
 * @param positions the length of a text, L
 * @param embeddingDim the size of the joint embedding space, E; 0 for a tower without projection,
 *     whose answer is the hidden states
 */
public record ClipTextNetwork(
    Transformer transformer, int vocabulary, int positions, int embeddingDim)
    implements NetworkDefinition {
  /** Input {@code [L]}: the token ids. */
  static final String IDS = "ids";

  /**
   * Input {@code [L]}: 1 at the first end token, 0 elsewhere. In transformers an {@code
   * eos_token_id} of 2, from older files, stands for the highest token, which is the end token of
   * CLIP's vocabularies.
   */
  static final String END = "end";

  private static final float MASKED = -1e9f;

  public ClipTextNetwork {
    Check.that(vocabulary >= 3, "vocab_size", vocabulary, "≥ 3");
    Check.that(positions >= 2, "max_position_embeddings", positions, "≥ 2");
    Check.that(embeddingDim >= 0, "projection_dim", embeddingDim, "≥ 0");
  }

  /**
   * Returns the tower without its last blocks, for states before the last ones; the final norm is
   * applied to them as well ({@code clip_skip} of diffusers).
   *
   * @param skipped the number of blocks, fewer than there are
   */
  public ClipTextNetwork withoutLast(int skipped) {
    Check.that(
        skipped >= 0 && skipped < transformer.layers(),
        "clip_skip",
        skipped,
        "from 0 to %s",
        transformer.layers() - 1);
    return new ClipTextNetwork(
        transformer.withLayers(transformer.layers() - skipped),
        vocabulary,
        positions,
        embeddingDim);
  }

  /** Returns the tower for another number of tokens. */
  public ClipTextNetwork withVocabulary(int tokens) {
    return new ClipTextNetwork(transformer, tokens, positions, embeddingDim);
  }

  /** Feeds tokenized texts. */
  static void feed(Batch batch, List<Tokens> texts) {
    int length = texts.get(0).ids().length;
    float[] end = new float[texts.size() * length];
    for (int i = 0; i < texts.size(); i++) {
      end[i * length + texts.get(i).pooled()] = 1;
    }
    feedIds(batch, texts);
    batch.floats(END, end);
  }

  /** Feeds tokenized texts to a tower without projection. */
  static void feedIds(Batch batch, List<Tokens> texts) {
    int length = texts.get(0).ids().length;
    int[] ids = new int[texts.size() * length];
    for (int i = 0; i < texts.size(); i++) {
      System.arraycopy(texts.get(i).ids(), 0, ids, i * length, length);
    }
    batch.ints(IDS, ids);
  }

  /**
   * Returns a tokenizer for this network, with texts cut to its positions.
   *
   * @throws IllegalArgumentException if the vocabulary has another size, or texts are shorter
   */
  public ClipTokenizer fitted(ClipTokenizer tokenizer) {
    int size = tokenizer.vocabulary().size();
    Check.that(size == vocabulary, "vocab_size", vocabulary, "the tokenizer's " + size);
    int length = tokenizer.config().maxLength();
    Check.that(
        length >= positions, "max_position_embeddings", positions, "≤ the tokenizer's %s", length);
    return tokenizer.withMaxLength(positions);
  }

  /**
   * Defines the network. Outputs: the hidden states after the final norm {@code [B, L, W]}, and the
   * embedding if there is a projection.
   */
  @Override
  public List<Tensor> define(Nn nn, Inputs inputs) {
    int w = transformer.width();
    var ids = inputs.ints(IDS, positions);
    var tower = nn.at("text_model");
    var table = tower.at("embeddings");
    var tokens = table.at("token_embedding").embedding(ids, vocabulary, w, Init.normal(0.02));
    var places =
        nn.input(table.parameter("position_embedding.weight", Init.normal(0.01), positions, w));
    var h = nn.add(tokens, nn.reshape(places, 1, positions, w));
    var causal = List.of(nn.causalMask(positions, MASKED));
    h = transformer.forward(tower.at("encoder"), BlockKeys.HUGGING_FACE, h, causal);
    var hidden = nn.output(tower.at("final_layer_norm").layerNorm(h, transformer.eps()));
    if (embeddingDim == 0) {
      return List.of(hidden);
    }
    var end = inputs.floats(END, positions);
    var pooled = nn.sum(nn.multiply(hidden, nn.reshape(end, -1, positions, 1)), 1);
    Init projection = Init.normal(1 / Math.sqrt(w));
    var embedding =
        nn.at("text_projection").linearNoBias(nn.input(pooled), embeddingDim, projection);
    return List.of(hidden, nn.output(embedding));
  }
}
