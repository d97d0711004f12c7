package io.diffusion4j.nn.train;

import io.diffusion4j.diffusion.argument.Check;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A selection of parameters or layers by patterns of checkpoint keys: {@code down_blocks.*} selects
 * all keys with this beginning; {@code to_q} selects the key of this name and all keys that end
 * with a dot and this name.
 *
 * @param patterns the patterns of names joined by dots, in which {@code *} stands for anything
 */
public record KeyPatterns(List<String> patterns) {
  /** No key. */
  public static final KeyPatterns NONE = new KeyPatterns(List.of());

  /** Selects all keys that match one of the patterns. */
  public KeyPatterns {
    patterns = List.copyOf(patterns);
    patterns.forEach(p -> Check.that(!p.isBlank(), "pattern", "'" + p + "'", "a name"));
  }

  /** Reads patterns that are separated by commas. */
  public static KeyPatterns of(String commaSeparated) {
    return new KeyPatterns(Arrays.stream(commaSeparated.split(",", -1)).map(String::trim).toList());
  }

  /** Whether this key is selected. */
  public boolean matches(String key) {
    return patterns.stream().anyMatch(pattern -> regex(pattern).matcher(key).matches());
  }

  /**
   * Returns normally if each pattern selects a key.
   *
   * @param setting the name of the setting with the patterns, for messages
   * @throws IllegalArgumentException if a pattern selects none, such as a misspelt one
   */
  void requireAll(String setting, Collection<String> keys) {
    for (String pattern : patterns) {
      Check.that(
          keys.stream().anyMatch(regex(pattern).asMatchPredicate()),
          setting,
          pattern,
          "a pattern of parameters of the network");
    }
  }

  private static Pattern regex(String pattern) {
    String quoted =
        Arrays.stream(pattern.split("\\*", -1))
            .map(Pattern::quote)
            .collect(Collectors.joining(".*"));
    return Pattern.compile("(.*\\.)?" + quoted);
  }

  /** Returns the patterns, separated by commas. */
  @Override
  public String toString() {
    return String.join(",", patterns);
  }
}
