package io.diffusion4j.diffusion.component;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Encodes prompts for the networks that are conditioned on text. */
@FunctionalInterface
public interface TextEncoder extends TextCoverage {
  /** Encodes each prompt, in order; the empty string is the unconditional prompt. */
  List<TextEncoding> encode(List<String> prompts);

  /** Encodes each distinct prompt once, in the order of their first occurrence. */
  default Map<String, TextEncoding> encodeOnce(Stream<String> prompts) {
    List<String> distinct = prompts.distinct().toList();
    List<TextEncoding> encodings = encode(distinct);
    Map<String, TextEncoding> byText = new HashMap<>();
    for (int i = 0; i < distinct.size(); i++) {
      byText.put(distinct.get(i), encodings.get(i));
    }
    return byText;
  }
}
