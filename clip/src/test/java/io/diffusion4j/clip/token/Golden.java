package io.diffusion4j.clip.token;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The golden tokenizer folder, made with OpenAI's tokenizer without ftfy. */
final class Golden {
  /** A text with its ids, and with what the reference decodes them to. */
  record Case(String text, int[] ids, String decoded) {
    @Override
    public String toString() {
      return text;
    }
  }

  private Golden() {}

  static Path folder() {
    try {
      return Path.of(Objects.requireNonNull(Golden.class.getResource("/golden/tokenizer")).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  static ClipTokenizer tokenizer(Normalization normalization) {
    try {
      return ClipTokenizer.load(folder(), normalization);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Stream<Case> cases(String file) {
    try {
      JsonNode all = new ObjectMapper().readTree(folder().resolve(file).toFile());
      return StreamSupport.stream(all.spliterator(), false)
          .map(
              one ->
                  new Case(
                      one.get("text").textValue(),
                      StreamSupport.stream(one.get("ids").spliterator(), false)
                          .mapToInt(JsonNode::intValue)
                          .toArray(),
                      one.path("decoded").asText("")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
