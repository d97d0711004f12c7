package io.diffusion4j.nn.train.diffusion;

import java.util.Map;
import java.util.TreeMap;

/**
 * What is measured of a denoiser's prediction.
 *
 * @param loss the error that is minimised
 * @param metrics further numbers to watch, by name
 */
public record LossTerms(DenoisingLoss loss, Map<String, DenoisingMetric> metrics) {
  /** The squared error alone. */
  public static final LossTerms SQUARE = new LossTerms(DenoisingLoss.SQUARE, Map.of());

  public LossTerms {
    metrics = new TreeMap<>(metrics); // in the same order in all processes
  }
}
