package io.diffusion4j.evaluation;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.embedding.Vectors;
import java.util.List;

/**
 * The maximum mean discrepancy of two sets of unit vectors with a Gaussian kernel (Gretton et al.
 * 2012), scaled as CMMD is (Jayasumana et al. 2024, sec. 4): σ = 10 for vectors of length 1, times
 * 1000. The biased estimate, which includes each vector's similarity to itself, is at least 0, and
 * 0 for equal sets. Unlike the Fréchet distance it assumes no distribution, and few vectors
 * suffice.
 */
final class MeanDiscrepancy {
  private static final double SIGMA = 10;
  private static final double SCALE = 1000;

  private final List<float[]> reference;
  private final double within;

  /** Creates the measure for a reference of at least one vector. */
  MeanDiscrepancy(List<float[]> reference) {
    Check.that(!reference.isEmpty(), "vectors", "none", "at least one");
    this.reference = List.copyOf(reference);
    this.within = meanKernel(reference, reference);
  }

  /** Returns the discrepancy of another set of at least one vector. */
  double to(List<float[]> other) {
    double value = within + meanKernel(other, other) - 2 * meanKernel(reference, other);
    return SCALE * Math.max(0, value);
  }

  private static double meanKernel(List<float[]> as, List<float[]> bs) {
    double sum = 0;
    for (float[] a : as) {
      for (float[] b : bs) {
        double squaredDistance = Math.max(0, 2 - 2 * Vectors.dot(a, b)); // of unit vectors
        sum += Math.exp(-squaredDistance / (2 * SIGMA * SIGMA));
      }
    }
    return sum / as.size() / bs.size();
  }
}
