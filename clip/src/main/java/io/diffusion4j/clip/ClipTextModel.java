package io.diffusion4j.clip;

import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.clip.token.Tokens;
import io.diffusion4j.diffusion.component.TextEncoder;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * CLIP's text tower with its tokenizer, as a {@link TextEncoder}. Thread-safe; holds native memory
 * until it is closed.
 */
public final class ClipTextModel implements TextEncoder, AutoCloseable {
  private final ClipTokenizer tokenizer;
  private final boolean embeds;
  private final CompiledNetwork compiled;

  /**
   * Compiles the tower.
   *
   * @throws IllegalArgumentException if the tokenizer does not fit the tower
   */
  public ClipTextModel(
      ClipTokenizer tokenizer, ClipTextNetwork network, TensorSource weights, Compute compute) {
    this(
        network.fitted(tokenizer), // before the network is compiled, so that nothing is left open
        network,
        new CompiledNetwork(network, weights, compute.unquantised()));
  }

  /**
   * Wraps a compiled tower, which is closed with the model.
   *
   * @throws IllegalArgumentException if the tokenizer does not fit the tower
   */
  public ClipTextModel(ClipTokenizer tokenizer, ClipTextNetwork network, CompiledNetwork compiled) {
    this.tokenizer = network.fitted(tokenizer);
    this.embeds = network.embeddingDim() > 0;
    this.compiled = compiled;
  }

  @Override
  public List<TextEncoding> encode(List<String> prompts) {
    if (prompts.isEmpty()) {
      return List.of();
    }
    var tokens = prompts.stream().map(tokenizer::encode).toList();
    var batch = new Batch(prompts.size());
    if (embeds) {
      ClipTextNetwork.feed(batch, tokens);
    } else {
      ClipTextNetwork.feedIds(batch, tokens);
    }
    var outputs = compiled.run(batch);
    var hidden = Rows.unstack(outputs.get(0), prompts.size());
    var embeddings =
        embeds
            ? Rows.unstack(outputs.get(1), prompts.size())
            : Collections.nCopies(prompts.size(), new float[0]);
    List<TextEncoding> encodings = new ArrayList<>(prompts.size());
    for (int i = 0; i < prompts.size(); i++) {
      Tokens t = tokens.get(i);
      encodings.add(new TextEncoding(hidden.get(i), t.mask(), embeddings.get(i)));
    }
    return encodings;
  }

  @Override
  public void close() {
    compiled.close();
  }
}
