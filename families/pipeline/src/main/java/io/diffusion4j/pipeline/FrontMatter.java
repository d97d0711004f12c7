package io.diffusion4j.pipeline;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The front matter of a model card: the YAML between two lines of three dashes at its top. */
public final class FrontMatter {
  private static final System.Logger LOG = System.getLogger(FrontMatter.class.getName());

  /** SPDX's expression for a missing licence. */
  private static final String UNKNOWN_LICENSE = "NOASSERTION";

  private static final String CARD = "README.md";
  private static final String FENCE = "---";
  private static final YAMLMapper YAML = new YAMLMapper();

  private FrontMatter() {}

  /** Returns the licence of the model in a folder, as an SPDX expression. */
  public static String license(Path folder) {
    return of(folder.resolve(CARD)).getOrDefault("license", UNKNOWN_LICENSE);
  }

  /**
   * Returns the plain values that a card in a folder lists under a name; none if it has no such
   * list.
   */
  public static List<String> list(Path folder, String name) {
    List<String> values = new ArrayList<>();
    JsonNode list = read(folder.resolve(CARD)).path(name);
    if (list.isArray()) {
      list.forEach(value -> values.add(value.asText()));
    }
    return values;
  }

  /** Returns the plain values by name; empty without a card or without front matter. */
  static Map<String, String> of(Path card) {
    Map<String, String> values = new LinkedHashMap<>();
    read(card)
        .properties()
        .forEach(
            entry -> {
              if (entry.getValue().isValueNode() && !entry.getValue().isNull()) {
                values.put(entry.getKey(), entry.getValue().asText());
              }
            });
    return values;
  }

  /** Front matter without an end is ignored, and so is a card that is not YAML, with a warning. */
  private static JsonNode read(Path card) {
    if (!Files.isRegularFile(card)) {
      return MissingNode.getInstance();
    }
    try {
      List<String> lines = Files.readAllLines(card);
      int end = lines.isEmpty() ? 0 : lines.subList(1, lines.size()).indexOf(FENCE) + 1;
      return end > 0 && lines.get(0).equals(FENCE)
          ? YAML.readTree(String.join("\n", lines.subList(1, end)))
          : MissingNode.getInstance();
    } catch (JsonProcessingException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          card + ": the front matter is no YAML: " + e.getOriginalMessage());
      return MissingNode.getInstance();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + card + ": " + e, e);
    }
  }
}
