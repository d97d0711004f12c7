package io.diffusion4j.clip.token;

import com.fasterxml.jackson.databind.JsonNode;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenRoots;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;

/** A text with its ids, and with what OpenAI's tokenizer (without ftfy) decodes them to. */
record GoldenText(String text, int[] ids, String decoded) {
  /** The texts of a case. */
  static List<GoldenText> of(GoldenCase golden) {
    return StreamSupport.stream(golden.json().spliterator(), false)
        .map(
            one ->
                new GoldenText(
                    one.get("text").textValue(),
                    StreamSupport.stream(one.get("ids").spliterator(), false)
                        .mapToInt(JsonNode::intValue)
                        .toArray(),
                    one.path("decoded").asText("")))
        .toList();
  }

  /** The case of the miniature vocabulary of this project. */
  static GoldenCase shipped() {
    return GoldenRoots.shipped().cases(GoldenKind.TOKENIZER).get(0);
  }

  /** The tokenizer in a folder. */
  static ClipTokenizer tokenizer(Path folder, TextNormalization normalization) {
    try {
      return ClipTokenizer.load(folder, normalization);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
