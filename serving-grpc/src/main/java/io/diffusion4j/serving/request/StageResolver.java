package io.diffusion4j.serving.request;

import io.diffusion4j.diffusion.sampling.X0Treatments;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.solver.EtaSampler;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.errors.Violations;
import io.diffusion4j.serving.model.StageCard;
import io.diffusion4j.serving.v1.StageOptions;
import java.util.Optional;
import java.util.SortedSet;

/** Finds out how a stage is to sample from what a request says of it. */
public final class StageResolver {
  private StageResolver() {}

  /**
   * How a stage samples.
   *
   * @param field the path of the options
   * @param options with their defaults
   * @return nothing if there is a violation
   */
  public static Optional<SamplingSettings> resolve(
      String field, StageOptions options, StageCard stage, Violations violations) {
    return check(field + ".", options, stage, violations)
        ? Optional.of(stage.settings(options))
        : Optional.empty();
  }

  private static boolean check(
      String path, StageOptions options, StageCard stage, Violations violations) {
    int before = violations.size();
    String sampler = options.getSampler();
    if (!stage.samplers().names().contains(sampler)) {
      violations.add(
          path + "sampler", Errors.quote(sampler), stage.samplers().expectedInsteadOf(sampler));
    } else if (options.hasEta()) {
      checkEta(path + "eta", options.getEta(), sampler, stage, violations);
    }
    if (options.getSteps() < 1 || options.getSteps() > stage.maxSteps()) {
      violations.add(path + "steps", options.getSteps(), "1 to " + stage.maxSteps());
    }
    double scale = options.getGuidanceScale();
    if (!stage.guidance().isOffered() && scale != 1) {
      violations.add(path + "guidance_scale", scale, "1; this stage has no guidance");
    } else if (!(scale >= 0 && scale <= stage.guidance().maxScale())) { // NaN fails too
      violations.add(path + "guidance_scale", scale, "0 to " + stage.guidance().maxScale());
    }
    checkName(
        path + "schedule",
        options.getSchedule(),
        stage.schedules().map(TimestepSpacings::names),
        violations);
    checkName(
        path + "thresholding",
        options.getThresholding(),
        stage.thresholdings().map(X0Treatments::names),
        violations);
    return violations.size() == before;
  }

  private static void checkEta(
      String field, double eta, String sampler, StageCard stage, Violations violations) {
    if (!(stage.samplers().named(sampler) instanceof EtaSampler)) {
      violations.add(field, eta, "unset; " + sampler + " has none");
    } else if (!(eta >= 0 && eta <= 1)) { // NaN fails too
      violations.add(field, eta, "0 to 1");
    }
  }

  /** Empty is the stage's own, which has no name. */
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
