package io.diffusion4j.diffusion.guidance;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.denoiser.Perturbation;
import io.diffusion4j.diffusion.denoiser.Perturbation.Part;
import io.diffusion4j.diffusion.sampling.PlanRow;
import io.diffusion4j.diffusion.sampling.SamplingPlan;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.sampling.Update;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How the predictions with and without the condition, c and u, become one: a method with its
 * parameters, written {@code METHOD[:NAME=VALUE,…]} such as {@code apg:threshold=2.5,rescale=0.3}.
 * The guidance scale w is a setting of its own.
 *
 * <p>All of them act on the network's output. Plain guidance gives the same step for ε, x₀ and v;
 * {@code apg}, {@code cfg-zero}, {@code tangential}, {@code magnitude-aware} and {@code rescale}
 * use lengths and angles, so that another parameterization is another picture; {@code space=x0} has
 * them act on x̂₀ whatever the network predicts.
 *
 * @param method the combination
 * @param values all parameters of the method, by name
 * @param ramp the course of the scale from 1 at the noisy end to w at the clean end; {@link
 *     Ramp#CONSTANT} for w throughout
 * @param space what the method acts on
 * @param perturbation what is left out of the network for the weaker prediction p, from which
 *     {@code weak} leads away; empty for the prediction of another network
 */
public record Guider(
    Method method,
    Map<String, Double> values,
    Ramp ramp,
    Space space,
    Optional<Perturbation> perturbation) {
  private static final String RAMP = "ramp";
  private static final String SPACE = "space";
  private static final String WEAK = "weak";
  private static final String WEAKER = "weaker";
  private static final String LAYERS = "layers";

  public Guider {
    values = Map.copyOf(values);
  }

  /** A parameter with its limits. */
  private record Parameter(String name, double defaultValue, double least, double most) {}

  private static final double ANY = 1e6;

  private static final List<Parameter> COMMON =
      List.of(
          new Parameter("rescale", 0, 0, 1),
          new Parameter("start", 0, 0, 1),
          new Parameter("stop", 1, 0, 1),
          new Parameter("original", 1, 0, 1),
          new Parameter(WEAK, 0, 0, ANY),
          new Parameter("weak_start", -1, -1, 1),
          new Parameter("weak_stop", 1, 0, 1));

  /** Plain classifier-free guidance. */
  public static final Guider PLAIN = parse("cfg");

  /** The combinations. */
  @SuppressWarnings("ImmutableEnumChecker") // records of numbers
  public enum Method {
    /** u + w·(c − u) (Ho &amp; Salimans 2022). */
    CFG("cfg"),
    /**
     * Adaptive projected guidance (Sadat et al. 2025): c + (w − 1)·(d⊥ + η·d∥) with d = c − u plus
     * momentum times the d of the step before, shortened to the threshold, and split along c.
     * {@code original=0} is u + w·(…), diffusers' default. {@code group} splits groups of this
     * size, such as the channels of each pixel, rather than the whole sample. The first {@code
     * cfg_steps} steps are plain guidance with {@code cfg_scale}.
     */
    APG(
        "apg",
        new Parameter("momentum", 0, -1, 1),
        new Parameter("threshold", 15, 0, ANY),
        new Parameter("eta", 0, 0, ANY),
        new Parameter("group", 0, 0, ANY),
        new Parameter("cfg_steps", 0, 0, ANY),
        new Parameter("cfg_scale", 3.5, 0, ANY)),
    /**
     * CFG++ (Chung et al. 2024): x̂₀ of the guided prediction, noised by the unconditional ε̂. The
     * guidance scale is the paper's λ in [0, 1]. For samplers without memory and x̂₀ that is not
     * thresholded.
     */
    CFG_PLUS_PLUS("cfg++"),
    /**
     * CFG-Zero* (Fan et al. 2025): s·u + w·(c − s·u) with s = ⟨c, u⟩/‖u‖², and a velocity of 0 in
     * the first {@code zero_steps} steps, which do not call the network. Published for flows.
     */
    CFG_ZERO("cfg-zero", new Parameter("zero_steps", 1, 0, ANY)),
    /** u projected on the direction that it shares with c, the larger singular vector of both. */
    TANGENTIAL("tangential"),
    /** A scale of 1 + (w − 1)·exp(−α·‖c − u‖/‖u‖): less guidance where it would change more. */
    MAGNITUDE_AWARE("magnitude-aware", new Parameter("alpha", 8, 0, ANY));

    private final String word;
    private final List<Parameter> own;

    Method(String word, Parameter... own) {
      this.word = word;
      this.own = List.of(own);
    }

    private List<Parameter> parameters() {
      return Stream.concat(own.stream(), COMMON.stream()).toList();
    }
  }

  /** The courses of the scale. */
  public enum Ramp {
    CONSTANT,
    LINEAR,
    COSINE,
    COGVIDEOX
  }

  /** What predicts p. */
  private enum Weaker {
    MODEL,
    ATTENTION,
    BLOCK;

    Optional<Perturbation> without(List<Integer> layers) {
      return this == MODEL
          ? Optional.empty()
          : Optional.of(new Perturbation(Part.valueOf(name()), layers));
    }
  }

  /** What a method acts on. */
  public enum Space {
    /** The output of the network. */
    OUTPUT,
    /** The estimates x̂₀. */
    X0
  }

  /**
   * Reads a guider.
   *
   * @throws IllegalArgumentException if there is no such method, or no such parameter of it
   */
  public static Guider parse(String text) {
    int colon = text.indexOf(':');
    String name = colon < 0 ? text : text.substring(0, colon);
    Method method =
        Arrays.stream(Method.values())
            .filter(m -> m.word.equals(name))
            .findFirst()
            .orElseThrow(() -> new Unreadable(name, "one of " + names()));
    Map<String, Double> values = new TreeMap<>();
    method.parameters().forEach(p -> values.put(p.name, p.defaultValue));
    Ramp ramp = Ramp.CONSTANT;
    Space space = Space.OUTPUT;
    Weaker weaker = Weaker.MODEL;
    List<Integer> layers = List.of();
    for (String pair : colon < 0 ? new String[0] : text.substring(colon + 1).split(",", -1)) {
      int equals = pair.indexOf('=');
      String key = equals < 0 ? pair : pair.substring(0, equals);
      String value = equals < 0 ? "" : pair.substring(equals + 1);
      switch (key) {
        case RAMP -> ramp = word(key, value, Ramp.values());
        case SPACE -> space = word(key, value, Space.values());
        case WEAKER -> weaker = word(key, value, Weaker.values());
        case LAYERS -> layers = layers(value);
        default -> values.put(key, number(method, key, value));
      }
    }
    boolean isPerturbed = weaker != Weaker.MODEL;
    if (isPerturbed && values.getOrDefault(WEAK, 0.0) == 0) {
      throw new Unreadable(WEAK + "=0", WEAK + " above 0 beside " + WEAKER);
    }
    if (!isPerturbed && !layers.isEmpty()) {
      throw new Unreadable(LAYERS, WEAKER + "=attention or " + WEAKER + "=block beside " + LAYERS);
    }
    return new Guider(method, values, ramp, space, weaker.without(layers));
  }

  private static List<Integer> layers(String text) {
    if (!text.matches("\\d{1,4}(\\+\\d{1,4})*")) {
      throw new Unreadable(LAYERS + "=" + text, "numbers of layers, such as " + LAYERS + "=2+3");
    }
    return Pattern.compile("\\+").splitAsStream(text).map(Integer::valueOf).toList();
  }

  /** Describes what a text must be; empty if it is a guider. */
  public static Optional<String> expectedInsteadOf(String text) {
    try {
      parse(text);
      return Optional.empty();
    } catch (Unreadable e) {
      return Optional.of(e.expected);
    }
  }

  /** A text that is no guider. */
  private static final class Unreadable extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final String expected;

    Unreadable(String value, String expected) {
      super(Check.message("guider", value, expected));
      this.expected = expected;
    }
  }

  /** Returns the names of the methods. */
  public static String names() {
    return Arrays.stream(Method.values()).map(m -> m.word).collect(Collectors.joining(", "));
  }

  private static <E extends Enum<E>> E word(String key, String value, E[] known) {
    return Arrays.stream(known)
        .filter(each -> lower(each).equals(value))
        .findFirst()
        .orElseThrow(
            () ->
                new Unreadable(
                    key + "=" + value,
                    key
                        + " one of "
                        + Arrays.stream(known)
                            .map(Guider::lower)
                            .collect(Collectors.joining(", "))));
  }

  private static String lower(Enum<?> word) {
    return word.name().toLowerCase(Locale.ROOT);
  }

  private static double number(Method method, String key, String value) {
    Parameter parameter =
        method.parameters().stream()
            .filter(p -> p.name.equals(key))
            .findFirst()
            .orElseThrow(
                () ->
                    new Unreadable(
                        key,
                        "of %s: %s, %s, %s, %s or %s"
                            .formatted(
                                method.word,
                                method.parameters().stream()
                                    .map(p -> p.name)
                                    .collect(Collectors.joining(", ")),
                                WEAKER,
                                LAYERS,
                                RAMP,
                                SPACE)));
    double number;
    try {
      number = Double.parseDouble(value);
    } catch (NumberFormatException e) {
      number = Double.NaN;
    }
    if (!(number >= parameter.least && number <= parameter.most)) {
      throw new Unreadable(
          key + "=" + value, key + " from " + parameter.least + " to " + parameter.most);
    }
    return number;
  }

  /** Returns the state of one trajectory's guidance, at its beginning. */
  public GuidedPath begin() {
    return new GuidedPath(this);
  }

  /**
   * Returns the scale that the method is given.
   *
   * @param asked the guidance scale
   * @param steps T, the number of training timesteps
   */
  public GuidanceScale scale(GuidanceScale asked, int steps) {
    if (ramp == Ramp.CONSTANT) {
      return asked;
    }
    GuidanceRamp.Shape shape =
        switch (ramp) {
          case LINEAR, CONSTANT -> GuidanceRamp.Shape.LINEAR;
          case COSINE -> GuidanceRamp.Shape.COSINE;
          case COGVIDEOX -> GuidanceRamp.Shape.COGVIDEOX;
        };
    return t -> new GuidanceRamp(1, asked.at(t), steps, shape).at(t);
  }

  /** Returns whether the method leads away from the prediction of another network. */
  public boolean leadsFromModel() {
    return perturbation.isEmpty() && leadsAway();
  }

  /** Returns whether the method leads away from a weaker prediction. */
  public boolean leadsAway() {
    return values.getOrDefault(WEAK, 0.0) > 0;
  }

  /** Returns the refusal of a method that leads away from a network that is missing. */
  public static IllegalArgumentException withoutWeaker() {
    return Check.refusal("guider", WEAK, "none; the model has no weaker network");
  }

  /** Returns whether a scale of 1 is the conditional prediction, so that one call is enough. */
  public boolean isNoneAtOne() {
    return method != Method.CFG_PLUS_PLUS;
  }

  /**
   * Refuses what the method cannot do.
   *
   * @param scale the guidance scale
   * @param treated the treatment of x̂₀
   * @throws IllegalArgumentException with the setting in the way
   */
  public void check(SamplingPlan plan, GuidanceScale scale, Thresholding treated) {
    if (method != Method.CFG_PLUS_PLUS) {
      return;
    }
    if (!(scale instanceof GuidanceScale.Constant constant) || ramp != Ramp.CONSTANT) {
      throw Check.refusal(
          "guidanceScale",
          "of an interval or a ramp",
          "one λ for all steps, with the guider cfg++; its start and stop choose the steps");
    }
    Check.that(constant.scale() <= 1, "guidanceScale", constant.scale(), "0 to 1, the λ of cfg++");
    Check.that(
        treated == Thresholding.NONE, "thresholding", "of x̂₀", "none, with the guider cfg++");
    Check.that(
        plan.steps().stream().map(SamplingPlan.Step::update).allMatch(Guider::isMemoryless),
        "sampler",
        "one with a memory",
        "ddim, euler or another that looks at one step only, with the guider cfg++");
  }

  private static boolean isMemoryless(Update update) {
    return update.past().isEmpty() && !update.isLangevin();
  }

  /** Returns a parameter. */
  double value(String name) {
    Double value = values.get(name);
    if (value == null) {
      throw new IllegalStateException(name + " (expected: one of " + values.keySet() + ")");
    }
    return value;
  }

  /** Returns whether the guider acts in a row; outside, a prediction is the conditional one. */
  boolean isOn(PlanRow row) {
    return row.isWithin(value("start"), value("stop"));
  }

  /** Returns whether a row leads away from a weaker network; the first row does not at start 0. */
  boolean isAway(PlanRow row) {
    int rows = row.plan().steps().size();
    return row.index() > (int) (value("weak_start") * rows)
        && row.index() < (int) (value("weak_stop") * rows);
  }

  /**
   * Returns the w with which plain guidance is CFG++ of a row: with x′ = b·x̂₀ + c·ε̂, w =
   * λ·b·σ/(b·σ − c), where σ = √((1−ᾱ)/ᾱ); λ in the last step.
   */
  static double plusPlus(double lambda, SamplingPlan.Step row) {
    double signal = Math.sqrt(row.alphaBar());
    double noise = Math.sqrt(1 - row.alphaBar());
    Update update = row.update();
    double x0 = (update.x0() + update.x() * signal) * noise;
    double eps = (update.eps() + update.x() * noise) * signal;
    return lambda * x0 / (x0 - eps);
  }
}
