package io.diffusion4j.emoji.art;

import java.util.List;

/**
 * A way of drawing: one complete set of emoji art by one group of artists.
 *
 * <p>Only these eight sets are read. Their jar also contains sets under non-commercial, share-alike
 * and GPL licences, and brand logos; they are never read.
 */
public enum Style {
  NOTO("noto", "Apache-2.0", "noto style", "painting", "shaded drawing"),
  CLASSIC("noto-v1", "Apache-2.0", "classic style", "retro drawing", "vintage drawing"),
  TWITTER("twemoji", "CC-BY-4.0", "twitter style", "flat icon", "simple icon"),
  EMOJIONE("emojione", "CC-BY-4.0", "emojione style", "cartoon", "pastel drawing"),
  /** Its metadata contains Apache-2.0; upstream licenses the art as CC-BY-4.0. */
  FIREFOX("fxemoji", "CC-BY-4.0", "firefox style", "sticker", "badge"),
  OUTLINED("streamline-emojis", "CC-BY-4.0", "outlined style", "outline", "line drawing"),
  FLUENT("fluent-emoji", "MIT", "3d style", "3d render", "3d model"),
  FLAT("fluent-emoji-flat", "MIT", "flat style", "paper cutout", "bold graphic");

  private final String set;
  private final String licence;
  private final String words;
  private final String plain;
  private final String alsoPlain;

  Style(String set, String licence, String words, String plain, String alsoPlain) {
    this.set = set;
    this.licence = licence;
    this.words = words;
    this.plain = plain;
    this.alsoPlain = alsoPlain;
  }

  /** Returns the name of the icon set, {@code "streamline-emojis"}. */
  public String set() {
    return set;
  }

  /** Returns the SPDX identifier of the licence of the art. */
  public String licence() {
    return licence;
  }

  /** Returns the name in captions, {@code "3d style"}. */
  public String words() {
    return words;
  }

  /**
   * Returns nouns for a drawing in this style that people use without knowing the set, {@code "3d
   * render"}, the plainest first; no two styles share one.
   */
  public List<String> plainWords() {
    return List.of(plain, alsoPlain);
  }

  /**
   * Returns the name in the hold-out of styles: {@link #FLUENT} and {@link #FLAT} are both {@code
   * "fluent"}, because they are nearly copies of each other; every other style has its {@link
   * #words()} without "style".
   */
  public String family() {
    return this == FLUENT || this == FLAT ? "fluent" : words.substring(0, words.indexOf(' '));
  }
}
