package io.diffusion4j.clip.token;

import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The normalisation of a text before it is split. Both constants collapse white space and convert
 * to lower case; neither repairs broken encodings, which the references leave to {@code ftfy} if it
 * is installed.
 */
public enum TextNormalization {
  /** Hugging Face's {@code CLIPTokenizer}: Unicode composition (NFC) first. */
  HUGGING_FACE {
    @Override
    String prepare(String text) {
      return Normalizer.normalize(text, Normalizer.Form.NFC);
    }
  },

  /**
   * OpenAI's tokenizer: HTML character references resolved, twice, as captions from the web need.
   */
  OPENAI {
    @Override
    String prepare(String text) {
      return HtmlEntities.unescape(HtmlEntities.unescape(text));
    }
  };

  private static final Pattern SPACE = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern LONE_SURROGATE = Pattern.compile("\\p{Cs}");

  private static final char CAPITAL_SIGMA = 'Σ';
  private static final char SIGMA = 'σ';
  private static final char FINAL_SIGMA = 'ς';

  /** Characters that may stand inside a word (UAX #29: MidLetter, MidNumLet, Single_Quote). */
  private static final String MID_WORD =
      "'.:·\u0387\u055f\u05f4‘’\u2024\u2027\ufe13\ufe52\ufe55\uff07\uff0e\uff1a";

  abstract String prepare(String text);

  /** Returns the normalised text; a lone surrogate, which has no UTF-8 form, becomes U+FFFD. */
  public String apply(String text) {
    return lowerCase(SPACE.matcher(prepare(encodable(text))).replaceAll(" ").strip());
  }

  /** Returns the text with U+FFFD for each lone surrogate, which has no UTF-8 form. */
  static String encodable(String text) {
    return LONE_SURROGATE.matcher(text).replaceAll("\ufffd");
  }

  /**
   * Returns the text in lower case as Unicode defines it (§3.13). For a capital sigma the JDK looks
   * further ahead than the definition, so this case is handled here.
   */
  static String lowerCase(String text) {
    if (text.indexOf(CAPITAL_SIGMA) < 0) {
      return text.toLowerCase(Locale.ROOT);
    }
    int[] codePoints = text.codePoints().toArray();
    for (int i = 0; i < codePoints.length; i++) {
      if (codePoints[i] == CAPITAL_SIGMA) {
        boolean ends = meetsCased(codePoints, i, -1) && !meetsCased(codePoints, i, 1);
        codePoints[i] = ends ? FINAL_SIGMA : SIGMA;
      }
    }
    return new String(codePoints, 0, codePoints.length).toLowerCase(Locale.ROOT);
  }

  /** Whether the first character from here that is not ignored has a case. */
  private static boolean meetsCased(int[] codePoints, int from, int step) {
    int i = from + step;
    while (i >= 0 && i < codePoints.length && isCaseIgnorable(codePoints[i])) {
      i += step;
    }
    return i >= 0
        && i < codePoints.length
        && (Character.isLowerCase(codePoints[i])
            || Character.isUpperCase(codePoints[i])
            || Character.isTitleCase(codePoints[i]));
  }

  private static boolean isCaseIgnorable(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.NON_SPACING_MARK,
          Character.ENCLOSING_MARK,
          Character.FORMAT,
          Character.MODIFIER_LETTER,
          Character.MODIFIER_SYMBOL ->
          true;
      default -> MID_WORD.indexOf(codePoint) >= 0;
    };
  }
}
