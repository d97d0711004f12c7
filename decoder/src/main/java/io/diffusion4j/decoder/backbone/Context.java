package io.diffusion4j.decoder.backbone;

import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import java.util.List;

/**
 * Tokens that the attention of a network looks at beside its pixels.
 *
 * @param tokens {@code [B, L, contextDim]}
 * @param present {@code [B, L]}: 1 where a token is to be seen, 0 for padding; none if all are
 */
public record Context(Tensor tokens, List<Tensor> present) {
  /** What a hidden token's logit is lowered by. */
  private static final float HIDDEN = -10_000;

  /** Tokens of which those are seen that are present. */
  public static Context masked(Tensor tokens, Tensor present) {
    return new Context(tokens, List.of(present));
  }

  /** Tokens that are all seen, padding too. */
  public static Context whole(Tensor tokens) {
    return new Context(tokens, List.of());
  }

  /** What is added to the logits of the tokens and of the pixels after them; nothing, or one. */
  public List<Tensor> mask(Nn nn, long pixels) {
    return present.stream().map(p -> nn.hide(p, HIDDEN, pixels)).toList();
  }

  public static List<Context> none() {
    return List.of();
  }
}
