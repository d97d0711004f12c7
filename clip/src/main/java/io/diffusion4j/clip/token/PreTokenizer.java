package io.diffusion4j.clip.token;

import java.util.function.Consumer;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Splits a normalised text into pieces that are encoded separately: English contractions, runs of
 * letters, single digits, runs of anything else but white space.
 *
 * <p>Letters are those of the JDK's Unicode version (13 in JDK 17).
 */
final class PreTokenizer {
  private final Pattern pattern;

  /** Also cuts out the given literals, wherever a piece may begin. */
  PreTokenizer(String... literals) {
    var alternatives = new StringBuilder();
    for (String literal : literals) {
      alternatives.append(Pattern.quote(literal)).append('|');
    }
    pattern =
        Pattern.compile(
            alternatives + "'s|'t|'re|'ve|'m|'ll|'d|\\p{L}+|\\p{N}|[^\\s\\p{L}\\p{N}]+",
            Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.UNICODE_CHARACTER_CLASS);
  }

  /** Passes on each piece, in order, with its position in the text. */
  void forEach(String normalized, Consumer<MatchResult> piece) {
    Matcher matcher = pattern.matcher(normalized);
    while (matcher.find()) {
      piece.accept(matcher);
    }
  }
}
