package io.diffusion4j.clip.token;

import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What is made of a text before it is cut into pieces. Both collapse white space and lower the
 * case; neither repairs broken encodings, as {@code ftfy} does where the references find it
 * installed.
 */
public enum Normalization {
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

  abstract String prepare(String text);

  /** The text, normalised; a lone surrogate, which has no bytes, becomes U+FFFD. */
  public String apply(String text) {
    String whole = LONE_SURROGATE.matcher(text).replaceAll("\ufffd");
    return SPACE.matcher(prepare(whole)).replaceAll(" ").strip().toLowerCase(Locale.ROOT);
  }
}
