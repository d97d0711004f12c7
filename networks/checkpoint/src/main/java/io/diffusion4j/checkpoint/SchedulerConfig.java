package io.diffusion4j.checkpoint;

import io.diffusion4j.diffusion.argument.ByName;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.continuous.LinearVpSde;
import io.diffusion4j.diffusion.loss.VarianceType;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.sampling.DynamicThresholding;
import io.diffusion4j.diffusion.sampling.EpsSource;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.Thresholding;
import io.diffusion4j.diffusion.schedule.BetaSchedule;
import io.diffusion4j.diffusion.schedule.ConsistencySchedule;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.LinearSchedule;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.TableRounding;
import io.diffusion4j.diffusion.schedule.TimestepSpacing;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.schedule.ZeroTerminalSnr;
import io.diffusion4j.diffusion.solver.ConsistencySampler;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.diffusion.solver.DdpmSampler;
import io.diffusion4j.diffusion.solver.DpmSolverPlusPlus;
import io.diffusion4j.diffusion.solver.FewStepSampler;
import io.diffusion4j.diffusion.solver.FinalNoiseLevel;
import io.diffusion4j.diffusion.solver.FlowSampler;
import io.diffusion4j.diffusion.solver.Grid;
import io.diffusion4j.diffusion.solver.LcmSampler;
import io.diffusion4j.diffusion.solver.PlmsSampler;
import io.diffusion4j.diffusion.solver.Samplers;
import io.diffusion4j.diffusion.solver.SdeDpmSolverPlusPlus;
import io.diffusion4j.diffusion.solver.TcdSampler;
import io.diffusion4j.diffusion.stage.StageChoices;
import io.diffusion4j.diffusion.stage.StageKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * The denoising settings of a network: the {@code scheduler_config.json} of one of diffusers'
 * classes. Absent fields have the class's defaults, fields of other classes are ignored, and a
 * setting that would change the images and is not supported is refused by name.
 *
 * @param kind the class
 * @param betas the noise schedule
 * @param trainTimesteps T
 * @param betaStart β of the first timestep, or β(0) of the SDE
 * @param betaEnd β of the last, or β(1)
 * @param clips whether x̂₀ is clipped
 * @param clipRange the bound, &gt; 0
 * @param thresholding whether x̂₀ is bounded by a quantile of its values instead
 * @param ratio the quantile
 * @param most the largest bound of the quantile
 * @param parameterization the quantity that the network predicts; diffusers' {@code
 *     UnCLIPScheduler} has no v, so we use the name from its other schedulers
 * @param variance the variance of ancestral steps
 * @param spacing the choice of timesteps, unless a request has its own
 * @param offset added to the timesteps of {@link Spacing#LEADING}
 * @param end the end of the last step of DDIM and PLMS
 * @param zeroSnr whether the schedule is stretched to end in pure noise ({@link ZeroTerminalSnr});
 *     for v and x₀ only
 * @param solver the settings that only some classes have
 */
public record SchedulerConfig(
    Kind kind,
    Betas betas,
    int trainTimesteps,
    double betaStart,
    double betaEnd,
    boolean clips,
    double clipRange,
    boolean thresholding,
    double ratio,
    double most,
    Parameterization parameterization,
    VarianceType variance,
    Spacing spacing,
    int offset,
    FinalNoiseLevel end,
    boolean zeroSnr,
    SolverSettings solver) {
  /** The name of the file in diffusers. */
  public static final String FILE_NAME = "scheduler_config.json";

  /** The name of the sampler that draws as {@link Kind#UNCLIP} does. */
  public static final String UNCLIP_SAMPLER = "unclip";

  private static final String DECODER = "decoder_scheduler"; // in diffusers' folders
  private static final String DDIM_SAMPLER = "ddim-diffusers";
  private static final String PLMS_SAMPLER = "plms-diffusers";
  private static final String LCM_SAMPLER = "lcm";
  private static final String TCD_SAMPLER = "tcd";
  private static final String CONSISTENCY_SAMPLER = "consistency";
  private static final String DPM_SAMPLER = "dpm-solver-diffusers";
  private static final String FLOW_EULER_SAMPLER = "flow-euler";
  private static final String FLOW_HEUN_SAMPLER = "flow-heun";
  private static final String FLOW_LCM_SAMPLER = "flow-stochastic";
  private static final double FIRST_BETA = 1e-4;
  private static final double LAST_BETA = 0.02;
  private static final double RATIO = 0.995;
  private static final int TRAIN_TIMESTEPS = 1000;
  private static final double LATENT_FIRST_BETA = 0.00085;
  private static final double LATENT_LAST_BETA = 0.012;

  private static final Field<Parameterization> PREDICTION =
      new Field<>(
          "prediction_type",
          List.of("epsilon", "sample", "v_prediction"),
          List.of(Parameterization.EPS, Parameterization.X0, Parameterization.V));

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

  /** The supported words of a field, the class's default first, and their values. */
  private record Field<E>(String name, List<String> words, List<E> values) {
    E read(ComponentConfig c) {
      c.supports(name, words.toArray());
      return values.get(words.indexOf(c.text(name, words.get(0))));
    }

    String word(E value) {
      return words.get(values.indexOf(value));
    }

    /** Returns the same field with another default. */
    Field<E> withDefault(E value) {
      List<String> first = new ArrayList<>(words);
      List<E> values = new ArrayList<>(this.values);
      int i = values.indexOf(value);
      first.add(0, first.remove(i));
      values.add(0, values.remove(i));
      return new Field<>(name, first, values);
    }

    void require(E value) {
      Check.that(values.contains(value), name, value, "one of %s", values);
    }
  }

  /** The noise schedules. */
  public enum Betas {
    LINEAR,
    SCALED_LINEAR,
    /** The cosine schedule (Nichol &amp; Dhariwal 2021, eq. 17). */
    COSINE,
    /** The noise levels of a VP-SDE. */
    VP_SDE
  }

  /** The choices of timesteps. */
  public enum Spacing {
    /** Multiples of T / n, from 0. */
    LEADING,
    /** From T − 1, down to 0 only if all timesteps are visited (Lin et al. 2024, table 2). */
    TRAILING,
    /** Evenly from T − 1 to 0. */
    LINSPACE
  }

  /** The classes of diffusers. */
  @SuppressWarnings("ImmutableEnumChecker") // records of immutable lists
  public enum Kind {
    /** {@code DDPMScheduler}: each step draws from the posterior. */
    DDPM("DDPMScheduler"),
    /** {@code DDIMScheduler}: each step is deterministic. */
    DDIM("DDIMScheduler"),
    /** {@code ScoreSdeVpScheduler}, whose noise levels are drawn like those of DDPM. */
    SDE("ScoreSdeVpScheduler"),
    /**
     * {@code UnCLIPScheduler}: the cosine schedule, and a learned variance or the posterior's. It
     * has one spacing of timesteps; the field of another one is from the other classes.
     */
    UNCLIP(
        "UnCLIPScheduler",
        new Field<>("beta_schedule", List.of("squaredcos_cap_v2"), List.of(Betas.COSINE)),
        new Field<>(
            "variance_type",
            List.of("fixed_small_log", "learned_range"),
            List.of(VarianceType.FIXED_SMALL, VarianceType.LEARNED_RANGE)),
        new Field<>(
            "timestep_spacing",
            List.of("linspace", "trailing"),
            List.of(Spacing.LINSPACE, Spacing.TRAILING))),
    /** {@code PNDMScheduler} without its Runge–Kutta steps, which is PLMS. */
    PNDM("PNDMScheduler"),
    /** {@code EulerDiscreteScheduler}: Euler's method in σ. */
    EULER("EulerDiscreteScheduler", Betas.LINEAR, Spacing.LINSPACE),
    /** {@code EulerAncestralDiscreteScheduler}: Euler's method in σ with fresh noise. */
    EULER_ANCESTRAL("EulerAncestralDiscreteScheduler", Betas.LINEAR, Spacing.LINSPACE),
    /** {@code DPMSolverMultistepScheduler}: DPM-Solver++ of the ODE or the SDE. */
    DPM_SOLVER("DPMSolverMultistepScheduler", Betas.LINEAR, Spacing.LINSPACE),
    /** {@code LCMScheduler}, whose timesteps are those of the distilled solver. */
    LCM("LCMScheduler", Betas.SCALED_LINEAR, Spacing.LEADING),
    /** {@code TCDScheduler}, at the same timesteps; it does not clip x̂₀. */
    TCD("TCDScheduler", Betas.SCALED_LINEAR, Spacing.LEADING),
    /**
     * {@code CMStochasticIterativeScheduler}: consistency models, whose β are σ_min and σ_max here,
     * and whose network is read as one that predicts x₀.
     */
    CONSISTENCY("CMStochasticIterativeScheduler"),
    /** {@code FlowMatchEulerDiscreteScheduler}: Euler's method along a flow. */
    FLOW_EULER("FlowMatchEulerDiscreteScheduler"),
    /** {@code FlowMatchHeunDiscreteScheduler}: Heun's. */
    FLOW_HEUN("FlowMatchHeunDiscreteScheduler"),
    /** {@code FlowMatchLCMScheduler}: each step is x̂₀ with fresh noise. */
    FLOW_LCM("FlowMatchLCMScheduler");

    private static final Set<Kind> IN_SIGMA = Set.of(EULER, EULER_ANCESTRAL, DPM_SOLVER);

    private final String className;
    private final Field<Betas> betas;
    private final Field<VarianceType> variance;
    private final Field<Spacing> spacing;

    Kind(String className) {
      this(className, Betas.LINEAR, Spacing.LEADING);
    }

    Kind(String className, Betas defaultBetas, Spacing defaultSpacing) {
      // diffusers takes the output of "learned" for the variance itself, not for its logarithm, and
      // the root of a logarithm for "fixed_large_log".
      this(
          className,
          new Field<>(
                  "beta_schedule",
                  List.of("linear", "scaled_linear", "squaredcos_cap_v2"),
                  List.of(Betas.LINEAR, Betas.SCALED_LINEAR, Betas.COSINE))
              .withDefault(defaultBetas),
          new Field<>(
              "variance_type",
              List.of("fixed_small", "fixed_small_log", "fixed_large", "learned_range"),
              List.of(
                  VarianceType.FIXED_SMALL,
                  VarianceType.FIXED_SMALL,
                  VarianceType.FIXED_LARGE,
                  VarianceType.LEARNED_RANGE)),
          new Field<>(
                  "timestep_spacing",
                  List.of("leading", "trailing", "linspace"),
                  List.of(Spacing.LEADING, Spacing.TRAILING, Spacing.LINSPACE))
              .withDefault(defaultSpacing));
    }

    Kind(
        String className,
        Field<Betas> betas,
        Field<VarianceType> variance,
        Field<Spacing> spacing) {
      this.className = className;
      this.betas = betas;
      this.variance = variance;
      this.spacing = spacing;
    }

    /** Whether networks of the class predict the velocity of a flow. */
    public boolean isFlow() {
      return this == FLOW_EULER || this == FLOW_HEUN || this == FLOW_LCM;
    }

    /** Returns the name of the class. */
    public String className() {
      return className;
    }

    private boolean clips() {
      return this == DDPM || this == DDIM || this == UNCLIP || this == LCM;
    }

    private boolean isDistilled() {
      return this == LCM || this == TCD;
    }

    private boolean thresholds() {
      return clips() || this == DPM_SOLVER;
    }
  }

  /**
   * The settings that only some classes have.
   *
   * @param karras whether the levels are those of Karras et al. ({@link Kind#EULER}, {@link
   *     Kind#DPM_SOLVER})
   * @param order the order of {@link Kind#DPM_SOLVER}
   * @param correction its second-order term
   * @param stochastic whether it integrates the SDE
   * @param distilledSteps the number of steps for which a network of {@link Kind#LCM} or {@link
   *     Kind#TCD} was distilled
   * @param timestepScaling the factor of LCM's boundary condition
   * @param flow the levels of the classes of {@link Kind#isFlow}
   * @param boundary the scalings of {@link Kind#CONSISTENCY}
   */
  public record SolverSettings(
      boolean karras,
      int order,
      DpmSolverPlusPlus.Correction correction,
      boolean stochastic,
      int distilledSteps,
      double timestepScaling,
      FlowSettings flow,
      Boundary boundary) {
    /**
     * The settings of consistency models.
     *
     * @param rho ρ of the levels
     * @param sigmaData σ_d, the deviation of the data
     * @param noise the factor of the fresh noise
     */
    public record Boundary(double rho, double sigmaData, double noise) {
      static final Boundary DEFAULT = new Boundary(7, 0.5, 1);

      /** Checks the values. */
      public Boundary {
        Check.positive("rho", rho);
        Check.positive("sigma_data", sigmaData);
        Check.notNegative("s_noise", noise);
      }
    }

    static final SolverSettings DEFAULT =
        new SolverSettings(
            false,
            2,
            DpmSolverPlusPlus.Correction.MIDPOINT,
            false,
            50,
            LcmSampler.PUBLISHED_SCALING,
            FlowSettings.DEFAULT,
            Boundary.DEFAULT);

    private static final Field<DpmSolverPlusPlus.Correction> CORRECTION =
        new Field<>(
            "solver_type",
            List.of("midpoint", "heun"),
            List.of(DpmSolverPlusPlus.Correction.MIDPOINT, DpmSolverPlusPlus.Correction.HEUN));
    private static final Field<Boolean> STOCHASTIC =
        new Field<>(
            "algorithm_type", List.of("dpmsolver++", "sde-dpmsolver++"), List.of(false, true));

    /** Refuses a sampler that is none. */
    public SolverSettings {
      Check.positive("original_inference_steps", distilledSteps);
      Check.positive("timestep_scaling", timestepScaling);
      if (stochastic) {
        Check.that(order >= 1 && order <= 2, "solver_order", order, "1 or 2");
      }
      Check.that(order >= 1 && order <= 3, "solver_order", order, "1, 2 or 3");
    }

    private static SolverSettings read(ComponentConfig c, Kind kind) {
      switch (kind) {
        case EULER ->
            c.fixed(
                """
                {"final_sigmas_type": "zero", "interpolation_type": "linear", "sigma_max": null,
                 "sigma_min": null, "timestep_type": "discrete", "use_beta_sigmas": false,
                 "use_exponential_sigmas": false}
                """);
        case DPM_SOLVER -> {
          c.fixed(
              """
              {"euler_at_final": false, "final_sigmas_type": "zero", "lower_order_final": true,
               "use_beta_sigmas": false, "use_exponential_sigmas": false, "use_flow_sigmas": false,
               "use_lu_lambdas": false}
              """);
          c.unlimited("lambda_min_clipped");
        }
        case PNDM -> {
          if (!c.booleanValue("skip_prk_steps", false)) {
            throw c.invalid("skip_prk_steps", false, "true: PLMS");
          }
        }
        default -> {}
      }
      boolean dpm = kind == Kind.DPM_SOLVER;
      boolean lcm = kind.isDistilled();
      return new SolverSettings(
          (dpm || kind == Kind.EULER) && c.booleanValue("use_karras_sigmas", DEFAULT.karras),
          dpm ? c.intValue("solver_order", DEFAULT.order) : DEFAULT.order,
          dpm ? CORRECTION.read(c) : DEFAULT.correction,
          dpm ? STOCHASTIC.read(c) : DEFAULT.stochastic,
          lcm
              ? c.intValue("original_inference_steps", DEFAULT.distilledSteps)
              : DEFAULT.distilledSteps,
          lcm
              ? c.doubleValue("timestep_scaling", DEFAULT.timestepScaling)
              : DEFAULT.timestepScaling,
          DEFAULT.flow,
          DEFAULT.boundary);
    }

    private void write(ConfigWriter config, Kind kind) {
      switch (kind) {
        case EULER -> config.put("use_karras_sigmas", karras);
        case DPM_SOLVER ->
            config
                .put("algorithm_type", STOCHASTIC.word(stochastic))
                .put("solver_order", order)
                .put("solver_type", CORRECTION.word(correction))
                .put("use_karras_sigmas", karras);
        case LCM, TCD ->
            config
                .put("original_inference_steps", distilledSteps)
                .put("timestep_scaling", timestepScaling);
        case PNDM -> config.put("skip_prk_steps", true);
        default -> {}
      }
    }

    private static SolverSettings of(FlowSettings flow, Boundary boundary) {
      return new SolverSettings(
          DEFAULT.karras,
          DEFAULT.order,
          DEFAULT.correction,
          DEFAULT.stochastic,
          DEFAULT.distilledSteps,
          DEFAULT.timestepScaling,
          flow,
          boundary);
    }

    private SolverSettings distilledTo(int steps) {
      return new SolverSettings(
          karras, order, correction, stochastic, steps, timestepScaling, flow, boundary);
    }

    private Sampler dpmSolver(Betas betas) {
      Grid levels = betas == Betas.COSINE ? Samplers.KARRAS_BELOW : Samplers.KARRAS_NEAREST;
      Grid grid = karras ? levels : Grid.TIMESTEPS;
      return stochastic
          ? new SdeDpmSolverPlusPlus(order, correction, grid)
          : new DpmSolverPlusPlus(order, correction, grid);
    }
  }

  /** Checks the values. */
  public SchedulerConfig {
    Check.that(trainTimesteps >= 1, "num_train_timesteps", trainTimesteps, "≥ 1");
    Check.that(clipRange > 0, "clip_sample_range", clipRange, "> 0");
    Check.that(offset >= 0, "steps_offset", offset, "≥ 0");
    kind.variance.require(variance);
    Check.that(
        kind.isFlow() == (parameterization == Parameterization.VELOCITY),
        "prediction_type",
        parameterization,
        kind.isFlow() ? "velocity, with a flow" : "epsilon, sample or v_prediction");
    Check.that(
        !zeroSnr || parameterization != Parameterization.EPS,
        "rescale_betas_zero_snr",
        zeroSnr,
        "false for a network that predicts the noise");
    if (thresholding) {
      Check.that(most >= 1, "sample_max_value", most, "≥ 1");
      Check.that(ratio > 0 && ratio <= 1, "dynamic_thresholding_ratio", ratio, "in (0, 1]");
    }
  }

  /** Returns the published DDPM: β from 1e-4 to 0.02, x̂₀ clipped to ±1 (Ho et al. 2020, §4). */
  public static SchedulerConfig ddpm() {
    return linear(
        TRAIN_TIMESTEPS, FIRST_BETA, LAST_BETA, Parameterization.EPS, 0, FinalNoiseLevel.CLEAN);
  }

  /**
   * Returns a denoising autoencoder: one timestep with noise of standard deviation {@code sigma} on
   * pixels in [−1, 1], and a network that predicts x₀ (Vincent 2011).
   *
   * @param sigma σ of x̃ = x₀ + σ·ε, greater than 0
   */
  public static SchedulerConfig autoencoder(double sigma) {
    Check.positive("noise", sigma);
    double beta = sigma * sigma / (1 + sigma * sigma);
    return linear(1, beta, beta, Parameterization.X0, 0, FinalNoiseLevel.CLEAN);
  }

  /** Returns Kandinsky's published decoder: latents, whose x̂₀ is clipped to ±1. */
  public static SchedulerConfig kandinsky() {
    return linear(
        TRAIN_TIMESTEPS,
        LATENT_FIRST_BETA,
        LATENT_LAST_BETA,
        Parameterization.EPS,
        1,
        FinalNoiseLevel.FIRST_TIMESTEP);
  }

  private static SchedulerConfig linear(
      int steps,
      double first,
      double last,
      Parameterization predicted,
      int offset,
      FinalNoiseLevel end) {
    return new SchedulerConfig(
        Kind.DDPM,
        Betas.LINEAR,
        steps,
        first,
        last,
        true,
        1,
        false,
        RATIO,
        1,
        predicted,
        VarianceType.FIXED_SMALL,
        Spacing.LEADING,
        offset,
        end,
        false,
        SolverSettings.DEFAULT);
  }

  /**
   * Returns the VP-SDE with linear β, at {@code steps} equally spaced times (Y. Song et al. 2021,
   * eq. 11); x̂₀ is not clipped.
   *
   * @param steps number of timesteps; timestep t is the time (t + 1)/steps
   * @param first β(0)
   * @param last β(1)
   */
  public static SchedulerConfig vpSde(int steps, double first, double last) {
    return new SchedulerConfig(
        Kind.SDE,
        Betas.VP_SDE,
        steps,
        first,
        last,
        false,
        1,
        false,
        RATIO,
        1,
        Parameterization.EPS,
        VarianceType.FIXED_SMALL,
        Spacing.LEADING,
        0,
        FinalNoiseLevel.CLEAN,
        false,
        SolverSettings.DEFAULT);
  }

  /**
   * Returns flow matching as in Stable Diffusion 3: T timesteps of a flow and Euler's method.
   *
   * @param shift the shift of the levels towards noise, greater than 0; 3 there, 1 for none
   */
  public static SchedulerConfig flow(int trainTimesteps, double shift) {
    return flow(Kind.FLOW_EULER, trainTimesteps, FlowSettings.of(shift));
  }

  private static SchedulerConfig flow(Kind kind, int steps, FlowSettings settings) {
    settings.schedule(steps);
    settings.sampler(FlowSampler.Method.EULER);
    return new SchedulerConfig(
        kind,
        Betas.LINEAR,
        steps,
        FIRST_BETA,
        LAST_BETA,
        false,
        1,
        false,
        RATIO,
        1,
        Parameterization.VELOCITY,
        VarianceType.FIXED_SMALL,
        Spacing.TRAILING,
        0,
        FinalNoiseLevel.CLEAN,
        false,
        SolverSettings.of(settings, SolverSettings.Boundary.DEFAULT));
  }

  /**
   * Returns the settings for pictures of this many tokens, by which a scheduler with {@code
   * use_dynamic_shifting} shifts its levels; others stay as they are.
   */
  public SchedulerConfig withTokens(int tokens) {
    return kind.isFlow() ? flow(kind, trainTimesteps, solver.flow.withTokens(tokens)) : this;
  }

  /** Returns the prior of Karlo: predicts the clean embedding. */
  public static SchedulerConfig unclipPrior() {
    return unclip(TRAIN_TIMESTEPS, VarianceType.FIXED_SMALL, true, 5, Parameterization.X0);
  }

  /** Returns the decoder of Karlo: predicts the noise and the variance. */
  public static SchedulerConfig unclipDecoder() {
    return unclip(TRAIN_TIMESTEPS, VarianceType.LEARNED_RANGE, true, 1, Parameterization.EPS);
  }

  /** Returns the super-resolution stages of Karlo: predict the noise. */
  public static SchedulerConfig unclipUpsampler() {
    return unclip(TRAIN_TIMESTEPS, VarianceType.FIXED_SMALL, true, 1, Parameterization.EPS);
  }

  /**
   * Returns the settings of a stage of unCLIP.
   *
   * @param variance {@link VarianceType#FIXED_SMALL} or {@link VarianceType#LEARNED_RANGE}
   * @param clips whether x̂₀ is clipped to ±{@code clipRange}
   */
  public static SchedulerConfig unclip(
      int trainTimesteps,
      VarianceType variance,
      boolean clips,
      double clipRange,
      Parameterization parameterization) {
    return new SchedulerConfig(
        Kind.UNCLIP,
        Betas.COSINE,
        trainTimesteps,
        FIRST_BETA,
        LAST_BETA,
        clips,
        clipRange,
        false,
        RATIO,
        1,
        parameterization,
        variance,
        Spacing.LINSPACE,
        0,
        FinalNoiseLevel.CLEAN,
        false,
        SolverSettings.DEFAULT);
  }

  /** Returns the same settings for a network with another parameterization. */
  public SchedulerConfig withParameterization(Parameterization other) {
    return with(kind, other, clips, spacing, offset);
  }

  /** Returns the same settings with another spacing of timesteps. */
  public SchedulerConfig withSpacing(Spacing other) {
    return with(kind, parameterization, clips, other, offset);
  }

  /** Returns the same settings in another class. */
  public SchedulerConfig withKind(Kind other) {
    return with(other, parameterization, clips, spacing, offset);
  }

  /**
   * Returns the settings of {@link Kind#LCM} for a network that was distilled to few steps.
   *
   * @param steps the number of noise levels that it knows, {@code original_inference_steps}
   */
  public SchedulerConfig distilled(int steps) {
    Check.between("original_inference_steps", steps, 1, trainTimesteps);
    return with(Kind.LCM, parameterization, clips, spacing, offset, solver.distilledTo(steps));
  }

  /**
   * Returns the settings with an offset of 1 and without clipping, as diffusers' pipelines of
   * Stable Diffusion correct those of older files.
   */
  public SchedulerConfig corrected() {
    return with(kind, parameterization, false, spacing, 1);
  }

  private SchedulerConfig with(
      Kind drawing, Parameterization predicted, boolean clipping, Spacing steps, int more) {
    return with(drawing, predicted, clipping, steps, more, solver);
  }

  private SchedulerConfig with(
      Kind drawing,
      Parameterization predicted,
      boolean clipping,
      Spacing steps,
      int more,
      SolverSettings solving) {
    return new SchedulerConfig(
        drawing,
        betas,
        trainTimesteps,
        betaStart,
        betaEnd,
        clipping,
        clipRange,
        thresholding,
        ratio,
        most,
        predicted,
        variance,
        steps,
        more,
        end,
        zeroSnr,
        solving);
  }

  /**
   * Reads the file of a network of pixels.
   *
   * @throws CheckpointException if it is another class's, or has an unknown field or value
   */
  public static SchedulerConfig read(Path file) {
    return read(ComponentConfig.read(file));
  }

  /**
   * Reads the file of a stage of unCLIP.
   *
   * @throws CheckpointException if it is another class's, or has an unknown field or value
   */
  public static SchedulerConfig readUnclip(Path file) {
    return read(ComponentConfig.read(file), Kind.UNCLIP);
  }

  /**
   * Reads the file of a component of unCLIP; that of a decoder may also be a flow.
   *
   * @param component the name of the component
   * @throws CheckpointException if it is another class's, or has an unknown field or value
   */
  public static SchedulerConfig readUnclip(String component, Path file) {
    return component.equals(DECODER)
        ? read(
            ComponentConfig.read(file), Kind.UNCLIP, Kind.FLOW_EULER, Kind.FLOW_HEUN, Kind.FLOW_LCM)
        : readUnclip(file);
  }

  /**
   * Reads the file of a network of latents, of any class but unCLIP's.
   *
   * @throws CheckpointException if it is another class's, or has an unknown field or value
   */
  public static SchedulerConfig readLatent(Path file) {
    return readLatent(ComponentConfig.read(file));
  }

  /** Reads the settings of a network of latents, of any class but unCLIP's. */
  public static SchedulerConfig readLatent(ComponentConfig c) {
    return read(
        c,
        Arrays.stream(Kind.values())
            .filter(kind -> kind != Kind.UNCLIP && kind != Kind.CONSISTENCY && !kind.isFlow())
            .toArray(Kind[]::new));
  }

  /**
   * Reads the file of a network of embeddings or latents that takes x_t and the timestep as they
   * are, as the one of a flow or a consistency model does not.
   *
   * @throws CheckpointException if it is another class's, or has an unknown field or value
   */
  public static SchedulerConfig readUnscaled(Path file) {
    return read(ComponentConfig.read(file), Kind.DDPM, Kind.DDIM, Kind.SDE);
  }

  /** Reads the settings of a network of pixels. */
  public static SchedulerConfig read(ComponentConfig c) {
    return read(
        c,
        Kind.DDPM,
        Kind.DDIM,
        Kind.SDE,
        Kind.CONSISTENCY,
        Kind.FLOW_EULER,
        Kind.FLOW_HEUN,
        Kind.FLOW_LCM);
  }

  private static SchedulerConfig read(ComponentConfig c, Kind... kinds) {
    String[] classes = Arrays.stream(kinds).map(Kind::className).toArray(String[]::new);
    Kind kind = kinds[List.of(classes).indexOf(c.expectClass(classes))];
    var scheduler = c.make(() -> kind == Kind.SDE ? sde(c) : of(c, kind));
    c.refuseUnknown(kind == Kind.SDE ? new String[] {"sampling_eps"} : OF_OTHERS);
    return scheduler;
  }

  /** The time of the last step, {@code sampling_eps}, is 1/T here. */
  private static SchedulerConfig sde(ComponentConfig c) {
    return vpSde(
        c.intValue("num_train_timesteps", 2000),
        c.doubleValue("beta_min", 0.1),
        c.doubleValue("beta_max", 20));
  }

  private static SchedulerConfig consistency(ComponentConfig c) {
    var defaults = SolverSettings.Boundary.DEFAULT;
    var read =
        new SchedulerConfig(
            Kind.CONSISTENCY,
            Betas.LINEAR,
            c.intValue("num_train_timesteps", 40),
            c.doubleValue("sigma_min", 0.002),
            c.doubleValue("sigma_max", 80),
            c.booleanValue("clip_denoised", true),
            1,
            false,
            RATIO,
            1,
            Parameterization.X0,
            VarianceType.FIXED_SMALL,
            Spacing.LEADING,
            0,
            FinalNoiseLevel.FIRST_TIMESTEP,
            false,
            SolverSettings.of(
                FlowSettings.DEFAULT,
                new SolverSettings.Boundary(
                    c.doubleValue("rho", defaults.rho()),
                    c.doubleValue("sigma_data", defaults.sigmaData()),
                    c.doubleValue("s_noise", defaults.noise()))));
    read.levels(); // which checks the others
    return read;
  }

  private ConsistencySchedule levels() {
    var own = solver.boundary;
    return new ConsistencySchedule(trainTimesteps, betaStart, betaEnd, own.rho(), own.sigmaData());
  }

  private static SchedulerConfig of(ComponentConfig c, Kind kind) {
    if (kind == Kind.CONSISTENCY) {
      return consistency(c);
    }
    if (kind.isFlow()) {
      int trained = c.intValue("num_train_timesteps", TRAIN_TIMESTEPS);
      return flow(
          kind, trained, FlowSettings.read(c, kind == Kind.FLOW_HEUN, kind == Kind.FLOW_LCM));
    }
    var betas = kind.betas.read(c);
    int steps = c.intValue("num_train_timesteps", TRAIN_TIMESTEPS);
    boolean clips = c.booleanValue("clip_sample", !kind.isDistilled()) && kind.clips();
    double range = c.doubleValue("clip_sample_range", 1);
    var predicted = PREDICTION.read(c);
    var variance = kind.variance.read(c);
    var spacing = kind.spacing.read(c);
    if (kind == Kind.UNCLIP) {
      return unclip(steps, variance, clips, range, predicted).withSpacing(spacing);
    }
    c.unset("trained_betas");
    boolean lcm = kind.isDistilled();
    return new SchedulerConfig(
        kind,
        betas,
        steps,
        c.doubleValue("beta_start", lcm ? LATENT_FIRST_BETA : FIRST_BETA),
        c.doubleValue("beta_end", lcm ? LATENT_LAST_BETA : LAST_BETA),
        clips,
        clips ? range : 1,
        c.booleanValue("thresholding", false) && kind.thresholds(),
        c.doubleValue("dynamic_thresholding_ratio", RATIO),
        c.doubleValue("sample_max_value", 1),
        predicted,
        variance,
        spacing,
        c.intValue("steps_offset", 0),
        c.booleanValue("set_alpha_to_one", kind != Kind.PNDM)
            ? FinalNoiseLevel.CLEAN
            : FinalNoiseLevel.FIRST_TIMESTEP,
        kind != Kind.PNDM && c.booleanValue("rescale_betas_zero_snr", false),
        SolverSettings.read(c, kind));
  }

  /** Returns the noise schedule; diffusers computes tables of β in float32. */
  public NoiseSchedule schedule() {
    if (kind == Kind.CONSISTENCY) {
      return levels();
    }
    if (kind.isFlow()) {
      return solver.flow.schedule(trainTimesteps);
    }
    NoiseSchedule schedule =
        switch (betas) {
          case LINEAR ->
              new LinearSchedule(trainTimesteps, betaStart, betaEnd, TableRounding.FLOAT32);
          case SCALED_LINEAR ->
              BetaSchedule.scaledLinear(trainTimesteps, betaStart, betaEnd, TableRounding.FLOAT32);
          case COSINE -> new CosineSchedule(trainTimesteps, TableRounding.FLOAT32);
          case VP_SDE -> new LinearVpSde(betaStart, betaEnd).schedule(trainTimesteps);
        };
    if (!zeroSnr) {
      return schedule;
    }
    return Kind.IN_SIGMA.contains(kind)
        ? ZeroTerminalSnr.aboveZero(schedule, TableRounding.FLOAT32)
        : ZeroTerminalSnr.of(schedule, TableRounding.FLOAT32);
  }

  /** Returns the choice of timesteps for fewer than all steps. */
  public TimestepSpacing timesteps() {
    return timesteps(1);
  }

  /**
   * Returns the choice of timesteps for a start from an image.
   *
   * @param strength the share of the timesteps that a network distilled for few steps has left, in
   *     (0, 1]; other networks have all, whose end is taken
   */
  public TimestepSpacing timesteps(double strength) {
    if (kind == Kind.CONSISTENCY) {
      return ConsistencySchedule.spacing();
    }
    if (kind.isDistilled()) {
      return TimestepSpacings.distilled(solver.distilledSteps, strength);
    }
    boolean dpm = kind == Kind.DPM_SOLVER;
    return switch (spacing) {
      case LEADING ->
          dpm ? TimestepSpacings.leadingAboveZero(offset) : TimestepSpacings.leading(offset);
      case TRAILING -> TimestepSpacings.TRAILING;
      case LINSPACE -> {
        if (dpm) {
          yield TimestepSpacings.LINSPACE_ABOVE_ZERO;
        }
        yield kind == Kind.UNCLIP ? TimestepSpacings.UNCLIP : TimestepSpacings.LINSPACE;
      }
    };
  }

  /** Returns the treatment of x̂₀. */
  public Thresholding treatment() {
    if (thresholding) {
      return new DynamicThresholding(ratio, most);
    }
    return clips ? Thresholding.clip(clipRange) : Thresholding.NONE;
  }

  /**
   * Returns the denoising as the class does it by default, with the standard samplers to choose
   * from.
   *
   * @param steps the default number of steps, if the schedule has as many
   */
  public StageKind.Denoising course(int steps) {
    return course(Samplers.standard(), steps);
  }

  /**
   * Returns the denoising as the class does it by default. unCLIP's draws by the sampler {@value
   * #UNCLIP_SAMPLER}; {@code ddim-diffusers} and the ancestral sampler of this variance are those
   * of the other classes.
   *
   * @param samplers the samplers to choose from
   * @param steps the default number of steps, if the schedule has as many
   */
  public StageKind.Denoising course(ByName<Sampler> samplers, int steps) {
    int most = Math.min(steps, trainTimesteps);
    var choices =
        kind == Kind.UNCLIP
            ? new StageChoices(samplers, UNCLIP_SAMPLER, most)
            : (kind.isFlow() ? ofFlow(samplers, most) : ofPixels(samplers, most))
                .withTreatments(Thresholding.standard());
    return new StageKind.Denoising(
        schedule(),
        timesteps(),
        treatment(),
        limited(choices).withSpacings(TimestepSpacings.standard()));
  }

  /**
   * Returns choices whose samplers of few steps refuse noise that the network cannot begin with.
   */
  private StageChoices limited(StageChoices choices) {
    StageChoices limited = choices;
    if (parameterization == Parameterization.EPS) {
      for (String name : choices.samplers().names()) {
        if (choices.samplers().named(name) instanceof FewStepSampler few) {
          limited = limited.withSampler(name, few.startingWithin(FewStepSampler.MAX_SIGMA_OF_EPS));
        }
      }
    }
    return limited;
  }

  private StageChoices ofFlow(ByName<Sampler> samplers, int steps) {
    var flow = solver.flow;
    var all =
        samplers
            .with(FLOW_EULER_SAMPLER, flow.sampler(FlowSampler.Method.EULER))
            .with(FLOW_HEUN_SAMPLER, flow.sampler(FlowSampler.Method.HEUN))
            .with(FLOW_LCM_SAMPLER, flow.sampler(FlowSampler.Method.STOCHASTIC));
    String own = kind == Kind.FLOW_HEUN ? FLOW_HEUN_SAMPLER : FLOW_EULER_SAMPLER;
    return new StageChoices(all, flow.stochastic() ? FLOW_LCM_SAMPLER : own, steps);
  }

  private StageChoices ofPixels(ByName<Sampler> samplers, int steps) {
    String ancestral =
        switch (variance) {
          case FIXED_SMALL -> "ddpm-small";
          case FIXED_LARGE -> "ddpm-large";
          case LEARNED -> "ddpm-learned";
          case LEARNED_RANGE -> "ddpm";
        };
    var all =
        samplers
            .with(ancestral, new DdpmSampler(variance, DdpmSampler.Last.NOISY_ABOVE_ZERO))
            .with(
                DDIM_SAMPLER, new DdimSampler(0, EpsSource.NETWORK, DdimSampler.Stride.WHOLE, end));
    return switch (kind) {
      case DDIM -> new StageChoices(all, DDIM_SAMPLER, steps);
      case PNDM ->
          new StageChoices(
              all.with(
                  PLMS_SAMPLER, new PlmsSampler(PlmsSampler.Start.LISTED, end, parameterization)),
              PLMS_SAMPLER,
              steps);
      case EULER -> new StageChoices(all, solver.karras ? "euler-karras" : "euler", steps);
      case EULER_ANCESTRAL -> new StageChoices(all, "euler-ancestral", steps);
      case DPM_SOLVER ->
          new StageChoices(all.with(DPM_SAMPLER, solver.dpmSolver(betas)), DPM_SAMPLER, steps);
      case LCM ->
          new StageChoices(
              all.with(LCM_SAMPLER, new LcmSampler(solver.timestepScaling)), LCM_SAMPLER, steps);
      case TCD ->
          new StageChoices(
              all.with(
                  TCD_SAMPLER,
                  new TcdSampler(TcdSampler.PUBLISHED_ETA, FinalNoiseLevel.FIRST_TIMESTEP)),
              TCD_SAMPLER,
              steps);
      case CONSISTENCY ->
          new StageChoices(
              all.with(
                  CONSISTENCY_SAMPLER,
                  new ConsistencySampler(solver.boundary.noise(), FinalNoiseLevel.FIRST_TIMESTEP)),
              CONSISTENCY_SAMPLER,
              steps);
      default -> new StageChoices(all, ancestral, steps);
    };
  }

  /** Returns the name of a parameterization in files. */
  public static String predictionType(Parameterization parameterization) {
    return parameterization == Parameterization.VELOCITY
        ? "velocity" // no field of the files: the class says so
        : PREDICTION.word(parameterization);
  }

  /**
   * Writes the file of the class.
   *
   * @throws java.io.UncheckedIOException if it cannot be written
   */
  public void write(Path file) {
    var config = ConfigWriter.diffusers(kind.className);
    if (kind == Kind.SDE) {
      config
          .put("beta_max", betaEnd)
          .put("beta_min", betaStart)
          .put("num_train_timesteps", trainTimesteps)
          .put("sampling_eps", 1.0 / trainTimesteps)
          .write(file);
      return;
    }
    if (kind == Kind.CONSISTENCY) {
      config
          .put("clip_denoised", clips)
          .put("num_train_timesteps", trainTimesteps)
          .put("rho", solver.boundary.rho())
          .put("s_noise", solver.boundary.noise())
          .put("sigma_data", solver.boundary.sigmaData())
          .put("sigma_max", betaEnd)
          .put("sigma_min", betaStart)
          .write(file);
      return;
    }
    if (kind.isFlow()) {
      config.put("num_train_timesteps", trainTimesteps);
      solver.flow.write(config, kind == Kind.FLOW_HEUN, kind == Kind.FLOW_LCM);
      config.write(file);
      return;
    }
    config
        .put("beta_schedule", kind.betas.word(betas))
        .put("num_train_timesteps", trainTimesteps)
        .put("prediction_type", predictionType(parameterization));
    if (kind.clips()) {
      config.put("clip_sample", clips).put("clip_sample_range", clipRange);
    }
    if (kind == Kind.DDPM || kind == Kind.DDIM || kind == Kind.UNCLIP) {
      config.put("variance_type", kind.variance.word(variance));
    }
    if (kind != Kind.UNCLIP || spacing != Spacing.LINSPACE) { // unCLIP's class has no such key
      config.put("timestep_spacing", kind.spacing.word(spacing));
    }
    if (kind == Kind.UNCLIP) {
      config.write(file);
      return;
    }
    // DDPM ignores it; a DDIM scheduler made of the file does not
    boolean isClean = end == FinalNoiseLevel.CLEAN;
    if (kind == Kind.PNDM || !isClean) {
      config.put("set_alpha_to_one", isClean);
    }
    if (kind.thresholds()) {
      config
          .put("dynamic_thresholding_ratio", ratio)
          .put("sample_max_value", most)
          .put("thresholding", thresholding);
    }
    solver.write(config, kind);
    config
        .put("beta_end", betaEnd)
        .put("beta_start", betaStart)
        .put("rescale_betas_zero_snr", zeroSnr)
        .put("steps_offset", offset)
        .put("trained_betas", null)
        .write(file);
  }
}
