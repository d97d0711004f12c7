package io.diffusion4j.emoji.art;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Something that an emoji depicts: a fox, a taco, a mailbox.
 *
 * @param codePoints hexadecimal code points joined by {@code -}, {@code "1F98A"}; its identity
 * @param label the CLDR short name, {@code "fox"}
 * @param keywords the CLDR keywords, possibly none
 * @param group the Unicode group, {@code "animals-nature"}
 * @param subgroup the Unicode subgroup, {@code "animal-mammal"}
 * @param icons the name of its icon in each style that has one; at least one
 */
public record Concept(
    String codePoints,
    String label,
    List<String> keywords,
    String group,
    String subgroup,
    Map<Style, String> icons) {
  public Concept {
    if (!codePoints.matches("[0-9A-F]+(-[0-9A-F]+)*")) {
      throw new IllegalArgumentException(
          "codePoints: " + codePoints + " (expected: hexadecimal code points joined by -)");
    }
    if (label.isBlank()) {
      throw new IllegalArgumentException("label: '" + label + "' (expected: not blank)");
    }
    if (icons.isEmpty()) {
      throw new IllegalArgumentException("icons: none (expected: at least one, for " + label + ")");
    }
    keywords = List.copyOf(keywords);
    icons = Collections.unmodifiableMap(new EnumMap<>(icons)); // iterates in the order of Style
  }

  /** Returns whether a style has a drawing of the concept. */
  public boolean isDrawnIn(Style style) {
    return icons.containsKey(style);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Concept c && c.codePoints.equals(codePoints);
  }

  @Override
  public int hashCode() {
    return codePoints.hashCode();
  }

  @Override
  public String toString() {
    return label + " (" + codePoints + ")";
  }
}
