package io.diffusion4j.emoji.scene;

/**
 * The wording of captions. The probabilities of the five wordings add up to 1:
 *
 * @param label the name of the thing, in a phrase: "a tiny owl on a blue background"
 * @param terse the same without function words, as people type: "tiny owl, blue background"
 * @param keywords CLDR keywords instead of the name: "bird, wise on a blue background"
 * @param hypernym the hypernym instead of the name: "a tiny bird on a blue background"
 * @param empty the empty caption, for classifier-free guidance
 * @param style probability that the style is named, in any wording except the empty one
 * @param plain probability that a named style has its plain words: "as a flat icon" instead of
 *     "twitter style"
 */
public record CaptionMix(
    double label,
    double terse,
    double keywords,
    double hypernym,
    double empty,
    double style,
    double plain) {
  public CaptionMix {
    for (double p : new double[] {label, terse, keywords, hypernym, empty, style, plain}) {
      if (!(p >= 0 && p <= 1)) {
        throw new IllegalArgumentException("probability: " + p + " (expected: in [0, 1])");
      }
    }
    double sum = label + terse + keywords + hypernym + empty;
    if (Math.abs(sum - 1) > 1e-9) {
      throw new IllegalArgumentException("wordings: sum " + sum + " (expected: 1)");
    }
  }

  /**
   * Returns the default, without empty captions: training runs that need them drop conditions
   * themselves.
   */
  public static CaptionMix standard() {
    return new CaptionMix(0.5, 0.2, 0.2, 0.1, 0, 0.5, 0);
  }

  /** Returns a mix of names in whole phrases only, with the style half of the time. */
  public static CaptionMix labels() {
    return new CaptionMix(1, 0, 0, 0, 0, 0.5, 0);
  }

  /** Returns the mix with another probability of plain words for a named style. */
  public CaptionMix withPlainStyles(double probability) {
    return new CaptionMix(label, terse, keywords, hypernym, empty, style, probability);
  }
}
