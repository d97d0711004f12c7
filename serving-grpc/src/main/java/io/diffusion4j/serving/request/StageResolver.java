package io.diffusion4j.serving.request;

import io.diffusion4j.diffusion.argument.ByName;
import io.diffusion4j.diffusion.guidance.GuidanceInterval;
import io.diffusion4j.diffusion.guidance.GuidanceScale;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.solver.EtaSampler;
import io.diffusion4j.diffusion.stage.Choices;
import io.diffusion4j.diffusion.stage.Course;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.Stage;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.errors.Violations;
import io.diffusion4j.serving.v1.ImageSize;
import io.diffusion4j.serving.v1.NoiseLevels;
import io.diffusion4j.serving.v1.StageOptions;
import java.util.Optional;
import java.util.SortedSet;

/** A resolver of the options of a stage into sampling settings. */
public final class StageResolver {
  private StageResolver() {}

  /**
   * Fills in the default sampler, steps and guidance scale of a stage. Schedule, eta and
   * thresholding stay unset, because the stage's own values have no names.
   */
  public static StageOptions withDefaults(StageOptions options, Stage stage) {
    StageOptions.Builder resolved = options.toBuilder();
    stage
        .denoising()
        .map(Course.Denoising::choices)
        .ifPresent(
            choices -> {
              if (options.getSampler().isEmpty()) {
                resolved.setSampler(choices.defaultSampler());
              }
              if (!options.hasSteps()) {
                resolved.setSteps(choices.defaultSteps());
              }
            });
    boolean denoises = stage.denoising().isPresent();
    if (!options.hasGuidanceScale() && (denoises || stage.scale().isOffered())) {
      Stage.Scale scale = stage.guides().getOrDefault(options.getGuidance(), stage.scale());
      resolved.setGuidanceScale(scale.usual());
    }
    return resolved.build();
  }

  /**
   * Checks the options of a stage and returns its sampling settings.
   *
   * @param field the path of the options in the request
   * @param options the options with their defaults
   * @param violations the list to which faults of the options are added
   * @return the settings; empty if there is a violation
   */
  public static Optional<SamplingSettings> resolve(
      String field, StageOptions options, Stage stage, Violations violations) {
    return check(field + ".", options, stage, violations)
        ? Optional.of(settings(options, stage))
        : Optional.empty();
  }

  private static SamplingSettings settings(StageOptions options, Stage stage) {
    SamplingSettings settings = sampling(options, stage);
    if (options.hasReuse()) {
      settings = settings.withReuse(options.getReuse());
    }
    return options.hasSize() ? settings.withSize(size(options.getSize())) : settings;
  }

  private static Pixels size(ImageSize asked) {
    return new Pixels(asked.getWidth(), asked.getHeight());
  }

  private static SamplingSettings sampling(StageOptions options, Stage stage) {
    double scale = options.hasGuidanceScale() ? options.getGuidanceScale() : 1;
    if (stage.denoising().isEmpty()) {
      return SamplingSettings.withoutSampler(scale);
    }
    Choices choices = stage.denoising().get().choices();
    Sampler sampler = choices.samplers().named(options.getSampler());
    if (options.hasEta() && sampler instanceof EtaSampler open) {
      sampler = open.withEta(options.getEta());
    }
    var settings = new SamplingSettings(sampler, options.getSteps(), scale);
    if (options.hasGuidanceInterval()) {
      settings = settings.withGuidanceScale(interval(options, stage.denoising().get().schedule()));
    }
    if (!options.getSchedule().isEmpty()) {
      settings =
          settings.withSpacing(choices.spacings().orElseThrow().named(options.getSchedule()));
    }
    if (!options.getGuidance().isEmpty()) {
      settings = settings.withGuide(options.getGuidance(), settings.guidanceScale());
    }
    return options.getThresholding().isEmpty()
        ? settings
        : settings.withTreatment(
            choices.treatments().orElseThrow().named(options.getThresholding()));
  }

  private static GuidanceInterval interval(StageOptions options, NoiseSchedule schedule) {
    NoiseLevels levels = options.getGuidanceInterval();
    return GuidanceInterval.ofSigma(
        GuidanceScale.constant(options.getGuidanceScale()),
        schedule,
        levels.getLow(),
        levels.getHigh());
  }

  private static boolean check(
      String path, StageOptions options, Stage stage, Violations violations) {
    int before = violations.size();
    if (stage.denoising().isPresent()) {
      Choices choices = stage.denoising().get().choices();
      checkSampling(path, options, stage.maxSteps(), choices, violations);
    } else {
      checkFixed(path, options, stage, violations);
    }
    checkGuidance(path, options, stage, violations);
    if (options.hasReuse() && !stage.reuses(options.getReuse())) {
      violations.add(path + "reuse", options.getReuse(), stage.reuseExpected());
    }
    if (options.hasSize()) {
      checkSize(path + "size", options.getSize(), stage, violations);
    }
    return violations.size() == before;
  }

  private static void checkSize(String field, ImageSize asked, Stage stage, Violations violations) {
    String size = asked.getWidth() + "×" + asked.getHeight();
    if (asked.getWidth() < 1 || asked.getHeight() < 1) {
      violations.add(field, size, "≥ 1×1");
    } else if (!stage.offers(size(asked))) {
      violations.add(field, size, stage.sizesExpected());
    }
  }

  private static void checkGuidance(
      String path, StageOptions options, Stage stage, Violations violations) {
    String guide = options.getGuidance();
    if (!guide.isEmpty() && !stage.guides().containsKey(guide)) {
      violations.add(path + "guidance", Errors.quote(guide), stage.guidesExpected());
      return;
    }
    Stage.Scale offered = stage.guides().getOrDefault(guide, stage.scale());
    double scale = options.hasGuidanceScale() ? options.getGuidanceScale() : 1;
    if (!offered.isOffered() && scale != 1) {
      violations.add(path + "guidance_scale", scale, "1; this stage has no guidance");
    } else if (!(scale >= 0 && scale <= offered.most())) { // NaN fails too
      violations.add(path + "guidance_scale", scale, "0 to " + offered.most());
    } else if (options.hasGuidanceInterval()) {
      checkInterval(path + "guidance_interval", options, stage, violations);
    }
  }

  private static void checkInterval(
      String field, StageOptions options, Stage stage, Violations violations) {
    NoiseLevels levels = options.getGuidanceInterval();
    String given = levels.getLow() + " to " + levels.getHigh();
    if (stage.denoising().isEmpty() || !stage.scale().isOffered()) {
      violations.add(field, given, "unset; this stage has no classifier-free guidance");
    } else if (!options.getGuidance().isEmpty()) {
      violations.add(field, given, "unset beside the guidance of a gradient");
    } else if (!(levels.getLow() >= 0 && levels.getLow() < levels.getHigh())) { // NaN fails too
      violations.add(field, given, "0 ≤ low < high");
    } else {
      try {
        interval(options, stage.denoising().get().schedule());
      } catch (IllegalArgumentException e) {
        violations.add(field, given, "levels that the stage has");
      }
    }
  }

  private static void checkSampling(
      String path, StageOptions options, int maxSteps, Choices choices, Violations violations) {
    String sampler = options.getSampler();
    if (!choices.samplers().names().contains(sampler)) {
      violations.add(
          path + "sampler", Errors.quote(sampler), choices.samplers().expectedInsteadOf(sampler));
    } else if (options.hasEta()) {
      checkEta(path + "eta", options.getEta(), sampler, choices, violations);
    }
    if (options.getSteps() < 1 || options.getSteps() > maxSteps) {
      violations.add(path + "steps", options.getSteps(), "1 to " + maxSteps);
    }
    checkName(
        path + "schedule",
        options.getSchedule(),
        choices.spacings().map(ByName::names),
        violations);
    checkName(
        path + "thresholding",
        options.getThresholding(),
        choices.treatments().map(ByName::names),
        violations);
  }

  /** Rejects all sampling options for a stage that has no sampler. */
  private static void checkFixed(
      String path, StageOptions options, Stage stage, Violations violations) {
    String unset = "unset; this stage has no sampler";
    if (!options.getSampler().isEmpty()) {
      violations.add(path + "sampler", Errors.quote(options.getSampler()), unset);
    }
    if (options.hasEta()) {
      violations.add(path + "eta", options.getEta(), unset);
    }
    if (options.hasSteps()) {
      violations.add(
          path + "steps", options.getSteps(), "unset; this stage takes " + stage.maxSteps());
    }
    checkName(path + "schedule", options.getSchedule(), Optional.empty(), violations);
    checkName(path + "thresholding", options.getThresholding(), Optional.empty(), violations);
  }

  private static void checkEta(
      String field, double eta, String sampler, Choices choices, Violations violations) {
    if (!(choices.samplers().named(sampler) instanceof EtaSampler)) {
      violations.add(field, eta, "unset; " + sampler + " has none");
    } else if (!(eta >= 0 && eta <= 1)) { // NaN fails too
      violations.add(field, eta, "0 to 1");
    }
  }

  /** Checks an optional name. An empty name selects the stage's own value, which has no name. */
  private static void checkName(
      String field, String name, Optional<SortedSet<String>> known, Violations violations) {
    if (name.isEmpty()) {
      return;
    }
    if (known.isPresent()) {
      violations.addUnlessOneOf(field, name, known.get());
    } else {
      violations.add(field, Errors.quote(name), "empty; there is no choice");
    }
  }
}
