package io.diffusion4j.clip.token;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Resolves character references as browsers do (HTML Standard, §13.2.5.72), for the names of HTML
 * 4.01 (§24). References to invalid characters become U+FFFD or vanish; unknown names stay.
 */
final class HtmlEntities {
  private static final Pattern REFERENCE =
      Pattern.compile("&(?:#[xX]([0-9a-fA-F]+);?|#([0-9]+);?|([A-Za-z][A-Za-z0-9]*)(;?))");

  /**
   * The browsers' meaning of the numbers 0x80 to 0x9f: windows-1252, with undefined ones unchanged.
   */
  private static final String WINDOWS_1252 =
      "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

  private static final Map<String, Integer> NAMES = readNames();

  private HtmlEntities() {}

  private static Map<String, Integer> readNames() {
    Map<String, Integer> names = new HashMap<>();
    try (InputStream in =
            Objects.requireNonNull(HtmlEntities.class.getResourceAsStream("html-entities.txt"));
        var reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
      reader
          .lines()
          .map(line -> line.split(" ", -1))
          .forEach(row -> names.put(row[0], Integer.parseInt(row[1], 16)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return names;
  }

  /** Returns the text with each reference resolved once. */
  static String unescape(String text) {
    if (text.indexOf('&') < 0) {
      return text;
    }
    return REFERENCE.matcher(text).replaceAll(match -> Matcher.quoteReplacement(resolve(match)));
  }

  private static String resolve(MatchResult reference) {
    String hex = reference.group(1);
    if (hex != null) {
      return character(hex, 16);
    }
    String decimal = reference.group(2);
    if (decimal != null) {
      return character(decimal, 10);
    }
    String name = reference.group(3);
    boolean closed = !reference.group(4).isEmpty();
    if (closed && NAMES.containsKey(name)) {
      return Character.toString(NAMES.get(name));
    }
    // Without the semicolon only Latin-1 is understood, and then as the longest name that begins
    // it.
    for (int end = name.length(); end >= 2; end--) {
      Integer codePoint = NAMES.get(name.substring(0, end));
      if (codePoint != null && codePoint < 256 && codePoint != '\'') {
        return Character.toString(codePoint) + reference.group().substring(1 + end);
      }
    }
    return reference.group();
  }

  private static String character(String digits, int radix) {
    String significant = digits.replaceFirst("^0+", "");
    // Eight digits are beyond Unicode in either radix, and more might be beyond an int.
    long number =
        significant.length() > 8
            ? Long.MAX_VALUE
            : significant.isEmpty() ? 0 : Long.parseLong(significant, radix);
    if (number == 0
        || number > Character.MAX_CODE_POINT
        || (number >= 0xd800 && number <= 0xdfff)) {
      return "\ufffd";
    }
    if (number >= 0x80 && number <= 0x9f) {
      return WINDOWS_1252.substring((int) number - 0x80, (int) number - 0x80 + 1);
    }
    boolean control =
        number < 0x20 && number != '\t' && number != '\n' && number != '\f' && number != '\r';
    boolean noncharacter = (number >= 0xfdd0 && number <= 0xfdef) || (number & 0xfffe) == 0xfffe;
    return control || number == 0x7f || number == 0x0b || noncharacter
        ? ""
        : Character.toString((int) number);
  }
}
