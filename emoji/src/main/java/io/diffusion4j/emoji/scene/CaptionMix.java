package io.diffusion4j.emoji.scene;

/**
 * How captions are worded. The five wordings share one probability:
 *
 * @param label the name of what is shown, in a phrase: "a tiny owl on a blue background"
 * @param terse the same with little words dropped, as people type: "tiny owl, blue background"
 * @param keywords CLDR keywords instead of the name: "bird, wise on a blue background"
 * @param hypernym what it is a kind of instead of the name: "a tiny bird on a blue background"
 * @param empty nothing at all, for guidance without a classifier
 * @param style probability that the style is named, in any wording but the empty one
 */
public record CaptionMix(
    double label, double terse, double keywords, double hypernym, double empty, double style) {
  public CaptionMix {
    for (double p : new double[] {label, terse, keywords, hypernym, empty, style}) {
      if (!(p >= 0 && p <= 1)) {
        throw new IllegalArgumentException("probability: " + p + " (expected: in [0, 1])");
      }
    }
    double sum = label + terse + keywords + hypernym + empty;
    if (Math.abs(sum - 1) > 1e-9) {
      throw new IllegalArgumentException("wordings: sum " + sum + " (expected: 1)");
    }
  }

  /** The default, without empty captions: a training that needs them drops conditions itself. */
  public static CaptionMix standard() {
    return new CaptionMix(0.5, 0.2, 0.2, 0.1, 0, 0.5);
  }

  /** Names in whole phrases only, style half of the time. */
  public static CaptionMix labels() {
    return new CaptionMix(1, 0, 0, 0, 0, 0.5);
  }
}
