package io.diffusion4j.clip.token;

import io.diffusion4j.diffusion.argument.Check;
import java.util.Optional;

/**
 * An encoded text.
 *
 * @param ids {@code [L]}: start, the text, end, padding; those of GPT-2 have no start and no end
 * @param mask {@code [L]}: true from the start to the end, false for padding
 * @param truncatedAt the dropped end of a text that was too long, normalised, from the first word
 *     that is not wholly encoded; empty if nothing was dropped
 */
public record Tokens(int[] ids, boolean[] mask, Optional<String> truncatedAt) {
  public Tokens {
    Check.that(ids.length == mask.length, "mask", mask.length + " values", "%s", ids.length);
  }

  /**
   * Returns the position where CLIP pools the text: that of the first end symbol, also where the
   * text itself contains one.
   */
  public int pooled() {
    int last = end();
    int first = 0;
    while (ids[first] != ids[last]) {
      first++;
    }
    return first;
  }

  /** Returns the position of the end symbol after the text. */
  public int end() {
    int count = 0;
    while (count < mask.length && mask[count]) {
      count++;
    }
    return count - 1;
  }
}
