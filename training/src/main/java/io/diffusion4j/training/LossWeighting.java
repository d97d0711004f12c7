package io.diffusion4j.training;

import io.diffusion4j.diffusion.argument.ByName;
import io.diffusion4j.diffusion.loss.Weighting;
import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.Collectors;

/** How much the error of a timestep counts. */
public enum LossWeighting {
  SIMPLE,
  MIN_SNR,
  MIN_SNR_PLUS_ONE,
  MIN_SNR_PLUS_ONE_OR_EPS;

  private static final double GAMMA = 5;
  private static final double K = 50;

  /** The function of the signal-to-noise ratio. */
  public Weighting weighting() {
    return switch (this) {
      case SIMPLE -> Weighting.SIMPLE;
      case MIN_SNR -> Weighting.minSnr(GAMMA);
      case MIN_SNR_PLUS_ONE -> Weighting.minSnrPlusOne(GAMMA);
      case MIN_SNR_PLUS_ONE_OR_EPS -> Weighting.minSnrPlusOneOrEps(GAMMA, K);
    };
  }

  static LossWeighting named(String word) {
    return new ByName<>(
            "weighting",
            Arrays.stream(values()).collect(Collectors.toMap(Words::word, Function.identity())))
        .named(word);
  }
}
