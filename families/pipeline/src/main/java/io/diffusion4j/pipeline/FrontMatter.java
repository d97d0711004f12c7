package io.diffusion4j.pipeline;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The front matter of a model card: the YAML between two lines of three dashes at its top. Nested
 * values are read only if they are lists of plain values.
 */
public final class FrontMatter {
  /** SPDX's expression for a missing licence. */
  private static final String UNKNOWN_LICENSE = "NOASSERTION";

  private static final String CARD = "README.md";
  private static final String FENCE = "---";
  private static final Pattern VALUE = Pattern.compile("([a-z_]+):\\s+([^#\\[{]+?)\\s*(#.*)?");

  private static final Pattern ITEM = Pattern.compile("\\s*-\\s+([^#\\[{]+?)\\s*(#.*)?");

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
    boolean within = false;
    for (String line : lines(folder.resolve(CARD))) {
      var item = ITEM.matcher(line);
      if (within && item.matches()) {
        values.add(unquoted(item.group(1)));
      } else {
        within = line.strip().equals(name + ":");
      }
    }
    return of(folder.resolve(CARD)).isEmpty() ? List.of() : List.copyOf(values);
  }

  /** Returns the values by name; empty without a card or without front matter. */
  static Map<String, String> of(Path card) {
    Map<String, String> values = new LinkedHashMap<>();
    Iterator<String> lines = lines(card).iterator();
    if (lines.hasNext() && lines.next().equals(FENCE)) {
      while (lines.hasNext()) {
        String line = lines.next();
        if (line.equals(FENCE)) {
          return values;
        }
        var value = VALUE.matcher(line);
        if (value.matches()) {
          values.put(value.group(1), unquoted(value.group(2)));
        }
      }
    }
    return Map.of(); // front matter without an end is ignored
  }

  private static List<String> lines(Path card) {
    if (!Files.isRegularFile(card)) {
      return List.of();
    }
    try {
      return Files.readAllLines(card);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + card + ": " + e, e);
    }
  }

  private static String unquoted(String value) {
    return value.replaceFirst("^([\"'])(.*)\\1$", "$2");
  }
}
