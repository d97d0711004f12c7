package io.diffusion4j.onednn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.engine.Threads;
import io.diffusion4j.nn.train.Muon;
import io.diffusion4j.onednn.core.DataType;
import io.diffusion4j.onednn.core.Natives;
import io.diffusion4j.onednn.core.Scope;
import io.diffusion4j.onednn.core.Team;
import io.diffusion4j.onednn.tape.Kernels;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

final class OrthogonalizationTest {
  private static final List<Muon.Matrix> SHAPES =
      List.of(
          new Muon.Matrix(48, 32),
          new Muon.Matrix(32, 48),
          new Muon.Matrix(40, 40),
          new Muon.Matrix(75, 33),
          new Muon.Matrix(432, 48));

  /** Singular values, which are far from each other, before and after a normalisation. */
  private static final double[] SINGULAR = {5, 0.9, 0.3, 0.02};

  /**
   * The largest error of a singular value, which the polynomials themselves leave within 0.3 of 1.
   * The first singular value is 250 times the last, and numbers are rounded to 24 or to 8 bits.
   */
  private static final Map<Precision, Double> ERRORS =
      Map.of(Precision.FLOAT32, 2e-4, Precision.BFLOAT16, 0.15);

  @ParameterizedTest
  @FieldSource("io.diffusion4j.nn.engine.Precision#FLOATING")
  void singularValuesBecomeThoseOfThePolynomials(Precision precision) {
    assumeTrue(Natives.fast(precision));
    var team = Team.of(Threads.of(1));
    try (var scope = new Scope()) {
      var shapes = Set.copyOf(SHAPES);
      var subject =
          team.call(() -> Orthogonalization.of(new Kernels(scope), DataType.of(precision), shapes));
      for (Muon.Matrix shape : SHAPES) {
        float[] result = new float[shape.size()];
        team.run(
            (member, stream) -> {
              float[] given = matrix(shape);
              int middle = given.length / 3;
              subject.put(given, 0, middle);
              subject.put(given, middle, given.length);
              subject.run(shape, stream);
              for (int from = 0; from < result.length; from += Update.BLOCK) {
                subject.get(result, from, Math.min(result.length, from + Update.BLOCK));
              }
            });
        for (int k = 0; k < SINGULAR.length; k++) {
          for (int l = 0; l < SINGULAR.length; l++) {
            assertThat(between(shape, result, k, l))
                .as("%s, left %d, right %d", shape, k, l)
                .isCloseTo(k == l ? expected(k) : 0, within(ERRORS.get(precision)));
          }
        }
      }
    }
  }

  /** Σ σₖ·uₖ·vₖᵀ */
  private static float[] matrix(Muon.Matrix shape) {
    float[] values = new float[shape.size()];
    for (int k = 0; k < SINGULAR.length; k++) {
      for (int i = 0; i < shape.rows(); i++) {
        for (int j = 0; j < shape.columns(); j++) {
          values[i * shape.columns() + j] +=
              (float) (SINGULAR[k] * cosine(shape.rows(), k, i) * cosine(shape.columns(), k, j));
        }
      }
    }
    return values;
  }

  /** uₖᵀ·X·vₗ */
  private static double between(Muon.Matrix shape, float[] values, int k, int l) {
    double sum = 0;
    for (int i = 0; i < shape.rows(); i++) {
      for (int j = 0; j < shape.columns(); j++) {
        sum +=
            cosine(shape.rows(), k, i)
                * values[i * shape.columns() + j]
                * cosine(shape.columns(), l, j);
      }
    }
    return sum;
  }

  private static double expected(int k) {
    double squares = 0;
    for (double value : SINGULAR) {
      squares += value * value;
    }
    double sigma = SINGULAR[k] / Math.sqrt(squares);
    for (int n = 0; n < 5; n++) {
      sigma = 3.4445 * sigma - 4.7750 * Math.pow(sigma, 3) + 2.0315 * Math.pow(sigma, 5);
    }
    return sigma;
  }

  /** The k-th of the orthonormal cosines over n points. */
  private static double cosine(int n, int k, int i) {
    return Math.sqrt((k == 0 ? 1.0 : 2.0) / n) * Math.cos(Math.PI * k * (2 * i + 1) / (2 * n));
  }
}
