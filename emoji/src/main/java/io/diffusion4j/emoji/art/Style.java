package io.diffusion4j.emoji.art;

/**
 * A way of drawing: one complete set of emoji art by one group of artists.
 *
 * <p>Only these eight sets are read. Their jar also contains sets under non-commercial, share-alike
 * and GPL licences, and brand logos; they are never read.
 */
public enum Style {
  NOTO("noto", "Apache-2.0", "noto style"),
  CLASSIC("noto-v1", "Apache-2.0", "classic style"),
  TWITTER("twemoji", "CC-BY-4.0", "twitter style"),
  EMOJIONE("emojione", "CC-BY-4.0", "emojione style"),
  /** Its metadata contains Apache-2.0; upstream licenses the art as CC-BY-4.0. */
  FIREFOX("fxemoji", "CC-BY-4.0", "firefox style"),
  OUTLINED("streamline-emojis", "CC-BY-4.0", "outlined style"),
  FLUENT("fluent-emoji", "MIT", "3d style"),
  FLAT("fluent-emoji-flat", "MIT", "flat style");

  private final String set;
  private final String licence;
  private final String words;

  Style(String set, String licence, String words) {
    this.set = set;
    this.licence = licence;
    this.words = words;
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
   * Returns the name in the hold-out of styles: {@link #FLUENT} and {@link #FLAT} are both {@code
   * "fluent"}, because they are nearly copies of each other; every other style has its {@link
   * #words()} without "style".
   */
  public String family() {
    return this == FLUENT || this == FLAT ? "fluent" : words.substring(0, words.indexOf(' '));
  }
}
