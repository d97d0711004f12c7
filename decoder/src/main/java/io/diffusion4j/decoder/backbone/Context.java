package io.diffusion4j.decoder.backbone;

import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import java.util.List;

/**
 * Tokens that the attention of a network attends to beside its pixels.
 *
 * @param tokens {@code [B, L, contextDim]}
 * @param present {@code [B, L]}: 1 for a visible token, 0 for padding; none if all are
 */
public record Context(Tensor tokens, List<Tensor> present) {
  /** The amount by which the logit of a hidden token is lowered. */
  private static final float HIDDEN = -10_000;

  /** Returns tokens of which only the present ones are attended to. */
  public static Context masked(Tensor tokens, Tensor present) {
    return new Context(tokens, List.of(present));
  }

  /** Returns tokens that are all attended to, padding included. */
  public static Context whole(Tensor tokens) {
    return new Context(tokens, List.of());
  }

  /**
   * Returns the bias of the attention logits, of the tokens and of the pixels after them; none or
   * one.
   */
  public List<Tensor> mask(Nn nn, long pixels) {
    return present.stream().map(p -> nn.hide(p, HIDDEN, pixels)).toList();
  }

  /** Returns the context of a network without tokens: an empty list. */
  public static List<Context> none() {
    return List.of();
  }
}
