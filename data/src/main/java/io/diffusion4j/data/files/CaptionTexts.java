package io.diffusion4j.data.files;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Captions in text files and in JSON. */
final class CaptionTexts {
  static final ObjectMapper MAPPER = new ObjectMapper();

  private CaptionTexts() {}

  /** Returns the captions stripped, without blank ones. */
  static List<String> kept(List<String> captions) {
    return captions.stream().map(String::strip).filter(c -> !c.isEmpty()).toList();
  }

  /** Returns the captions of a text, one on each line. */
  static Captions lines(Bytes text) {
    return () -> kept(new String(text.read(), StandardCharsets.UTF_8).lines().toList());
  }

  /** Returns the captions in a field of a JSON object, a text or a list of texts. */
  static Captions field(Bytes json, Columns columns) {
    return () -> {
      JsonNode object = MAPPER.readTree(json.read());
      String asked = columns.caption();
      Stream<String> names = asked == null ? Columns.CAPTIONS.stream() : Stream.of(asked);
      return names
          .filter(object::has)
          .findFirst()
          .map(name -> kept(texts(object.path(name))))
          .orElse(List.of());
    };
  }

  /** Returns the texts of a value: itself, or the elements of a list. */
  static List<String> texts(JsonNode value) {
    List<String> texts = new ArrayList<>();
    if (value.isTextual()) {
      texts.add(value.textValue());
    }
    value.forEach(element -> texts.add(element.asText()));
    return texts;
  }
}
