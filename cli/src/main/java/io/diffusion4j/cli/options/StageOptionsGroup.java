package io.diffusion4j.cli.options;

import io.diffusion4j.diffusion.part.ImageDecoder;
import io.diffusion4j.diffusion.part.Prior;
import io.diffusion4j.diffusion.part.Upsampler;
import io.diffusion4j.diffusion.pipeline.ModelCard;
import io.diffusion4j.diffusion.solver.Samplers;
import io.diffusion4j.diffusion.stage.Stage;
import io.diffusion4j.pipeline.Opening;
import io.diffusion4j.serving.v1.StageOptions;
import io.diffusion4j.unclip.Defaults;
import io.diffusion4j.unclip.PriorChoice;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How the stages are asked to sample; what is not given is left to the model. */
public final class StageOptionsGroup {
  private static final String NAMES =
      "The samplers there are: ddim, ddpm, dpmpp-2m, euler, heun, unclip, and more that an unknown"
          + " name lists.";

  private static final String PUBLISHED = "; of a published pipeline: ";

  @Option(
      names = "--sampler",
      paramLabel = "NAME",
      description = {
        "How all stages sample. Default: "
            + Defaults.SAMPLER
            + PUBLISHED
            + Defaults.PUBLISHED_SAMPLER,
        NAMES
      })
  @Nullable String sampler;

  @Option(
      names = "--prior",
      paramLabel = "KIND",
      description =
          "Which prior draws the image embeddings: diffusion, or ar, the autoregressive one, which"
              + " has guidance but no sampler and no steps. Default: diffusion")
  @Nullable String prior;

  @Option(
      names = "--prior-sampler",
      paramLabel = "NAME",
      description = "How the prior samples, if not as all.")
  @Nullable String priorSampler;

  @Option(
      names = "--decoder-sampler",
      paramLabel = "NAME",
      description = "How the decoder samples, if not as all.")
  @Nullable String decoderSampler;

  @Option(
      names = "--super-res-sampler",
      paramLabel = "NAME",
      description = "How the upsampler samples, if not as all.")
  @Nullable String superResSampler;

  @Option(
      names = "--prior-steps",
      paramLabel = "N",
      description = "Steps of the prior. Default: " + Defaults.PRIOR_STEPS)
  @Nullable Integer priorSteps;

  @Option(
      names = "--decoder-steps",
      paramLabel = "N",
      description =
          "Steps of the decoder. Default: "
              + Defaults.DECODER_STEPS
              + PUBLISHED
              + Defaults.PUBLISHED_DECODER_STEPS)
  @Nullable Integer decoderSteps;

  @Option(
      names = "--super-res-steps",
      paramLabel = "N",
      description = "Steps of the upsampler. Default: " + Defaults.SUPER_RES_STEPS)
  @Nullable Integer superResSteps;

  @Option(
      names = "--prior-guidance",
      paramLabel = "X",
      description =
          "Guidance scale of the prior; 1 is none. Default: "
              + Defaults.PRIOR_GUIDANCE
              + PUBLISHED
              + Defaults.PUBLISHED_PRIOR_GUIDANCE)
  @Nullable Double priorGuidance;

  @Option(
      names = "--decoder-guidance",
      paramLabel = "X",
      description =
          "Guidance scale of the decoder; 1 is none. Default: "
              + Defaults.DECODER_GUIDANCE
              + PUBLISHED
              + Defaults.PUBLISHED_DECODER_GUIDANCE)
  @Nullable Double decoderGuidance;

  @Option(
      names = "--prior-schedule",
      paramLabel = "NAME",
      description =
          "Timesteps that the prior visits, such as leading or trailing. Default: its own.")
  @Nullable String priorSchedule;

  @Option(
      names = "--decoder-schedule",
      paramLabel = "NAME",
      description =
          "Timesteps that the decoder visits, such as leading or trailing. Default: its own.")
  @Nullable String decoderSchedule;

  @Option(
      names = "--super-res-schedule",
      paramLabel = "NAME",
      description =
          "Timesteps that the upsampler visits, such as leading or trailing. Default: its own.")
  @Nullable String superResSchedule;

  @Option(
      names = "--prior-eta",
      paramLabel = "X",
      description = "Noise that a sampler such as ddim adds in the prior, from 0 to 1. Default: 0.")
  @Nullable Double priorEta;

  @Option(
      names = "--decoder-eta",
      paramLabel = "X",
      description =
          "Noise that a sampler such as ddim adds in the decoder, from 0 to 1. Default: 0.")
  @Nullable Double decoderEta;

  @Option(
      names = "--super-res-eta",
      paramLabel = "X",
      description =
          "Noise that a sampler such as ddim adds in the upsampler, from 0 to 1. Default: 0.")
  @Nullable Double superResEta;

  @Option(
      names = "--decoder-thresholding",
      paramLabel = "NAME",
      description = "How the decoder keeps x0 in range: clip, dynamic or none. Default: its own.")
  @Nullable String decoderThresholding;

  @Option(
      names = "--super-res-thresholding",
      paramLabel = "NAME",
      description = "How the upsampler keeps x0 in range: clip, dynamic or none. Default: its own.")
  @Nullable String superResThresholding;

  /** What {@link #set} knows. */
  public static final List<String> NAMED =
      List.of(
          "sampler",
          "prior",
          "prior-sampler",
          "prior-steps",
          "prior-guidance",
          "prior-schedule",
          "prior-eta",
          "decoder-sampler",
          "decoder-steps",
          "decoder-guidance",
          "decoder-schedule",
          "decoder-eta",
          "decoder-thresholding",
          "super-res-sampler",
          "super-res-steps",
          "super-res-schedule",
          "super-res-eta",
          "super-res-thresholding");

  /**
   * Sets an option in place of the command line.
   *
   * @param name of the option, one of {@link #NAMED}
   * @throws IllegalArgumentException if it has no such value
   */
  public void set(String name, String value) {
    switch (name) {
      case "sampler" -> sampler = value;
      case "prior" -> prior = value;
      case "prior-sampler" -> priorSampler = value;
      case "prior-steps" -> priorSteps = integer(name, value);
      case "prior-guidance" -> priorGuidance = number(name, value);
      case "prior-schedule" -> priorSchedule = value;
      case "prior-eta" -> priorEta = number(name, value);
      case "decoder-sampler" -> decoderSampler = value;
      case "decoder-steps" -> decoderSteps = integer(name, value);
      case "decoder-guidance" -> decoderGuidance = number(name, value);
      case "decoder-schedule" -> decoderSchedule = value;
      case "decoder-eta" -> decoderEta = number(name, value);
      case "decoder-thresholding" -> decoderThresholding = value;
      case "super-res-sampler" -> superResSampler = value;
      case "super-res-steps" -> superResSteps = integer(name, value);
      case "super-res-schedule" -> superResSchedule = value;
      case "super-res-eta" -> superResEta = number(name, value);
      case "super-res-thresholding" -> superResThresholding = value;
      default ->
          throw new IllegalArgumentException(
              "option: " + name + " (expected: one of " + String.join(", ", NAMED) + ")");
    }
  }

  private static int integer(String name, String value) {
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: an integer)", e);
    }
  }

  private static double number(String name, String value) {
    try {
      return Double.parseDouble(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: a number)", e);
    }
  }

  /**
   * Checks what can be checked without a model.
   *
   * @throws IllegalArgumentException if something cannot be right for any
   */
  public void check() {
    requirePositive("prior-steps", priorSteps);
    requirePositive("decoder-steps", decoderSteps);
    requirePositive("super-res-steps", superResSteps);
    requireScale("prior-guidance", priorGuidance);
    requireScale("decoder-guidance", decoderGuidance);
    requireEta("prior-eta", priorEta);
    requireEta("decoder-eta", decoderEta);
    requireEta("super-res-eta", superResEta);
    if (prior() == PriorChoice.AR) {
      String why = "the autoregressive prior has none";
      requireAbsent("prior-sampler", priorSampler, why);
      requireAbsent("prior-steps", priorSteps, why);
      requireAbsent("prior-schedule", priorSchedule, why);
      requireAbsent("prior-eta", priorEta, why);
    }
  }

  /** Which prior draws. */
  public PriorChoice prior() {
    return prior == null ? PriorChoice.DIFFUSION : PriorChoice.named(prior);
  }

  /**
   * Checks that no prior is chosen, for a server, whose model has its own.
   *
   * @throws IllegalArgumentException if one is
   */
  public void checkForServer() {
    requireAbsent("prior", prior, "a server's model has its own");
  }

  /**
   * Checks that nothing is asked of the prior, for work that needs none.
   *
   * @throws IllegalArgumentException if something is
   */
  public void checkWithoutPrior() {
    String why = "no prior is used";
    requireAbsent("prior", prior, why);
    requireAbsent("prior-sampler", priorSampler, why);
    requireAbsent("prior-steps", priorSteps, why);
    requireAbsent("prior-guidance", priorGuidance, why);
    requireAbsent("prior-schedule", priorSchedule, why);
    requireAbsent("prior-eta", priorEta, why);
  }

  private static void requireAbsent(String name, @Nullable Object value, String why) {
    if (value != null) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: none; " + why + ")");
    }
  }

  /**
   * Checks the names of samplers; a server may know others.
   *
   * @throws IllegalArgumentException if one is unknown; the message lists those there are
   */
  public void checkSamplers(Samplers known) {
    Stream.of(sampler, priorSampler, decoderSampler, superResSampler)
        .forEach(
            name -> {
              if (name != null) {
                known.named(name);
              }
            });
  }

  public static void requirePositive(String name, @Nullable Integer steps) {
    if (steps != null && steps < 1) {
      throw new IllegalArgumentException(name + ": " + steps + " (expected: ≥ 1)");
    }
  }

  public static void requireScale(String name, @Nullable Double scale) {
    if (scale != null && !(scale >= 0 && Double.isFinite(scale))) {
      throw new IllegalArgumentException(name + ": " + scale + " (expected: ≥ 0)");
    }
  }

  private static void requireEta(String name, @Nullable Double eta) {
    if (eta != null && !(eta >= 0 && eta <= 1)) {
      throw new IllegalArgumentException(name + ": " + eta + " (expected: 0 to 1)");
    }
  }

  /** How the prior that was asked for is opened. */
  public Opening opening(Opening own) {
    return prior == null ? own : own.withPrior(prior().word());
  }

  /** What was given, by the names of unCLIP's stages; for a server, whose stages are not known. */
  public Map<String, StageOptions> byStage() {
    return byStage(List.of(Prior.STAGE, ImageDecoder.STAGE, Upsampler.STAGE), Set.of());
  }

  /**
   * What was given for the stages of a model; a sampler for all of them means those that denoise.
   */
  public Map<String, StageOptions> byStage(ModelCard card) {
    Set<String> fixed = new HashSet<>();
    Set<String> names =
        new LinkedHashSet<>(byStage().keySet()); // those that are wrong are reported
    for (Stage stage : card.stages()) {
      names.add(stage.name());
      if (stage.denoising().isEmpty()) {
        fixed.add(stage.name());
      }
    }
    if (sampler != null) {
      names.retainAll(card.stages().stream().map(Stage::name).toList());
    }
    return byStage(List.copyOf(names), fixed);
  }

  private Map<String, StageOptions> byStage(List<String> names, Set<String> withoutSampler) {
    Map<String, StageOptions> stages = new LinkedHashMap<>();
    for (String name : names) {
      String all = withoutSampler.contains(name) ? null : sampler;
      StageOptions options =
          switch (name) {
            case Prior.STAGE ->
                options(
                    all, priorSampler, priorSteps, priorGuidance, priorSchedule, priorEta, null);
            case ImageDecoder.STAGE ->
                options(
                    all,
                    decoderSampler,
                    decoderSteps,
                    decoderGuidance,
                    decoderSchedule,
                    decoderEta,
                    decoderThresholding);
            case Upsampler.STAGE ->
                options(
                    all,
                    superResSampler,
                    superResSteps,
                    null,
                    superResSchedule,
                    superResEta,
                    superResThresholding);
            default -> options(all, null, null, null, null, null, null);
          };
      if (!options.equals(StageOptions.getDefaultInstance())) {
        stages.put(name, options);
      }
    }
    return stages;
  }

  private static StageOptions options(
      @Nullable String all,
      @Nullable String own,
      @Nullable Integer steps,
      @Nullable Double guidance,
      @Nullable String schedule,
      @Nullable Double eta,
      @Nullable String thresholding) {
    var options = StageOptions.newBuilder();
    String name = own != null ? own : all;
    if (name != null) {
      options.setSampler(name);
    }
    if (steps != null) {
      options.setSteps(steps);
    }
    if (guidance != null) {
      options.setGuidanceScale(guidance);
    }
    if (schedule != null) {
      options.setSchedule(schedule);
    }
    if (eta != null) {
      options.setEta(eta);
    }
    if (thresholding != null) {
      options.setThresholding(thresholding);
    }
    return options.build();
  }
}
