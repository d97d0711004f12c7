package io.diffusion4j.diffusion.solver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import io.diffusion4j.diffusion.schedule.Timesteps;
import io.diffusion4j.diffusion.schedule.ZeroTerminalSnr;
import io.diffusion4j.diffusion.solver.DpmSolverPlusPlus.Correction;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * The sampler and the schedule for a scheduler of diffusers, from its class name and configuration.
 *
 * @param varianceExploding whether the reference keeps x/√ᾱ between the steps
 */
record DiffusersScheduler(
    Sampler sampler,
    NoiseSchedule schedule,
    TimestepSpacing spacing,
    Thresholding treatment,
    Parameterization parameterization,
    boolean varianceExploding) {
  /** The float32 errors of thirty steps of the reference. */
  private static final double TOLERANCE = 2e-5;

  /**
   * The tolerance for the stochastic DPM-Solver++: the reference computes σ, α, λ and h in float32,
   * and replaying its ε̂ multiplies an error of x by up to √(1/ᾱ_T) = 157.
   */
  private static final double SDE_TOLERANCE = 1e-4;

  /** The tolerance from σ = 4096 down: float64 of the same formulas differs by up to 2.8e-4. */
  private static final double ZERO_SNR_TOLERANCE = 1e-3;

  /** The tolerance of a sample, relative to the largest value of the reference. */
  double tolerance() {
    if (varianceExploding && schedule.level(schedule.steps() - 1).sigma() > 4000) {
      return ZERO_SNR_TOLERANCE;
    }
    return sampler instanceof SdeDpmSolverPlusPlus ? SDE_TOLERANCE : TOLERANCE;
  }

  /** Reads the scheduler of a trace. Unknown fields are refused. */
  static DiffusersScheduler of(JsonNode description) {
    return new Reader(description).read();
  }

  /** Takes fields out of the configuration, so that only unknown fields remain. */
  private static final class Reader {
    private final String scheduler;
    private final ObjectNode config;
    private final JsonNode setTimesteps;

    Reader(JsonNode description) {
      scheduler = description.get("scheduler").asText();
      config = description.get("config").deepCopy();
      setTimesteps = description.path("set_timesteps");
      description
          .get("step_kwargs")
          .properties()
          .forEach(entry -> config.set(entry.getKey(), entry.getValue()));
    }

    DiffusersScheduler read() {
      var result =
          switch (scheduler) {
            case "DDPMScheduler" -> ddpm();
            case "DDIMScheduler" -> ddim();
            case "DDIMInverseScheduler" ->
                preserving(new DdimInversion(), schedule(), spacing("leading"), treatment());
            case "PNDMScheduler" -> plms();
            case "UnCLIPScheduler" -> unclip();
            case "DPMSolverMultistepScheduler" -> dpmSolver();
            case "EulerDiscreteScheduler" -> exploding(new EulerSampler(karras()));
            case "EulerAncestralDiscreteScheduler" -> exploding(new EulerAncestralSampler());
            case "LCMScheduler" -> lcm();
            case "TCDScheduler" -> tcd();
            case "CMStochasticIterativeScheduler" -> consistency();
            case "HeunDiscreteScheduler" -> exploding(new HeunSampler(karras()));
            default -> throw new IllegalArgumentException("scheduler: " + scheduler);
          };
      if (!config.isEmpty()) {
        throw new IllegalArgumentException(scheduler + ": " + config + " (expected: known fields)");
      }
      return result;
    }

    private DiffusersScheduler preserving(
        Sampler sampler, NoiseSchedule schedule, TimestepSpacing spacing, Thresholding treatment) {
      return new DiffusersScheduler(
          sampler, schedule, spacing, treatment, parameterization(), false);
    }

    private DiffusersScheduler exploding(Sampler sampler) {
      return new DiffusersScheduler(
          sampler, schedule(), spacing("linspace"), Thresholding.NONE, parameterization(), true);
    }

    private DiffusersScheduler ddpm() {
      config.remove("set_alpha_to_one"); // the class has no such field and ignores it
      var variance =
          VarianceType.valueOf(text("variance_type", "fixed_small").toUpperCase(Locale.ROOT));
      return preserving(new DdpmSampler(variance), schedule(), spacing("leading"), treatment());
    }

    private DiffusersScheduler ddim() {
      FinalNoiseLevel end =
          bool("set_alpha_to_one", true) ? FinalNoiseLevel.CLEAN : FinalNoiseLevel.FIRST_TIMESTEP;
      var source =
          bool("use_clipped_model_output", false)
              ? new DdimSampler(0).epsSource()
              : EpsSource.NETWORK;
      return preserving(
          new DdimSampler(number("eta", 0), source, DdimSampler.Stride.WHOLE, end),
          schedule(),
          spacing("leading"),
          treatment());
    }

    private DiffusersScheduler plms() {
      expect("skip_prk_steps", true);
      expect("set_alpha_to_one", false);
      Parameterization predicted = parameterization();
      return new DiffusersScheduler(
          new PlmsSampler(PlmsSampler.Start.MULTISTEP, FinalNoiseLevel.FIRST_TIMESTEP, predicted),
          schedule(),
          spacing("leading"),
          Thresholding.NONE,
          predicted,
          false);
    }

    private DiffusersScheduler lcm() {
      double scaling = number("timestep_scaling", 10);
      boolean clip = bool("clip_sample", false);
      double range = number("clip_sample_range", 1);
      return preserving(
          new LcmSampler(scaling),
          schedule(),
          distilled((int) number("original_inference_steps", 50)),
          clip ? Thresholding.clip(range) : Thresholding.NONE);
    }

    private DiffusersScheduler tcd() {
      int defaultValue = (int) number("original_inference_steps", 50);
      double eta = number("eta", TcdSampler.PUBLISHED_ETA);
      return preserving(
          new TcdSampler(eta, FinalNoiseLevel.FIRST_TIMESTEP),
          schedule(),
          distilled(setTimesteps.has("original_inference_steps") ? trainSteps() : defaultValue),
          Thresholding.NONE);
    }

    private TimestepSpacing distilled(int steps) {
      return setTimesteps.has("timesteps")
          ? TimestepSpacings.listed(Timesteps.of(listed()))
          : TimestepSpacings.distilled(steps, setTimesteps.path("strength").asDouble(1));
    }

    private int[] listed() {
      JsonNode list = setTimesteps.get("timesteps");
      return IntStream.range(0, list.size()).map(i -> list.get(i).asInt()).toArray();
    }

    private DiffusersScheduler consistency() {
      int steps = (int) number("num_train_timesteps", 40);
      double noise = number("s_noise", 1);
      double largest = number("sigma_max", 80);
      var schedule = new ConsistencySchedule(steps, 0.002, largest, 7, 0.5);
      Thresholding treatment =
          bool("clip_denoised", true) ? Thresholding.clip(1) : Thresholding.NONE;
      TimestepSpacing spacing = ConsistencySchedule.spacing();
      if (setTimesteps.has("timesteps")) { // counted from the noise
        int[] counted = listed();
        int last = counted.length - 1;
        spacing =
            TimestepSpacings.listed(
                Timesteps.of(
                    IntStream.rangeClosed(0, last)
                        .map(i -> steps - 1 - counted[last - i])
                        .toArray()));
      }
      return new DiffusersScheduler(
          new ConsistencySampler(noise, FinalNoiseLevel.FIRST_TIMESTEP),
          schedule,
          spacing,
          treatment,
          Parameterization.X0,
          true);
    }

    private DiffusersScheduler unclip() {
      config.remove("variance_type"); // the sampler uses the network's variance
      return preserving(
          new UnclipSampler(),
          new CosineSchedule(trainSteps(), TableRounding.FLOAT32),
          TimestepSpacings.UNCLIP,
          treatment());
    }

    private DiffusersScheduler dpmSolver() {
      config.remove("set_alpha_to_one"); // fields of other schedulers, which the class ignores
      config.remove("clip_sample");
      var schedule = schedule();
      var spacing = spacing("linspace");
      int order = (int) number("solver_order", 2);
      var correction = Correction.valueOf(text("solver_type", "midpoint").toUpperCase(Locale.ROOT));
      Grid grid =
          bool("use_karras_sigmas", false)
              ? new KarrasGrid(7, KarrasGrid.Ends.SCHEDULE, KarrasGrid.Time.NEAREST)
              : Grid.TIMESTEPS;
      if (config.has("lambda_min_clipped")) {
        spacing = TimestepSpacings.truncated(spacing, schedule, number("lambda_min_clipped", 0));
      }
      String algorithm = text("algorithm_type", "dpmsolver++");
      Sampler sampler =
          switch (algorithm) {
            case "dpmsolver++" -> new DpmSolverPlusPlus(order, correction, grid);
            case "sde-dpmsolver++" -> new SdeDpmSolverPlusPlus(order, correction, grid);
            default -> throw new IllegalArgumentException("algorithm_type: " + algorithm);
          };
      Thresholding treatment = thresholding(Thresholding.NONE);
      return preserving(sampler, schedule, spacing, treatment);
    }

    private Grid karras() {
      return bool("use_karras_sigmas", false)
          ? new KarrasGrid(7, KarrasGrid.Ends.TIMESTEPS, KarrasGrid.Time.FRACTIONAL)
          : Grid.TIMES;
    }

    private int trainSteps() {
      return (int) number("num_train_timesteps", 1000);
    }

    private NoiseSchedule schedule() {
      int steps = trainSteps();
      boolean latent = isDistilled();
      double first = number("beta_start", latent ? 0.00085 : 1e-4);
      double last = number("beta_end", latent ? 0.012 : 0.02);
      String name = text("beta_schedule", latent ? "scaled_linear" : "linear");
      NoiseSchedule schedule =
          switch (name) {
            case "linear" -> new LinearSchedule(steps, first, last, TableRounding.FLOAT32);
            case "scaled_linear" ->
                BetaSchedule.scaledLinear(steps, first, last, TableRounding.FLOAT32);
            case "squaredcos_cap_v2" -> new CosineSchedule(steps, TableRounding.FLOAT32);
            default -> throw new IllegalArgumentException("beta_schedule: " + name);
          };
      if (!bool("rescale_betas_zero_snr", false)) {
        return schedule;
      }
      return scheduler.equals("DDIMScheduler") || isDistilled()
          ? ZeroTerminalSnr.of(schedule, TableRounding.FLOAT32)
          : ZeroTerminalSnr.aboveZero(schedule, TableRounding.FLOAT32);
    }

    private boolean isDistilled() {
      return scheduler.equals("LCMScheduler") || scheduler.equals("TCDScheduler");
    }

    private TimestepSpacing spacing(String defaultValue) {
      int offset = (int) number("steps_offset", 0);
      String name = text("timestep_spacing", defaultValue);
      return switch (name) {
        case "leading" ->
            scheduler.startsWith("DPMSolver")
                ? TimestepSpacings.leadingAboveZero(offset)
                : TimestepSpacings.leading(offset);
        case "trailing" -> TimestepSpacings.TRAILING;
        case "linspace" ->
            scheduler.startsWith("DPMSolver")
                ? TimestepSpacings.LINSPACE_ABOVE_ZERO
                : TimestepSpacings.LINSPACE;
        default -> throw new IllegalArgumentException("timestep_spacing: " + name);
      };
    }

    private Thresholding treatment() {
      double range = number("clip_sample_range", 1);
      boolean clip = bool("clip_sample", true);
      return thresholding(clip ? Thresholding.clip(range) : Thresholding.NONE);
    }

    private Thresholding thresholding(Thresholding otherwise) {
      double ratio = number("dynamic_thresholding_ratio", 0.995);
      double max = number("sample_max_value", 1);
      return bool("thresholding", false) ? new DynamicThresholding(ratio, max) : otherwise;
    }

    private Parameterization parameterization() {
      String name = text("prediction_type", "epsilon");
      return switch (name) {
        case "epsilon" -> Parameterization.EPS;
        case "sample" -> Parameterization.X0;
        case "v_prediction" -> Parameterization.V;
        default -> throw new IllegalArgumentException("prediction_type: " + name);
      };
    }

    private void expect(String field, boolean only) {
      if (bool(field, only) != only) {
        throw new IllegalArgumentException(
            scheduler + ": " + field + ": " + !only + " (expected: " + only + ")");
      }
    }

    private boolean bool(String field, boolean defaultValue) {
      JsonNode value = config.remove(field);
      return value == null ? defaultValue : value.asBoolean();
    }

    private double number(String field, double defaultValue) {
      JsonNode value = config.remove(field);
      return value == null ? defaultValue : value.asDouble();
    }

    private String text(String field, String defaultValue) {
      JsonNode value = config.remove(field);
      return value == null ? defaultValue : value.asText();
    }
  }
}
