package io.diffusion4j.glide;

import io.diffusion4j.clip.BlockKeys;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.weights.Init;
import java.util.List;

/**
 * The text encoder of one of GLIDE's U-Nets (Nichol et al. 2022, §4): a transformer without a
 * causal mask, which also attends to padding. Its states are the U-Net's context, and the last
 * state is projected and added to the time embedding. The keys are GLIDE's ({@code Text2ImUNet}).
 */
record GlideTextNetwork(GlideConfig config) implements NetworkDefinition {
  /** Input {@code [L]}: the token ids. */
  static final String TOKENS = "tokens";

  /** Input {@code [L]}: 1 for tokens, 0 for padding. */
  static final String PRESENT = "present";

  /** GLIDE's initialisation of embeddings was not published; this is GPT-2's. */
  private static final Init SMALL = Init.normal(0.01);

  /** Whether a parameter of a checkpoint belongs to this network. */
  static boolean owns(String key) {
    return key.startsWith("token_embedding.")
        || key.equals("positional_embedding")
        || key.equals("padding_embedding")
        || key.startsWith("transformer.")
        || key.startsWith("transformer_proj.")
        || key.startsWith("final_ln.");
  }

  /**
   * Defines the network. Outputs: the states {@code [B, L, W]}, and the vector added to the time
   * embedding, {@code [B, 4C]}.
   */
  @Override
  public List<Tensor> define(Nn nn, Inputs inputs) {
    int length = config.textLength();
    var text = config.text();
    int w = text.width();
    var ids = inputs.ints(TOKENS, length);
    var present = nn.reshape(inputs.floats(PRESENT, length), -1, length, 1);
    var tokens = nn.at("token_embedding").embedding(ids, config.vocabulary(), w, Init.normal(1));
    var places = nn.reshape(nn.parameter("positional_embedding", SMALL, length, w), 1, length, w);
    var padding = nn.reshape(nn.parameter("padding_embedding", SMALL, length, w), 1, length, w);
    // Padding has its own embeddings, one per position, in place of a token's embedding.
    var words = nn.multiply(nn.add(nn.output(tokens), places), present);
    var absent = nn.subtract(nn.constant(1), present);
    var x = nn.input(nn.add(words, nn.multiply(padding, absent)));
    x = text.forward(nn.at("transformer"), BlockKeys.GLIDE, x, List.of());
    var states = nn.at("final_ln").layerNorm(x, text.eps());
    var last = nn.position(states, length - 1L);
    var timeAdd = nn.at("transformer_proj").linear(last, config.unet().timeEmbedDim());
    return List.of(nn.output(states), nn.output(timeAdd));
  }
}
