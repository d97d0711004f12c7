package io.diffusion4j.decoder;

import io.diffusion4j.decoder.backbone.Backbone;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.weights.Init;
import java.util.List;

/**
 * Projects embeddings to the decoder's conditioning (DALL-E 2, §2.1): the image embedding is added
 * to the time embedding, and also becomes extra context tokens before the text's tokens. The keys
 * are diffusers' ({@code UnCLIPTextProjModel}).
 *
 * @param extraTokens context tokens made from the image embedding
 * @param embeddingDim the dimension of CLIP embeddings, E
 * @param timeEmbedDim the width of the decoder's time embedding
 * @param contextDim the width of the decoder's context tokens
 */
public record TextProjection(int extraTokens, int embeddingDim, int timeEmbedDim, int contextDim) {
  private static final double EPS = 1e-5;

  /**
   * Checks that the outputs of this projection fit a decoder.
   *
   * @throws IllegalArgumentException if the decoder's widths differ
   */
  public void requireFits(Backbone decoder) {
    Check.that(
        timeEmbedDim == decoder.timeEmbedDim(),
        "time_embed_dim",
        timeEmbedDim,
        "%s",
        decoder.timeEmbedDim());
    Check.that(
        contextDim == decoder.contextDim(),
        "cross_attention_dim",
        contextDim,
        "%s",
        decoder.contextDim());
  }

  /**
   * Builds the projection.
   *
   * @param imageEmbedding {@code [B, E]}
   * @param conditional {@code [B, 1]}: 1 to use the image embedding, 0 for the learned embedding of
   *     classifier-free guidance in its place
   * @param textEmbedding {@code [B, E]}
   * @param hidden the hidden states of the text, {@code [B, L, E]}
   */
  Outputs forward(
      Nn nn, Tensor imageEmbedding, Tensor conditional, Tensor textEmbedding, Tensor hidden) {
    var z =
        nn.orLearned(
            imageEmbedding, conditional, "learned_classifier_free_guidance_embeddings", Init.ZEROS);
    var timeAdd =
        nn.add(
            nn.at("embedding_proj").linear(nn.input(textEmbedding), timeEmbedDim),
            nn.at("clip_image_embeddings_project_to_time_embeddings").linear(z, timeEmbedDim));
    var extra = nn.at("clip_extra_context_tokens_proj").linear(z, (long) extraTokens * contextDim);
    var tokens = nn.deal(extra, extraTokens); // channel-major
    var text =
        nn.at("text_encoder_hidden_states_norm")
            .layerNorm(
                nn.at("encoder_hidden_states_proj").linear(nn.input(hidden), contextDim), EPS);
    return new Outputs(nn.concat(1, List.of(tokens, text)), timeAdd);
  }

  /**
   * The decoder's conditioning.
   *
   * @param context {@code [B, extraTokens + L, contextDim]}
   * @param timeAdd {@code [B, timeEmbedDim]}
   */
  record Outputs(Tensor context, Tensor timeAdd) {}
}
