package io.diffusion4j.emoji.train;

import io.diffusion4j.diffusion.argument.ByName;
import io.diffusion4j.diffusion.loss.Weighting;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.emoji.scene.CaptionMix;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * How a part is trained, where there is a choice: what the two trainings of an ablation differ in.
 * Every part has its own, under the names of the command line. Immutable.
 *
 * <ul>
 *   <li>{@code prediction}: what the network predicts, {@code x0}, {@code eps} or {@code v}
 *   <li>{@code weighting}: how much the error of a timestep counts, {@code simple}, {@code min-snr}
 *       or {@code min-snr-plus-one}, with γ = 5 ({@link Weighting})
 *   <li>{@code shift}: how far the timesteps are shifted towards noise, at least 1, which is not at
 *       all
 *   <li>{@code drop}: how often all that the network is told is dropped, for classifier-free
 *       guidance
 *   <li>{@code text-drop}: how often the text alone is dropped besides
 *   <li>{@code captions}: what they say, {@code varied} with words left out, keywords and what a
 *       thing is a kind of ({@link CaptionMix#standard}), or {@code plain}, always its name ({@link
 *       CaptionMix#labels})
 *   <li>{@code standardized}: whether the prior's embeddings are, {@code on} or {@code off}
 *   <li>{@code blur}: how often the upsampler's small picture is blurred
 *   <li>{@code relations}: whether every other batch of CLIP's has nothing but two things in both
 *       orders, {@code on} or {@code off}
 *   <li>{@code curriculum}: whether these come first, with few things at first ({@link
 *       Curriculum}), {@code on} or {@code off}
 * </ul>
 */
public final class Techniques {
  private static final double SNR_GAMMA = 5;
  private static final String PREDICTION = "prediction";
  private static final String WEIGHTING = "weighting";
  private static final String SHIFT = "shift";
  private static final String DROP = "drop";
  private static final String TEXT_DROP = "text-drop";
  private static final String CAPTIONS = "captions";
  private static final String STANDARDIZED = "standardized";
  private static final String BLUR = "blur";
  private static final String RELATIONS = "relations";
  private static final String CURRICULUM = "curriculum";

  private static final ByName<Parameterization> PREDICTIONS =
      new ByName<>(
          PREDICTION,
          Map.of("x0", Parameterization.X0, "eps", Parameterization.EPS, "v", Parameterization.V));

  private static final ByName<Weighting> WEIGHTINGS =
      new ByName<>(
          WEIGHTING,
          Map.of(
              "simple", Weighting.SIMPLE,
              "min-snr", Weighting.minSnr(SNR_GAMMA),
              "min-snr-plus-one", Weighting.minSnrPlusOne(SNR_GAMMA)));

  private static final ByName<CaptionMix> CAPTION_MIXES =
      new ByName<>(CAPTIONS, Map.of("varied", CaptionMix.standard(), "plain", CaptionMix.labels()));

  private final SortedMap<String, String> values;

  private Techniques(Map<String, String> values) {
    this.values = new TreeMap<>(values);
  }

  /** What the models that ship are trained with. */
  public static Techniques of(Part part) {
    return new Techniques(
        switch (part) {
          case CLIP -> Map.of(RELATIONS, "on", CURRICULUM, "on", CAPTIONS, "varied");
          case PRIOR ->
              Map.of(PREDICTION, "x0", STANDARDIZED, "on", DROP, "0.1", CAPTIONS, "varied");
          case PRIOR_AR -> Map.of(DROP, "0.1", CAPTIONS, "varied");
          case DECODER ->
              Map.of(
                  PREDICTION, "x0",
                  WEIGHTING, "min-snr-plus-one",
                  SHIFT, "1.5", // a little towards noise, where layout is decided
                  DROP, "0.1",
                  TEXT_DROP, "0.2",
                  CAPTIONS, "varied");
          case UPSAMPLER, UPSAMPLER_LAST ->
              Map.of(PREDICTION, "x0", WEIGHTING, "min-snr-plus-one", BLUR, "0.5");
        });
  }

  /**
   * The same with one of them changed.
   *
   * @throws IllegalArgumentException if the part has none of this name, or it has no such value
   */
  public Techniques with(String name, String value) {
    SortedMap<String, String> changed = new TreeMap<>(values);
    if (changed.replace(name, value) == null) {
      throw new IllegalArgumentException(
          "technique: " + name + " (expected: one of " + String.join(", ", values.keySet()) + ")");
    }
    var techniques = new Techniques(changed);
    techniques.read(name);
    return techniques;
  }

  private Object read(String name) {
    return switch (name) {
      case PREDICTION -> prediction();
      case WEIGHTING -> weighting();
      case SHIFT -> shift();
      case CAPTIONS -> captions();
      case STANDARDIZED -> standardized();
      case RELATIONS -> relations();
      case CURRICULUM -> curriculum();
      default -> probability(name);
    };
  }

  Parameterization prediction() {
    return PREDICTIONS.named(value(PREDICTION));
  }

  Weighting weighting() {
    return WEIGHTINGS.named(value(WEIGHTING));
  }

  double shift() {
    return number(SHIFT, 1, 1e3);
  }

  double drop() {
    return probability(DROP);
  }

  double textDrop() {
    return probability(TEXT_DROP);
  }

  CaptionMix captions() {
    return CAPTION_MIXES.named(value(CAPTIONS));
  }

  boolean standardized() {
    return isOn(STANDARDIZED);
  }

  double blur() {
    return probability(BLUR);
  }

  boolean relations() {
    return isOn(RELATIONS);
  }

  boolean curriculum() {
    return isOn(CURRICULUM);
  }

  private double probability(String name) {
    return number(name, 0, 1);
  }

  private double number(String name, double least, double most) {
    double number;
    try {
      number = Double.parseDouble(value(name));
    } catch (NumberFormatException e) {
      number = Double.NaN;
    }
    if (!(number >= least && number <= most)) {
      throw new IllegalArgumentException(
          name + ": " + value(name) + " (expected: in [" + least + ", " + most + "])");
    }
    return number;
  }

  private boolean isOn(String name) {
    return new ByName<>(name, Map.of("on", true, "off", false)).named(value(name));
  }

  private String value(String name) {
    String value = values.get(name);
    if (value == null) {
      throw new IllegalStateException(name + ": no technique of this part");
    }
    return value;
  }

  /** All of them, such as {@code drop=0.1 prediction=x0}. */
  @Override
  public String toString() {
    return values.entrySet().stream()
        .map(e -> e.getKey() + "=" + e.getValue())
        .collect(Collectors.joining(" "));
  }
}
