package io.diffusion4j.checkpoint;

import io.diffusion4j.diffusion.argument.ByName;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.loss.VarianceType;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.X0Treatment;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.TableRounding;
import io.diffusion4j.diffusion.schedule.TimestepSpacing;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.stage.Choices;
import io.diffusion4j.diffusion.stage.Course;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * The denoising settings of a stage of unCLIP: the {@code scheduler_config.json} of diffusers'
 * {@code UnCLIPScheduler}. Its noise schedule is always the cosine one (Nichol &amp; Dhariwal 2021,
 * eq. 17).
 *
 * @param trainTimesteps the number of timesteps of the noise schedule
 * @param varianceType {@link VarianceType#FIXED_SMALL} or {@link VarianceType#LEARNED_RANGE}
 * @param clipSample whether x̂₀ is clipped to ±{@code clipSampleRange}
 * @param clipSampleRange the bound, &gt; 0
 * @param parameterization the quantity that the network predicts; diffusers' {@code
 *     UnCLIPScheduler} has no v, so we use the name from its other schedulers
 * @param spacing the choice of timesteps
 */
public record UnclipSchedulerConfig(
    int trainTimesteps,
    VarianceType varianceType,
    boolean clipSample,
    double clipSampleRange,
    Parameterization parameterization,
    Spacing spacing) {
  /** The name of the file in diffusers. */
  public static final String FILE_NAME = "scheduler_config.json";

  /** The name of the sampler that draws as the class does. */
  public static final String SAMPLER = "unclip";

  private static final String CLASS_NAME = "UnCLIPScheduler";
  private static final String BETA_SCHEDULE = "squaredcos_cap_v2";
  private static final VarianceType[] VARIANCES = {
    VarianceType.FIXED_SMALL, VarianceType.LEARNED_RANGE
  };

  /**
   * The choice of timesteps, unless a request has its own. diffusers' {@code UnCLIPScheduler} has
   * only one choice; the key and its values are from its other schedulers.
   */
  public enum Spacing {
    /** Evenly from T − 1 to 0. */
    LINSPACE("linspace"),
    /** From T − 1, down to 0 only if all timesteps are visited (Lin et al. 2024, table 2). */
    TRAILING("trailing");

    private final String key;

    Spacing(String key) {
      this.key = key;
    }

    /** Returns the timesteps for a number of steps. */
    public TimestepSpacing timesteps() {
      return switch (this) {
        case LINSPACE -> TimestepSpacings.UNCLIP;
        case TRAILING -> TimestepSpacings.TRAILING;
      };
    }
  }

  private static final String[] OF_OTHERS =
      """
      algorithm_type base_image_seq_len base_shift beta_end beta_max beta_min beta_start \
      correct_clip corrector_order disable_corrector dynamic_thresholding_ratio eta euler_at_final \
      final_sigmas_type flow_shift interpolation_type invert_sigmas lambda_min_clipped \
      lower_order_final max_image_seq_len max_shift noise_sampler_seed original_inference_steps \
      predict_x0 predictor_order rescale_betas_zero_snr rho s_churn s_noise s_tmax s_tmin \
      sample_max_value sampling_eps set_alpha_to_one set_alpha_to_zero shift shift_terminal \
      sigma_data sigma_max sigma_min sigma_schedule skip_prk_steps snr snr_shift_scale solver_order \
      solver_p solver_type steps_offset stochastic_sampling tau_func thresholding time_shift_type \
      timestep_scaling timestep_type trained_betas use_beta_sigmas use_dynamic_shifting \
      use_exponential_sigmas use_flow_sigmas use_karras_sigmas use_lu_lambdas\
      """
          .split(" ");

  /** Creates a configuration with the published spacing. */
  public UnclipSchedulerConfig(
      int trainTimesteps,
      VarianceType varianceType,
      boolean clipSample,
      double clipSampleRange,
      Parameterization parameterization) {
    this(
        trainTimesteps,
        varianceType,
        clipSample,
        clipSampleRange,
        parameterization,
        Spacing.LINSPACE);
  }

  /** Returns the configuration of a network that predicts another quantity. */
  public UnclipSchedulerConfig withParameterization(Parameterization other) {
    return new UnclipSchedulerConfig(
        trainTimesteps, varianceType, clipSample, clipSampleRange, other, spacing);
  }

  /** Returns the configuration with another spacing of timesteps. */
  public UnclipSchedulerConfig withSpacing(Spacing other) {
    return new UnclipSchedulerConfig(
        trainTimesteps, varianceType, clipSample, clipSampleRange, parameterization, other);
  }

  /** Checks the values. */
  public UnclipSchedulerConfig {
    Check.that(
        List.of(VARIANCES).contains(varianceType),
        "varianceType",
        varianceType,
        "FIXED_SMALL or LEARNED_RANGE");
    Check.that(trainTimesteps >= 1, "trainTimesteps", trainTimesteps, "≥ 1");
    Check.that(
        clipSampleRange > 0 && Double.isFinite(clipSampleRange),
        "clipSampleRange",
        clipSampleRange,
        "> 0");
  }

  /** Returns the prior of Karlo: predicts the clean embedding. */
  public static UnclipSchedulerConfig prior() {
    return new UnclipSchedulerConfig(1000, VarianceType.FIXED_SMALL, true, 5, Parameterization.X0);
  }

  /** Returns the decoder of Karlo: predicts the noise and the variance. */
  public static UnclipSchedulerConfig decoder() {
    return new UnclipSchedulerConfig(
        1000, VarianceType.LEARNED_RANGE, true, 1, Parameterization.EPS);
  }

  /** Returns the super-resolution stages of Karlo: predict the noise. */
  public static UnclipSchedulerConfig superResolution() {
    return new UnclipSchedulerConfig(1000, VarianceType.FIXED_SMALL, true, 1, Parameterization.EPS);
  }

  /**
   * Reads a file; absent fields have diffusers' defaults.
   *
   * @throws CheckpointException if it is not an unCLIP scheduler's, or has an unknown field or
   *     value
   */
  public static UnclipSchedulerConfig read(Path file) {
    ComponentConfig config = ComponentConfig.read(file);
    config.expectClass(CLASS_NAME);
    config.supports("beta_schedule", BETA_SCHEDULE);
    var scheduler =
        config.make(
            () ->
                new UnclipSchedulerConfig(
                    config.intValue("num_train_timesteps", 1000),
                    choice(config, "variance_type", VARIANCES, UnclipSchedulerConfig::variance),
                    config.booleanValue("clip_sample", true),
                    config.doubleValue("clip_sample_range", 1),
                    choice(
                        config,
                        "prediction_type",
                        Parameterization.values(),
                        UnclipSchedulerConfig::predictionType),
                    choice(config, "timestep_spacing", Spacing.values(), way -> way.key)));
    refuseUnknown(config);
    return scheduler;
  }

  /**
   * Throws an exception for unknown fields, except those of diffusers' other schedulers, which a
   * file keeps when another class is loaded from it.
   */
  public static void refuseUnknown(ComponentConfig config) {
    config.refuseUnknown(OF_OTHERS);
  }

  /** Returns the noise schedule; diffusers computes its tables in float32. */
  public NoiseSchedule schedule() {
    return new CosineSchedule(trainTimesteps, TableRounding.FLOAT32);
  }

  /**
   * Returns the denoising as the class does it by default, by the sampler {@code unclip}.
   *
   * @param samplers the samplers to choose from
   * @param steps the default number of steps, if the schedule has as many
   */
  public Course.Denoising course(ByName<Sampler> samplers, int steps) {
    return new Course.Denoising(
        schedule(),
        spacing.timesteps(),
        clipSample ? X0Treatment.clip(clipSampleRange) : X0Treatment.NONE,
        new Choices(samplers, SAMPLER, Math.min(steps, trainTimesteps))
            .withSpacings(TimestepSpacings.standard()));
  }

  /** Returns the value whose key a field has; the first value if the field is absent. */
  private static <E> E choice(
      ComponentConfig config, String field, E[] values, Function<E, String> key) {
    String[] keys = Arrays.stream(values).map(key).toArray(String[]::new);
    config.supports(field, (Object[]) keys);
    return values[Arrays.asList(keys).indexOf(config.text(field, keys[0]))];
  }

  private static String variance(VarianceType type) {
    return type == VarianceType.FIXED_SMALL ? "fixed_small_log" : "learned_range";
  }

  /** Its name in files. */
  public static String predictionType(Parameterization parameterization) {
    return switch (parameterization) {
      case EPS -> "epsilon";
      case X0 -> "sample";
      case V -> "v_prediction";
    };
  }

  /**
   * Writes {@code scheduler_config.json}.
   *
   * @throws java.io.UncheckedIOException if it cannot be written
   */
  public void write(Path file) {
    var config =
        ConfigWriter.diffusers(CLASS_NAME)
            .put("beta_schedule", BETA_SCHEDULE)
            .put("clip_sample", clipSample)
            .put("clip_sample_range", clipSampleRange)
            .put("num_train_timesteps", trainTimesteps)
            .put("prediction_type", predictionType(parameterization))
            .put("variance_type", variance(varianceType));
    if (spacing != Spacing.LINSPACE) { // a key that the published scheduler does not have
      config.put("timestep_spacing", spacing.key);
    }
    config.write(file);
  }
}
