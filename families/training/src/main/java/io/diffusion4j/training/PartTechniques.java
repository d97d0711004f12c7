package io.diffusion4j.training;

import io.diffusion4j.data.TrainingOption;
import io.diffusion4j.diffusion.loss.Weighting;
import io.diffusion4j.diffusion.process.Parameterization;
import java.util.Map;

/** The optional techniques in the training of parts; {@link Part} lists those of each part. */
public final class PartTechniques {
  private static final double GAMMA = 5;
  private static final double K = 50;

  /** The prediction type of the network. */
  public static final TrainingOption<Parameterization> PREDICTION =
      TrainingOption.oneOf(
          "prediction",
          "x0",
          Map.of("x0", Parameterization.X0, "eps", Parameterization.EPS, "v", Parameterization.V));

  /** The loss weight of a timestep. */
  public static final TrainingOption<Weighting> WEIGHTING =
      TrainingOption.oneOf(
          "weighting",
          "min-snr-plus-one",
          Map.of(
              "simple", Weighting.SIMPLE,
              "min-snr", Weighting.minSnr(GAMMA),
              "min-snr-plus-one", Weighting.minSnrPlusOne(GAMMA),
              "min-snr-plus-one-or-eps", Weighting.minSnrPlusOneOrEps(GAMMA, K)));

  /** The shift of timesteps towards noise, where the layout is decided; 1 is no shift. */
  public static final TrainingOption<Double> SHIFT = TrainingOption.number("shift", 1.5, 1, 1e3);

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

  private static TrainingOption<Double> probability(String name, double usual) {
    return TrainingOption.number(name, usual, 0, 1);
  }
}
