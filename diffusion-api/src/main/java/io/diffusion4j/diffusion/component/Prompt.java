package io.diffusion4j.diffusion.component;

import java.util.List;

/**
 * A request in words.
 *
 * @param text the encoded prompt
 * @param negative the encoding that guidance moves away from; that of the empty prompt unless the
 *     caller has a negative prompt
 * @param caption the prompt in words, for guides that read it themselves; empty if unknown
 */
public record Prompt(TextEncoding text, TextEncoding negative, String caption) {
  /** Creates a prompt with unknown words. */
  public Prompt(TextEncoding text, TextEncoding negative) {
    this(text, negative, "");
  }

  /** Encodes prompts, each distinct text once. */
  public static Prompt encode(TextEncoder encoder, String text, String negative) {
    if (text.equals(negative)) {
      TextEncoding both = encoder.encode(List.of(text)).get(0);
      return new Prompt(both, both, text);
    }
    List<TextEncoding> encodings = encoder.encode(List.of(text, negative));
    return new Prompt(encodings.get(0), encodings.get(1), text);
  }
}
