package io.diffusion4j.tf.train;

import io.diffusion4j.diffusion.loss.LossType;
import io.diffusion4j.tf.Batch;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * {@link DiffusionLoss} of a network's answers as numbers, with its gradient by the answers: for
 * engines that are no graph. The hybrid loss (Nichol &amp; Dhariwal 2021, eq. 16, rescaled) where
 * the variance is learned, else the weighted square error alone.
 */
public final class DiffusionLossGradient {
  private static final double LN2 = Math.log(2);
  private static final double HALF_BIN = 1.0 / 255;
  private static final double TINY = 1e-12;

  /**
   * The loss of a batch.
   *
   * @param value the mean over the batch
   * @param metrics means of its parts
   * @param perTimestep {@code [B, 2]}, timestep and loss of each sample
   */
  public record Value(double value, Map<String, Double> metrics, float[] perTimestep) {}

  private DiffusionLossGradient() {}

  /**
   * The loss, and its gradient.
   *
   * @param outputs the prediction and, if the variance is learned, what is said of it, {@code [B,
   *     sample...]}
   * @param gradients of the same shapes; overwritten
   */
  public static Value of(Batch batch, List<float[]> outputs, List<float[]> gradients) {
    int rows = batch.rows();
    int size = outputs.get(0).length / rows;
    float[] target = batch.floats(DiffusionLoss.TARGET, size);
    float[] x0 = batch.floats(DiffusionLoss.X0, size);
    float[] row = batch.floats(DiffusionLoss.ROW, DiffusionLoss.ROW_SIZE);
    boolean learned = outputs.size() == 2;
    double value = 0;
    double meanSquare = 0;
    double meanBound = 0;
    float[] perTimestep = new float[2 * rows];
    for (int i = 0; i < rows; i++) {
      var about = Row.of(row, i);
      double scale = about.importance / rows / size;
      double square = 0;
      double bound = 0;
      for (int j = i * size; j < (i + 1) * size; j++) {
        double error = target[j] - outputs.get(0)[j];
        square += error * error / size;
        gradients.get(0)[j] = (float) (-2 * about.weight * error * scale);
        if (learned) {
          double f = (outputs.get(1)[j] + 1) * 0.5;
          double logVariance = about.smallest + f * (about.largest - about.smallest);
          // Beside the square error the bound is for the variance alone.
          double difference = error * about.k;
          var term =
              about.isFirst
                  ? Term.likelihood(x0[j], difference, logVariance)
                  : Term.divergence(difference, about.smallest, logVariance);
          bound += term.value / LN2 / size;
          double slope = term.slope * 0.5 * (about.largest - about.smallest) / LN2;
          gradients.get(1)[j] = (float) (slope * about.boundWeight * scale);
        }
      }
      double loss = about.weight * square + about.boundWeight * bound;
      perTimestep[2 * i] = about.t;
      perTimestep[2 * i + 1] = (float) loss;
      value += about.importance * loss / rows;
      meanSquare += about.importance * square / rows;
      meanBound += about.importance * bound / rows;
    }
    Map<String, Double> metrics = new TreeMap<>(Map.of("mse", meanSquare));
    if (learned) {
      metrics.put("vlb", meanBound);
    }
    return new Value(value, metrics, perTimestep);
  }

  /** What {@link NoisedBatch} says of a sample. */
  private record Row(
      double weight,
      double k,
      double smallest,
      double largest,
      boolean isFirst,
      double boundWeight,
      double importance,
      float t) {
    static Row of(float[] rows, int i) {
      int at = i * DiffusionLoss.ROW_SIZE;
      return new Row(
          rows[at],
          rows[at + 1],
          rows[at + 2],
          rows[at + 3],
          rows[at + 4] == 1,
          rows[at + 5] * LossType.RESCALED_MSE.boundWeight(1),
          rows[at + 6],
          rows[at + 7]);
    }
  }

  /** A term of the bound in nats, and its derivative by the log-variance. */
  private record Term(double value, double slope) {
    /** KL(N(μ, e^lv1) ‖ N(μ + d, e^lv2)). */
    static Term divergence(double d, double lv1, double lv2) {
      double gap = lv2 - lv1;
      double ratio = Math.exp(-gap);
      double square = d * d * Math.exp(-lv2);
      return new Term(0.5 * (gap - 1 + ratio + square), 0.5 * (1 - ratio - square));
    }

    /** −log of the probability that N(x − d, e^lv) gives to the 8-bit bin of x. */
    static Term likelihood(double x, double d, double lv) {
      double inverse = Math.exp(-0.5 * lv);
      double probability;
      double slope; // by lv: that of the bounds u is −u/2
      if (x < -0.999 || x > 0.999) {
        double u = ((x > 0.999 ? -d : d) + HALF_BIN) * inverse;
        probability = cdf(u);
        slope = -density(u) * u / 2;
      } else {
        double below = -Math.abs(d);
        double upper = (below + HALF_BIN) * inverse;
        double lower = (below - HALF_BIN) * inverse;
        probability = cdf(upper) - cdf(lower);
        slope = (density(lower) * lower - density(upper) * upper) / 2;
      }
      return probability > TINY
          ? new Term(-Math.log(probability), -slope / probability)
          : new Term(-Math.log(TINY), 0);
    }

    /** The approximation of the normal distribution function that the reference uses. */
    private static double cdf(double u) {
      return 1 / (1 + Math.exp(-2 * Math.sqrt(2 / Math.PI) * (u + 0.044715 * u * u * u)));
    }

    /** Its derivative. */
    private static double density(double u) {
      double c = cdf(u);
      return c * (1 - c) * 2 * Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * u * u);
    }
  }
}
