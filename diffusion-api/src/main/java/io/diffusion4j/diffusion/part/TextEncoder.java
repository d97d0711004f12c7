package io.diffusion4j.diffusion.part;

import java.util.List;
import java.util.Optional;

/** Encodes prompts for the networks that are conditioned on text. */
@FunctionalInterface
public interface TextEncoder {
  /** Encodes each prompt, in order; the empty string is the unconditional prompt. */
  List<TextEncoding> encode(List<String> prompts);

  /** Describes which part of a text is not read; empty if all of it is. */
  default Optional<String> truncation(String text) {
    return Optional.empty();
  }

  /** Describes which words of a text mean nothing to the model; empty if none. */
  default Optional<String> unknownWords(String text) {
    return Optional.empty();
  }
}
