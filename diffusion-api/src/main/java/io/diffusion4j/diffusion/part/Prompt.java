package io.diffusion4j.diffusion.part;

import java.util.List;

/**
 * What is asked for in words.
 *
 * @param text the prompt
 * @param negative what guidance moves away from; the encoding of the empty prompt unless the caller
 *     asks otherwise
 * @param caption the prompt in words, for guides that read it themselves; empty if nothing is known
 *     of it
 */
public record Prompt(TextEncoding text, TextEncoding negative, String caption) {
  /** A prompt whose words are not known. */
  public Prompt(TextEncoding text, TextEncoding negative) {
    this(text, negative, "");
  }

  /** Encodes words; the same ones once. */
  public static Prompt encode(TextEncoder encoder, String text, String negative) {
    if (text.equals(negative)) {
      TextEncoding both = encoder.encode(List.of(text)).get(0);
      return new Prompt(both, both, text);
    }
    List<TextEncoding> encodings = encoder.encode(List.of(text, negative));
    return new Prompt(encodings.get(0), encodings.get(1), text);
  }
}
