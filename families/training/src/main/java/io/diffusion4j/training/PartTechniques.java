package io.diffusion4j.training;

import io.diffusion4j.data.Techniques;
import io.diffusion4j.data.TrainingOption;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.loss.TimestepSampler.Density;
import io.diffusion4j.diffusion.loss.Weighting;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.nn.train.diffusion.DenoisingLoss;
import java.util.Locale;
import java.util.Map;

/** The optional techniques in the training of parts; {@link Part} lists those of each part. */
public final class PartTechniques {
  private static final double GAMMA = 5;
  private static final double K = 50;
  private static final String FLOW = "flow";
  private static final String VELOCITY = "velocity";

  /** The prediction type of the network. */
  public static final TrainingOption<Parameterization> PREDICTION =
      TrainingOption.oneOf(
          "prediction",
          "x0",
          Map.of("x0", Parameterization.X0, "eps", Parameterization.EPS, "v", Parameterization.V));

  /** {@link #PREDICTION}, of parts that can be trained as a flow. */
  public static final TrainingOption<Parameterization> FLOW_PREDICTION =
      TrainingOption.oneOf(
          PREDICTION.name(),
          "x0",
          Map.of(
              "x0",
              Parameterization.X0,
              "eps",
              Parameterization.EPS,
              "v",
              Parameterization.V,
              VELOCITY,
              Parameterization.VELOCITY));

  /** The error of a denoiser's prediction. */
  public static final TrainingOption<DenoisingLoss> LOSS =
      TrainingOption.<DenoisingLoss>oneOf("loss", "square", Map.of("square", DenoisingLoss.SQUARE))
          .addedLater();

  /** Whether the process is a flow, whose network predicts the velocity. */
  public static final TrainingOption<Boolean> PROCESS =
      TrainingOption.<Boolean>oneOf("process", "ddpm", Map.of("ddpm", false, FLOW, true))
          .addedLater();

  /**
   * The density of the timesteps. The default is uniform for a flow, and that of the shipped models
   * for other processes.
   */
  public static final TrainingOption<Density> DENSITY =
      TrainingOption.<Density>oneOf(
              "density",
              "uniform",
              Map.of(
                  "uniform", Density.uniform(),
                  "logit-normal", Density.logitNormal(0, 1),
                  "mode", Density.mode(1.29)))
          .addedLater();

  /** The shift of the levels of a flow towards noise, k of its schedule. */
  public static final TrainingOption<Double> FLOW_SHIFT =
      TrainingOption.number("flow-shift", 1, 1e-2, 1e2).addedLater();

  /** The loss weight of a timestep. */
  public static final TrainingOption<Weighting> WEIGHTING =
      TrainingOption.oneOf(
          "weighting",
          "min-snr-plus-one",
          Map.of(
              "cosmap",
              Weighting.COSMAP,
              "sigma-sqrt",
              Weighting.SIGMA_SQRT,
              "simple",
              Weighting.SIMPLE,
              "min-snr",
              Weighting.minSnr(GAMMA),
              "min-snr-plus-one",
              Weighting.minSnrPlusOne(GAMMA),
              "min-snr-plus-one-or-eps",
              Weighting.minSnrPlusOneOrEps(GAMMA, K)));

  /** The shift of timesteps towards noise, where the layout is decided; 1 is no shift. */
  public static final TrainingOption<Double> SHIFT = TrainingOption.number("shift", 1.5, 1, 1e3);

  /** The same of the prior, which learns from its text at high noise only; none by default. */
  public static final TrainingOption<Double> PRIOR_SHIFT =
      TrainingOption.number(SHIFT.name(), 1, 1, 1e3).addedLater();

  /** The probability of drawing one of the first 40 timesteps instead, for a better likelihood. */
  public static final TrainingOption<Double> LOW_NOISE = probability("low-noise", 0.06);

  /** σ of the noise of a denoising autoencoder, where pixels are in [−1, 1]. */
  public static final TrainingOption<Double> NOISE = TrainingOption.number("noise", 0.5, 1e-3, 1e3);

  /** The probability of dropping all conditions, for classifier-free guidance. */
  public static final TrainingOption<Double> DROP = probability("drop", 0.1);

  /** The additional probability of dropping the text only. */
  public static final TrainingOption<Double> TEXT_DROP = probability("text-drop", 0.2);

  /** The probability of blurring the small picture. */
  public static final TrainingOption<Double> BLUR = probability("blur", 0.5);

  /** Whether embeddings are standardised to mean 0 and variance 1. */
  public static final TrainingOption<Boolean> STANDARDIZED =
      TrainingOption.onOrOff("standardized", "on");

  /** λ, the weight of a one-pass prior's loss of finding the text of each drawn embedding. */
  public static final TrainingOption<Double> CONTRAST =
      TrainingOption.number("contrast", 0.2, 0, 1e3);

  private PartTechniques() {}

  /**
   * Checks that a flow predicts the velocity, and that no other process does.
   *
   * @param words the values of a part's techniques by name
   */
  static void requirePredictionOfProcess(Map<String, String> words) {
    String process = words.get(PROCESS.name());
    if (process != null) {
      String prediction = words.get(PREDICTION.name());
      boolean flow = process.equals(FLOW);
      Check.that(
          flow == VELOCITY.equals(prediction),
          PREDICTION.name(),
          prediction,
          flow ? "velocity, with process=flow" : "eps, v or x0; velocity comes with process=flow");
    }
  }

  /** Returns the techniques with the prediction type and the loss that belong to the process. */
  static Techniques ofProcess(Techniques changed) {
    return changed.get(PROCESS)
        ? changed.with(PREDICTION.name(), VELOCITY).with(WEIGHTING.name(), "simple")
        : changed;
  }

  /** Returns the technique of a prediction type, with its process. */
  public static Map<String, String> predicting(Parameterization parameterization) {
    return parameterization == Parameterization.VELOCITY
        ? Map.of(PROCESS.name(), FLOW)
        : Map.of(PREDICTION.name(), parameterization.name().toLowerCase(Locale.ROOT));
  }

  private static TrainingOption<Double> probability(String name, double defaultValue) {
    return TrainingOption.number(name, defaultValue, 0, 1);
  }
}
