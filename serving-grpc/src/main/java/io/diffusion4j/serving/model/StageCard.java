package io.diffusion4j.serving.model;

import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.X0Treatments;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.solver.EtaSampler;
import io.diffusion4j.diffusion.solver.Samplers;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.serving.v1.StageOptions;
import java.util.Optional;

/**
 * What can be asked of one diffusion process of a model.
 *
 * @param name what requests call it, such as {@code prior}, {@code decoder} or {@code super_res}
 * @param samplers the samplers it can use
 * @param defaultSampler the one it uses unless asked otherwise
 * @param defaultSteps how many steps it takes unless asked otherwise
 * @param maxSteps the most it can be asked for
 * @param guidance the scale of its classifier-free guidance
 * @param draws the size of what it draws
 * @param schedules the timesteps it can keep; empty if there is no choice
 * @param thresholdings what it can do to x̂₀; empty if there is no choice
 */
public record StageCard(
    String name,
    Samplers samplers,
    String defaultSampler,
    int defaultSteps,
    int maxSteps,
    Guidance guidance,
    Pixels draws,
    Optional<TimestepSpacings> schedules,
    Optional<X0Treatments> thresholdings) {
  public StageCard {
    if (!name.matches("[a-z][a-z0-9_]{0,63}")) {
      throw new IllegalArgumentException("name: " + name + " (expected: lower_snake_case)");
    }
    samplers.named(defaultSampler); // tells the names there are
    if (defaultSteps < 1 || defaultSteps > maxSteps) {
      throw new IllegalArgumentException(
          "defaultSteps: " + defaultSteps + " (expected: 1 to " + maxSteps + ")");
    }
  }

  /** A stage that keeps the timesteps that it always keeps, and does to x̂₀ what it always does. */
  public StageCard(
      String name,
      Samplers samplers,
      String defaultSampler,
      int defaultSteps,
      int maxSteps,
      Guidance guidance,
      Pixels draws) {
    this(
        name,
        samplers,
        defaultSampler,
        defaultSteps,
        maxSteps,
        guidance,
        draws,
        Optional.empty(),
        Optional.empty());
  }

  /** The same stage, which can be asked for other timesteps. */
  public StageCard withSchedules(TimestepSpacings choice) {
    return new StageCard(
        name,
        samplers,
        defaultSampler,
        defaultSteps,
        maxSteps,
        guidance,
        draws,
        Optional.of(choice),
        thresholdings);
  }

  /** The same stage, which can be asked to do something else to x̂₀. */
  public StageCard withThresholdings(X0Treatments choice) {
    return new StageCard(
        name,
        samplers,
        defaultSampler,
        defaultSteps,
        maxSteps,
        guidance,
        draws,
        schedules,
        Optional.of(choice));
  }

  /**
   * The options of a request, where each that is not given is the one of this card; schedule, eta
   * and thresholding stay as they are, as those of the stage have no name.
   */
  public StageOptions withDefaults(StageOptions options) {
    StageOptions.Builder resolved = options.toBuilder();
    if (options.getSampler().isEmpty()) {
      resolved.setSampler(defaultSampler);
    }
    if (!options.hasSteps()) {
      resolved.setSteps(defaultSteps);
    }
    if (!options.hasGuidanceScale()) {
      resolved.setGuidanceScale(guidance.defaultScale());
    }
    return resolved.build();
  }

  /**
   * How the stage samples as these options say.
   *
   * @param options with their {@link #withDefaults defaults}
   * @throws IllegalArgumentException if there is no such sampler, schedule or thresholding, or the
   *     sampler has no eta
   */
  public SamplingSettings settings(StageOptions options) {
    Sampler sampler = samplers.named(options.getSampler());
    if (options.hasEta()) {
      if (!(sampler instanceof EtaSampler open)) {
        throw new IllegalArgumentException(
            "eta: %s (expected: unset; %s has none)"
                .formatted(options.getEta(), options.getSampler()));
      }
      sampler = open.withEta(options.getEta());
    }
    var settings = new SamplingSettings(sampler, options.getSteps(), options.getGuidanceScale());
    if (!options.getSchedule().isEmpty()) {
      settings =
          settings.withSpacing(
              choice("schedule", options.getSchedule(), schedules).named(options.getSchedule()));
    }
    if (!options.getThresholding().isEmpty()) {
      settings =
          settings.withTreatment(
              choice("thresholding", options.getThresholding(), thresholdings)
                  .named(options.getThresholding()));
    }
    return settings;
  }

  private static <T> T choice(String what, String asked, Optional<T> offered) {
    return offered.orElseThrow(
        () ->
            new IllegalArgumentException(
                what + ": " + asked + " (expected: unset; there is no choice)"));
  }

  /**
   * The scale of classifier-free guidance.
   *
   * @param defaultScale unless asked otherwise
   * @param maxScale the most that can be asked for
   */
  public record Guidance(double defaultScale, double maxScale) {
    /** The stage has none: the conditional model as it is. */
    public static final Guidance NONE = new Guidance(1, 1);

    public Guidance {
      if (!(defaultScale >= 0 && defaultScale <= maxScale && Double.isFinite(maxScale))) {
        throw new IllegalArgumentException(
            "guidance: " + defaultScale + " (expected: 0 to " + maxScale + ")");
      }
    }

    /** Whether there is a choice. */
    public boolean isOffered() {
      return !equals(NONE);
    }
  }

  /**
   * The size of an image.
   *
   * @param width in pixels; 0 for a stage that does not draw pixels
   * @param height in pixels; 0 for a stage that does not draw pixels
   */
  public record Pixels(int width, int height) {
    /** The stage draws something else, such as an embedding or a latent. */
    public static final Pixels NONE = new Pixels(0, 0);

    public Pixels {
      if (width < 0 || height < 0 || (width == 0) != (height == 0)) {
        throw new IllegalArgumentException(
            "pixels: " + width + "×" + height + " (expected: ≥ 1×1, or 0×0)");
      }
    }

    /** Whether the stage draws pixels, which can be previewed. */
    public boolean areDrawn() {
      return width > 0;
    }
  }
}
