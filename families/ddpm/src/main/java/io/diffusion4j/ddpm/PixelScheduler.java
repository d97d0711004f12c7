package io.diffusion4j.ddpm;

import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.checkpoint.ConfigWriter;
import io.diffusion4j.checkpoint.UnclipSchedulerConfig;
import io.diffusion4j.diffusion.argument.ByName;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.continuous.LinearVpSde;
import io.diffusion4j.diffusion.loss.VarianceType;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.sampling.DynamicThresholding;
import io.diffusion4j.diffusion.sampling.EpsSource;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.sampling.X0Treatment;
import io.diffusion4j.diffusion.schedule.BetaSchedule;
import io.diffusion4j.diffusion.schedule.CosineSchedule;
import io.diffusion4j.diffusion.schedule.LinearSchedule;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.TableRounding;
import io.diffusion4j.diffusion.schedule.TimestepSpacing;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.diffusion.solver.DdpmSampler;
import io.diffusion4j.diffusion.solver.End;
import io.diffusion4j.diffusion.solver.Samplers;
import io.diffusion4j.diffusion.stage.Choices;
import io.diffusion4j.diffusion.stage.Course;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The denoising settings of a network of pixels: the {@code scheduler_config.json} of diffusers'
 * {@code DDPMScheduler}, {@code DDIMScheduler} or {@code ScoreSdeVpScheduler}.
 *
 * @param betas the schedule's name: {@code linear}, {@code scaled_linear} or {@code
 *     squaredcos_cap_v2}; {@code vp_sde} for the noise levels of a VP-SDE
 * @param trainTimesteps T
 * @param betaStart β of the first timestep, or β(0) of the SDE
 * @param betaEnd β of the last, or β(1)
 * @param clip the bound of x̂₀; 0 if it is not clipped
 * @param thresholding whether x̂₀ is bounded by a quantile of its values instead
 * @param ratio the quantile
 * @param most the largest bound of the quantile
 * @param parameterization the quantity that the network predicts
 * @param variance the variance of ancestral steps
 * @param spacing {@code leading}, {@code trailing} or {@code linspace}
 * @param offset added to the timesteps of {@code leading}
 * @param end the end of DDIM's last step
 * @param kind the class that draws
 */
public record PixelScheduler(
    String betas,
    int trainTimesteps,
    double betaStart,
    double betaEnd,
    double clip,
    boolean thresholding,
    double ratio,
    double most,
    Parameterization parameterization,
    VarianceType variance,
    String spacing,
    int offset,
    End end,
    Kind kind) {
  private static final String SDE_BETAS = "vp_sde";
  private static final String DDIM_SAMPLER = "ddim-diffusers";

  /** The classes of diffusers. */
  public enum Kind {
    /** {@code DDPMScheduler}: each step draws from the posterior. */
    DDPM("DDPMScheduler"),
    /** {@code DDIMScheduler}: each step is deterministic. */
    DDIM("DDIMScheduler"),
    /** {@code ScoreSdeVpScheduler}, whose noise levels are drawn like those of DDPM. */
    SDE("ScoreSdeVpScheduler");

    private final String className;

    Kind(String className) {
      this.className = className;
    }
  }

  /** Checks the values. */
  public PixelScheduler {
    Check.that(trainTimesteps >= 1, "num_train_timesteps", trainTimesteps, "≥ 1");
    Check.notNegative("clip", clip);
    Check.that(offset >= 0, "steps_offset", offset, "≥ 0");
    if (thresholding) {
      Check.that(most >= 1, "sample_max_value", most, "≥ 1");
      Check.that(ratio > 0 && ratio <= 1, "dynamic_thresholding_ratio", ratio, "in (0, 1]");
    }
  }

  /** Returns the published DDPM: β from 1e-4 to 0.02, x̂₀ clipped to ±1 (Ho et al. 2020, §4). */
  public static PixelScheduler ddpm() {
    return clipped(1000, 1e-4, 0.02, Parameterization.EPS);
  }

  /**
   * Returns a denoising autoencoder: one timestep with noise of standard deviation {@code sigma} on
   * pixels in [−1, 1], and a network that predicts x₀ (Vincent 2011).
   *
   * @param sigma σ of x̃ = x₀ + σ·ε, greater than 0
   */
  public static PixelScheduler autoencoder(double sigma) {
    Check.positive("noise", sigma);
    double beta = sigma * sigma / (1 + sigma * sigma);
    return clipped(1, beta, beta, Parameterization.X0);
  }

  /** Returns Kandinsky's published decoder: latents, whose x̂₀ is clipped to ±1. */
  public static PixelScheduler kandinsky() {
    return new PixelScheduler(
        "linear",
        1000,
        0.00085,
        0.012,
        1,
        false,
        0.995,
        1,
        Parameterization.EPS,
        VarianceType.FIXED_SMALL,
        "leading",
        1,
        End.FIRST_TIMESTEP,
        Kind.DDPM);
  }

  private static PixelScheduler clipped(
      int trainTimesteps, double betaStart, double betaEnd, Parameterization parameterization) {
    return new PixelScheduler(
        "linear",
        trainTimesteps,
        betaStart,
        betaEnd,
        1,
        false,
        0.995,
        1,
        parameterization,
        VarianceType.FIXED_SMALL,
        "leading",
        0,
        End.CLEAN,
        Kind.DDPM);
  }

  /**
   * Returns the VP-SDE with linear β, at {@code steps} equally spaced times (Y. Song et al. 2021,
   * eq. 11); x̂₀ is not clipped.
   *
   * @param steps number of timesteps; timestep t is the time (t + 1)/steps
   * @param first β(0)
   * @param last β(1)
   */
  public static PixelScheduler vpSde(int steps, double first, double last) {
    return new PixelScheduler(
        SDE_BETAS,
        steps,
        first,
        last,
        0,
        false,
        0.995,
        1,
        Parameterization.EPS,
        VarianceType.FIXED_SMALL,
        "leading",
        0,
        End.CLEAN,
        Kind.SDE);
  }

  /** Returns the same settings for a network with another parameterization. */
  public PixelScheduler withParameterization(Parameterization other) {
    return with(other, kind);
  }

  /** Returns the same settings in another class. */
  PixelScheduler withKind(Kind other) {
    return with(parameterization, other);
  }

  private PixelScheduler with(Parameterization predicted, Kind drawing) {
    return new PixelScheduler(
        betas,
        trainTimesteps,
        betaStart,
        betaEnd,
        clip,
        thresholding,
        ratio,
        most,
        predicted,
        variance,
        spacing,
        offset,
        end,
        drawing);
  }

  /** Reads a file; absent fields have diffusers' defaults. */
  public static PixelScheduler read(Path file) {
    return read(ComponentConfig.read(file));
  }

  static PixelScheduler read(ComponentConfig c) {
    String[] classes =
        Arrays.stream(Kind.values()).map(kind -> kind.className).toArray(String[]::new);
    Kind kind = Kind.values()[List.of(classes).indexOf(c.expectClass(classes))];
    if (kind == Kind.SDE) {
      return readSde(c);
    }
    c.supports("beta_schedule", "linear", "scaled_linear", "squaredcos_cap_v2");
    c.supports("prediction_type", "epsilon", "sample", "v_prediction");
    // diffusers takes the output of "learned" for the variance itself, not for its logarithm, and
    // the
    // root of a logarithm for "fixed_large_log".
    c.supports("variance_type", "fixed_small", "fixed_small_log", "fixed_large", "learned_range");
    c.supports("timestep_spacing", "leading", "trailing", "linspace");
    c.supports("rescale_betas_zero_snr", false).unset("trained_betas");
    var scheduler =
        c.make(
            () ->
                new PixelScheduler(
                    c.text("beta_schedule", "linear"),
                    c.intValue("num_train_timesteps", 1000),
                    c.doubleValue("beta_start", 1e-4),
                    c.doubleValue("beta_end", 0.02),
                    bound(c),
                    c.booleanValue("thresholding", false),
                    c.doubleValue("dynamic_thresholding_ratio", 0.995),
                    c.doubleValue("sample_max_value", 1),
                    switch (c.text("prediction_type", "epsilon")) {
                      case "sample" -> Parameterization.X0;
                      case "v_prediction" -> Parameterization.V;
                      default -> Parameterization.EPS;
                    },
                    VarianceType.valueOf(
                        c.text("variance_type", "fixed_small")
                            .replace("_log", "")
                            .toUpperCase(Locale.ROOT)),
                    c.text("timestep_spacing", "leading"),
                    c.intValue("steps_offset", 0),
                    c.booleanValue("set_alpha_to_one", true) ? End.CLEAN : End.FIRST_TIMESTEP,
                    kind));
    UnclipSchedulerConfig.refuseUnknown(c);
    return scheduler;
  }

  private static PixelScheduler readSde(ComponentConfig c) {
    var scheduler =
        c.make(
            () ->
                vpSde(
                    c.intValue("num_train_timesteps", 2000),
                    c.doubleValue("beta_min", 0.1),
                    c.doubleValue("beta_max", 20)));
    c.refuseUnknown("sampling_eps"); // the time of the last step, which is 1/T here
    return scheduler;
  }

  private static double bound(ComponentConfig c) {
    double range = c.doubleValue("clip_sample_range", 1);
    if (!c.booleanValue("clip_sample", true)) {
      return 0;
    }
    Check.that(range > 0, "clip_sample_range", range, "> 0");
    return range;
  }

  /** Returns the noise schedule; diffusers computes its tables in float32. */
  public NoiseSchedule schedule() {
    return switch (betas) {
      case "scaled_linear" ->
          BetaSchedule.scaledLinear(trainTimesteps, betaStart, betaEnd, TableRounding.FLOAT32);
      case "squaredcos_cap_v2" -> new CosineSchedule(trainTimesteps, TableRounding.FLOAT32);
      case SDE_BETAS -> new LinearVpSde(betaStart, betaEnd).schedule(trainTimesteps);
      default -> new LinearSchedule(trainTimesteps, betaStart, betaEnd, TableRounding.FLOAT32);
    };
  }

  /** Returns the choice of timesteps for fewer than all steps. */
  public TimestepSpacing timesteps() {
    return switch (spacing) {
      case "trailing" -> TimestepSpacings.TRAILING;
      case "linspace" -> TimestepSpacings.LINSPACE;
      default -> TimestepSpacings.leading(offset);
    };
  }

  /** Returns the treatment of x̂₀. */
  public X0Treatment treatment() {
    if (thresholding) {
      return new DynamicThresholding(ratio, most);
    }
    return clip > 0 ? X0Treatment.clip(clip) : X0Treatment.NONE;
  }

  /**
   * Returns the denoising as the class does it by default. Among the samplers, {@code
   * ddim-diffusers} and the ancestral one with this variance are those of diffusers' classes.
   *
   * @param steps the default number of steps, if the schedule has as many
   */
  public Course.Denoising course(int steps) {
    String ancestral =
        switch (variance) {
          case FIXED_SMALL -> "ddpm-small";
          case FIXED_LARGE -> "ddpm-large";
          case LEARNED -> "ddpm-learned";
          case LEARNED_RANGE -> "ddpm";
        };
    ByName<Sampler> samplers =
        Samplers.standard()
            .with(ancestral, new DdpmSampler(variance, DdpmSampler.Last.NOISY_ABOVE_ZERO))
            .with(
                DDIM_SAMPLER, new DdimSampler(0, EpsSource.NETWORK, DdimSampler.Stride.WHOLE, end));
    return new Course.Denoising(
        schedule(),
        timesteps(),
        treatment(),
        new Choices(
                samplers,
                kind == Kind.DDIM ? DDIM_SAMPLER : ancestral,
                Math.min(steps, trainTimesteps))
            .withSpacings(TimestepSpacings.standard())
            .withTreatments(X0Treatment.standard()));
  }

  /** Returns the class whose file {@link #write} writes. */
  String className() {
    return kind.className;
  }

  /** Writes the file of the class. */
  public void write(Path file) {
    var config = ConfigWriter.diffusers(className());
    if (kind == Kind.SDE) {
      config
          .put("beta_max", betaEnd)
          .put("beta_min", betaStart)
          .put("num_train_timesteps", trainTimesteps)
          .put("sampling_eps", 1.0 / trainTimesteps)
          .write(file);
      return;
    }
    if (end == End.FIRST_TIMESTEP) { // DDPM ignores it; a DDIM scheduler made of the file does not
      config.put("set_alpha_to_one", false);
    }
    config
        .put("beta_end", betaEnd)
        .put("beta_schedule", betas)
        .put("beta_start", betaStart)
        .put("clip_sample", clip > 0)
        .put("clip_sample_range", clip > 0 ? clip : 1)
        .put("dynamic_thresholding_ratio", ratio)
        .put("num_train_timesteps", trainTimesteps)
        .put("prediction_type", UnclipSchedulerConfig.predictionType(parameterization))
        .put("rescale_betas_zero_snr", false)
        .put("sample_max_value", most)
        .put("steps_offset", offset)
        .put("thresholding", thresholding)
        .put("timestep_spacing", spacing)
        .put("trained_betas", null)
        .put("variance_type", variance.name().toLowerCase(Locale.ROOT))
        .write(file);
  }
}
