package io.diffusion4j.diffusion.stage;

import io.diffusion4j.diffusion.argument.ByName;
import io.diffusion4j.diffusion.guidance.GuidanceInterval;
import io.diffusion4j.diffusion.guidance.GuidanceScale;
import io.diffusion4j.diffusion.guidance.Guider;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.solver.EtaSampler;
import io.diffusion4j.diffusion.stage.StageSetting.Kind;
import io.diffusion4j.diffusion.stage.StageSetting.Offer;
import io.diffusion4j.diffusion.stage.StageSetting.Range;
import io.diffusion4j.diffusion.stage.StageSetting.Refusal;
import io.diffusion4j.diffusion.stage.StageSetting.Values;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** The settings of every stage, in the order in which they are checked and applied. */
public final class StageSettings {
  /** The sampler. */
  public static final StageSetting<String> SAMPLER =
      StageSetting.of("sampler", Kind.NAME, "The sampler of the %s.")
          .readBy(StageSettings::denoises)
          .withDefault((stage, given) -> choices(stage).map(StageChoices::defaultSampler))
          .refusing(
              (stage, name, given) ->
                  choices(stage)
                      .map(StageChoices::samplers)
                      .map(known -> unless(known, name, known.expectedInsteadOf(name)))
                      .orElse(Optional.of("unset; this stage has no sampler")))
          .offering(offered(choices -> Optional.of(choices.samplers())))
          .setting((settings, stage, name, given) -> settings.withSampler(sampler(stage, name)));

  /** The share of the posterior's noise, for samplers with this parameter. */
  public static final StageSetting<Double> ETA =
      StageSetting.of(
              "eta",
              Kind.NUMBER,
              "The amount of fresh noise in each step of samplers such as ddim, 0 to 1, in the %s. "
                  + "Default: 0; 0.3 for tcd.")
          .within(eta -> eta >= 0 && eta <= 1, "0 to 1")
          .readBy(StageSettings::denoises)
          .refusing(
              (stage, eta, given) -> {
                if (!denoises(stage)) {
                  return Optional.of("unset; this stage has no sampler");
                }
                String name = given.get(SAMPLER).orElse("");
                if (!choices(stage).orElseThrow().samplers().names().contains(name)) {
                  return Optional.empty(); // the sampler is refused
                }
                return sampler(stage, name) instanceof EtaSampler
                    ? Optional.empty()
                    : Optional.of("unset; " + name + " has none");
              })
          .offering(stage -> Offer.numbers(0, 1))
          .setting(
              (settings, stage, eta, given) ->
                  settings.sampler() instanceof EtaSampler open
                      ? settings.withSampler(open.withEta(eta))
                      : settings);

  /** The number of steps. */
  public static final StageSetting<Integer> STEPS =
      StageSetting.of("steps", Kind.COUNT, "The number of steps of the %s.")
          .within(steps -> steps >= 1, "≥ 1")
          .readBy(StageSettings::denoises)
          .withDefault((stage, given) -> choices(stage).map(StageChoices::defaultSteps))
          .refusing(
              (stage, steps, given) -> {
                if (!denoises(stage)) {
                  return Optional.of("unset; this stage takes " + stage.maxSteps());
                }
                return steps >= 1 && steps <= stage.maxSteps()
                    ? Optional.empty()
                    : Optional.of("1 to " + stage.maxSteps());
              })
          .offering(stage -> Offer.numbers(1, stage.maxSteps()))
          .setting((settings, stage, steps, given) -> settings.withSteps(steps));

  /** The spacing of the timesteps. */
  public static final StageSetting<String> SCHEDULE =
      StageSetting.of(
              "schedule",
              Kind.NAME,
              "The spacing of the %s's timesteps, such as leading or trailing. Default: "
                  + "the model's own.")
          .readBy(StageSettings::denoises)
          .refusing(oneOf(StageChoices::spacings))
          .offering(offered(StageChoices::spacings))
          .setting(
              (settings, stage, name, given) ->
                  settings.withSpacing(
                      choices(stage).flatMap(StageChoices::spacings).orElseThrow().named(name)));

  /** The treatment of each x̂₀. */
  public static final StageSetting<String> THRESHOLDING =
      StageSetting.of(
              "thresholding",
              Kind.NAME,
              "The thresholding of x0 in the %s: clip, dynamic or none. Default: the "
                  + "model's own.")
          .readBy(StageSettings::denoises)
          .refusing(oneOf(StageChoices::treatments))
          .offering(offered(StageChoices::treatments))
          .setting(
              (settings, stage, name, given) ->
                  settings.withTreatment(
                      choices(stage).flatMap(StageChoices::treatments).orElseThrow().named(name)));

  /** The guide by its gradient, in place of classifier-free guidance. */
  public static final StageSetting<String> GUIDANCE =
      StageSetting.of(
              "guidance",
              Kind.NAME,
              "Guide sampling by the gradient of this network, instead of classifier-free "
                  + "guidance: classifier (of a label) or clip, if the model has one.")
          .forOneStage()
          .readBy(stage -> !stage.guides().isEmpty())
          .refusing(
              (stage, guide, given) ->
                  stage.guides().containsKey(guide)
                      ? Optional.empty()
                      : Optional.of(stage.guidesExpected()))
          .offering(stage -> Offer.names(stage.guides().keySet()))
          .setting(
              (settings, stage, guide, given) ->
                  settings.withGuide(guide, settings.guidanceScale()));

  /** The scale of the guidance, or the factor of the gradient. */
  public static final StageSetting<Double> GUIDANCE_SCALE =
      StageSetting.of(
              "guidance_scale", Kind.NUMBER, "The guidance scale of the %s; 1 is no guidance.")
          .named("guidance")
          .within(scale -> scale >= 0 && Double.isFinite(scale), "≥ 0")
          .readBy(stage -> denoises(stage) || stage.scale().isOffered())
          .withDefault((stage, given) -> Optional.of(offered(stage, given).defaultValue()))
          .refusing(
              (stage, scale, given) -> {
                Stage.Scale offered = offered(stage, given);
                if (GUIDANCE.fault(stage, given).isPresent()) {
                  return Optional.empty(); // the guide is refused
                }
                if (!offered.isOffered() && scale != 1) {
                  return Optional.of("1; this stage has no guidance");
                }
                return scale >= 0 && scale <= offered.most()
                    ? Optional.empty()
                    : Optional.of("0 to " + offered.most()); // NaN fails too
              })
          .offering(stage -> Offer.numbers(0, mostScale(stage)))
          .setting(
              (settings, stage, scale, given) ->
                  settings.withGuidanceScale(GuidanceScale.constant(scale)));

  /** How classifier-free guidance combines its two predictions. */
  public static final StageSetting<String> GUIDER =
      StageSetting.of(
              "guider",
              Kind.NAME,
              "How the guidance of the %s combines its predictions: METHOD[:NAME=VALUE,...], such"
                  + " as cfg:rescale=0.7 or apg:threshold=2.5. Methods: "
                  + Guider.names()
                  + ". Default: cfg.")
          .within(new Range<>(Guider::expectedInsteadOf, "any"))
          .readBy(stage -> denoises(stage) && isGuided(stage))
          .refusing(StageSettings::guiderExpected)
          .offering(stage -> Offer.names(List.of(Guider.names().split(", ", -1))))
          .setting(
              (settings, stage, text, given) -> {
                Guider guider = Guider.parse(text);
                int steps = stage.denoising().orElseThrow().schedule().steps();
                return settings
                    .withGuider(guider)
                    .withGuidanceScale(guider.scale(settings.guidanceScale(), steps));
              });

  /** The noise levels at which classifier-free guidance acts, as σ = √((1−ᾱ)/ᾱ). */
  public static final StageSetting<List<Double>> GUIDANCE_INTERVAL =
      StageSetting.of(
              "guidance_interval",
              Kind.INTERVAL,
              "The range of noise levels sigma in which the %s is guided; outside it, a "
                  + "step takes half the time. Default: all levels.")
          .within(levels -> levels.get(0) >= 0 && levels.get(0) < levels.get(1), "0 ≤ low < high")
          .readBy(stage -> denoises(stage) && stage.scale().isOffered())
          .refusing(StageSettings::intervalExpected)
          .offering(stage -> Offer.numbers(0, Double.POSITIVE_INFINITY))
          .setting(
              (settings, stage, levels, given) ->
                  settings.withGuidanceScale(interval(settings.guidanceScale(), stage, levels)));

  /** In how many steps in a row a U-Net computes its deep levels once. */
  public static final StageSetting<Integer> REUSE =
      StageSetting.of(
              "reuse",
              Kind.COUNT,
              "Compute the deep levels of the %s's U-Net only in every Nth step, and reuse "
                  + "their features in between: faster, with slightly different pictures. "
                  + "Default: 1, every step.")
          .within(reuse -> reuse >= 1, "≥ 1")
          .readBy(Stage::reuses)
          .refusing(
              (stage, reuse, given) ->
                  stage.reuses(reuse) ? Optional.empty() : Optional.of(stage.reuseExpected()))
          .offering(stage -> Offer.numbers(1, Double.POSITIVE_INFINITY))
          .setting((settings, stage, reuse, given) -> settings.withReuse(reuse));

  /** The size of the images. */
  public static final StageSetting<List<Integer>> SIZE =
      StageSetting.of(
              "size",
              Kind.SIZE,
              "The width and height of the images in pixels, such as 768x512, for models "
                  + "with several sizes. Other sizes are rounded up, or refused by Stable "
                  + "Diffusion. Default: the model's own.")
          .forOneStage()
          .within(size -> size.get(0) >= 1 && size.get(1) >= 1, "≥ 1×1")
          .readBy(stage -> stage.sizes().isPresent())
          .refusing(
              (stage, size, given) ->
                  Math.min(size.get(0), size.get(1)) < 1 || stage.offers(pixels(size))
                      ? Optional.empty()
                      : Optional.of(stage.sizesExpected()))
          .offering(stage -> Offer.numbers(1, stage.sizes().orElseThrow().most()))
          .setting((settings, stage, size, given) -> settings.withSize(pixels(size)));

  /** How many of the last blocks of a text tower are skipped, as diffusers counts them. */
  public static final StageSetting<Integer> CLIP_SKIP =
      StageSetting.of(
              "clip_skip",
              Kind.COUNT,
              "Skip the last N blocks of the text encoder, for models that use its hidden "
                  + "states. Default: 0")
          .within(skipped -> skipped >= 0, "≥ 0")
          .offering(stage -> Offer.numbers(0, Double.POSITIVE_INFINITY))
          .ofSomeModels("this stage reads no states of a text tower");

  /** The timestep of the noise on the embedding of an image. */
  public static final StageSetting<Integer> NOISE_LEVEL =
      StageSetting.of(
              "noise_level",
              Kind.COUNT,
              "The noise level of an image's embedding, as a timestep, for Stable unCLIP: "
                  + "a higher level gives more varied images. Default: 0")
          .within(level -> level >= 0, "≥ 0")
          .offering(stage -> Offer.numbers(0, Double.POSITIVE_INFINITY))
          .ofSomeModels("this stage reads no noised embedding");

  /** The share of the steps that redraw a part of a picture. */
  public static final StageSetting<Double> STRENGTH =
      StageSetting.of(
              "strength",
              Kind.NUMBER,
              "For inpaint: the share of the steps to run, > 0 and ≤ 1, from the noised "
                  + "picture. Default: 1, from pure noise.")
          .within(strength -> strength > 0 && strength <= 1, "> 0 and ≤ 1")
          .offering(stage -> Offer.numbers(0, 1))
          .ofSomeModels("it repaints with all steps");

  /** All of them. */
  public static final List<StageSetting<?>> ALL =
      List.of(
          SAMPLER,
          ETA,
          STEPS,
          SCHEDULE,
          THRESHOLDING,
          GUIDANCE_SCALE,
          GUIDER,
          GUIDANCE_INTERVAL,
          GUIDANCE,
          REUSE,
          SIZE,
          CLIP_SKIP,
          NOISE_LEVEL,
          STRENGTH);

  private StageSettings() {}

  private static boolean denoises(Stage stage) {
    return stage.denoising().isPresent();
  }

  private static Optional<StageChoices> choices(Stage stage) {
    return stage.denoising().map(StageKind.Denoising::choices);
  }

  private static Sampler sampler(Stage stage, String name) {
    return choices(stage).orElseThrow().samplers().named(name);
  }

  private static Pixels pixels(List<Integer> size) {
    return new Pixels(size.get(0), size.get(1));
  }

  private static Optional<String> unless(ByName<?> known, String name, String expected) {
    return known.names().contains(name) ? Optional.empty() : Optional.of(expected);
  }

  private static <V> Refusal<String> oneOf(Function<StageChoices, Optional<ByName<V>>> offered) {
    return (stage, name, given) ->
        choices(stage)
            .flatMap(offered)
            .map(known -> unless(known, name, "one of " + String.join(", ", known.names())))
            .orElse(Optional.of("empty; there is no choice"));
  }

  private static <V> Function<Stage, Offer> offered(
      Function<StageChoices, Optional<ByName<V>>> named) {
    return stage ->
        Offer.names(
            choices(stage).flatMap(named).<Collection<String>>map(ByName::names).orElse(List.of()));
  }

  private static double mostScale(Stage stage) {
    return Stream.concat(Stream.of(stage.scale()), stage.guides().values().stream())
        .mapToDouble(Stage.Scale::most)
        .max()
        .orElseThrow();
  }

  private static Stage.Scale offered(Stage stage, Values given) {
    return given
        .get(GUIDANCE)
        .map(guide -> stage.guides().getOrDefault(guide, stage.scale()))
        .orElse(stage.scale());
  }

  private static Optional<String> withoutClassifierFree(Stage stage, Values given) {
    if (!denoises(stage) || !stage.scale().isOffered()) {
      return Optional.of("unset; this stage has no classifier-free guidance");
    }
    return given.get(GUIDANCE).isPresent()
        ? Optional.of("unset beside the guidance of a gradient")
        : Optional.empty();
  }

  /** Whether there is anything to lead away from: no condition, or parts left out. */
  private static boolean isGuided(Stage stage) {
    return stage.scale().isOffered() || stage.attentions() > 0;
  }

  private static Optional<String> guiderExpected(Stage stage, String text, Values given) {
    if (!denoises(stage) || !isGuided(stage) || given.get(GUIDANCE).isPresent()) {
      return withoutClassifierFree(stage, given);
    }
    return Guider.expectedInsteadOf(text).or(() -> guiderExpected(stage, Guider.parse(text)));
  }

  private static Optional<String> guiderExpected(Stage stage, Guider guider) {
    if (guider.perturbation().isPresent()) {
      return stage.perturbationExpected(guider.perturbation().get());
    }
    return stage.scale().isOffered()
        ? Optional.empty()
        : Optional.of("weaker=attention or weaker=block, without classifier-free guidance");
  }

  private static Optional<String> intervalExpected(Stage stage, List<Double> levels, Values given) {
    if (GUIDANCE.fault(stage, given).isPresent()
        || GUIDANCE_SCALE.fault(stage, given).isPresent()) {
      return Optional.empty(); // another setting is refused
    }
    Optional<String> unset = withoutClassifierFree(stage, given);
    if (unset.isPresent()) {
      return unset;
    }
    if (GUIDANCE_INTERVAL.range().fault().apply(levels).isPresent()) {
      return Optional.empty(); // refused by the range
    }
    try {
      interval(GuidanceScale.constant(1), stage, levels);
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.of("levels that the stage has");
    }
  }

  private static GuidanceInterval interval(GuidanceScale inside, Stage stage, List<Double> levels) {
    return GuidanceInterval.ofSigma(
        inside, stage.denoising().orElseThrow().schedule(), levels.get(0), levels.get(1));
  }
}
