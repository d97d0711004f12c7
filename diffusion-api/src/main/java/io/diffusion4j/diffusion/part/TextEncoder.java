package io.diffusion4j.diffusion.part;

import java.util.List;

/** Encodes prompts for the networks that are conditioned on text. */
@FunctionalInterface
public interface TextEncoder {
  /** Encodes each prompt, in order; the empty string is the unconditional prompt. */
  List<TextEncoding> encode(List<String> prompts);
}
