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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
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

  private static final List<Muon.Matrix> DOMINATED =
      List.of(
          new Muon.Matrix(16, 144),
          new Muon.Matrix(288, 32),
          new Muon.Matrix(48, 48),
          new Muon.Matrix(64, 576),
          new Muon.Matrix(128, 512));

  /** Singular values, which are far from each other, before and after a normalisation. */
  private static final double[] SINGULAR = {5, 0.9, 0.3, 0.02};

  /**
   * The largest error of a singular value, which the polynomials themselves leave within 0.3 of 1.
   * The first singular value is 250 times the last, and numbers are rounded to 24 or to 8 bits.
   */
  private static final Map<Precision, Double> ERRORS =
      Map.of(Precision.FLOAT32, 2e-4, Precision.BFLOAT16, 0.15);

  /** Jordan et al.'s products in bfloat16 are up to 0.36 apart for rank 16. */
  private static final Map<Precision, Double> DISTANCES =
      Map.of(Precision.FLOAT32, 5e-3, Precision.BFLOAT16, 0.4);

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
        float[] result = orthogonalize(subject, team, shape, matrix(shape));
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

  private static float[] orthogonalize(
      Orthogonalization subject, Team team, Muon.Matrix shape, float[] given) {
    float[] result = new float[shape.size()];
    team.run(
        (member, stream) -> {
          int middle = given.length / 3;
          subject.put(given, 0, middle);
          subject.put(given, middle, given.length);
          subject.run(shape, stream);
          for (int from = 0; from < result.length; from += Update.BLOCK) {
            subject.get(result, from, Math.min(result.length, from + Update.BLOCK));
          }
        });
    return result;
  }

  /**
   * Matrices like gradients, in which one direction dominates and others have thousandths. Their
   * smallest singular values drown in the rounding of the largest, and nothing may grow from it.
   */
  @ParameterizedTest
  @FieldSource("io.diffusion4j.nn.engine.Precision#FLOATING")
  void errorsStaySmallWhereOneDirectionDominates(Precision precision) {
    assumeTrue(Natives.fast(precision));
    var team = Team.of(Threads.of(1));
    var random = new SplittableRandom(7);
    try (var scope = new Scope()) {
      var subject =
          team.call(
              () ->
                  Orthogonalization.of(
                      new Kernels(scope), DataType.of(precision), Set.copyOf(DOMINATED)));
      for (Muon.Matrix shape : DOMINATED) {
        int count = 50_000 / (shape.rank() * shape.rank());
        for (int i = 0; i < count; i++) {
          float[] given = dominated(shape, random);
          assertThat(distance(orthogonalize(subject, team, shape, given), exact(shape, given)))
              .as("%s, matrix %d", shape, i)
              .isLessThan(DISTANCES.get(precision));
        }
      }
    }
  }

  /** A matrix with random directions. All but the first singular value fall evenly in logarithm. */
  private static float[] dominated(Muon.Matrix shape, SplittableRandom random) {
    double[][] left = orthonormal(shape.rank(), shape.rows(), random);
    double[][] right = orthonormal(shape.rank(), shape.columns(), random);
    double first = random.nextDouble(1, 40);
    double fall = random.nextDouble(1, 7);
    float[] values = new float[shape.size()];
    for (int k = 0; k < shape.rank(); k++) {
      double singular = k == 0 ? first : Math.exp(-fall * k / shape.rank());
      for (int i = 0; i < shape.rows(); i++) {
        for (int j = 0; j < shape.columns(); j++) {
          values[i * shape.columns() + j] += (float) (singular * left[k][i] * right[k][j]);
        }
      }
    }
    return values;
  }

  private static double[][] orthonormal(int count, int length, SplittableRandom random) {
    double[][] vectors = new double[count][length];
    for (int k = 0; k < count; k++) {
      double[] v = vectors[k];
      Arrays.setAll(v, i -> random.nextGaussian());
      for (int l = 0; l < k; l++) {
        double[] before = vectors[l];
        double along = dot(v, before);
        Arrays.setAll(v, i -> v[i] - along * before[i]);
      }
      double norm = Math.sqrt(dot(v, v));
      Arrays.setAll(v, i -> v[i] / norm);
    }
    return vectors;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  /** The polynomials in float64, on the side of the smaller Gram matrix. */
  private static double[][] exact(Muon.Matrix shape, float[] given) {
    boolean tall = shape.rows() > shape.columns();
    int rank = shape.rank();
    int length = shape.size() / rank;
    double[][] x = new double[rank][length];
    double squares = 0;
    for (int i = 0; i < given.length; i++) {
      int row = i / shape.columns();
      int column = i % shape.columns();
      x[tall ? column : row][tall ? row : column] = given[i];
      squares += (double) given[i] * given[i];
    }
    double norm = Math.sqrt(squares);
    for (double[] row : x) {
      Arrays.setAll(row, j -> row[j] / norm);
    }
    for (int n = 0; n < Muon.ITERATIONS; n++) {
      double[][] gram = new double[rank][rank];
      for (int i = 0; i < rank; i++) {
        for (int j = 0; j < rank; j++) {
          gram[i][j] = dot(x[i], x[j]);
        }
      }
      double[][] factor = new double[rank][rank];
      for (int i = 0; i < rank; i++) {
        for (int j = 0; j < rank; j++) {
          factor[i][j] =
              (i == j ? Muon.A : 0) + Muon.B * gram[i][j] + Muon.C * dot(gram[i], gram[j]);
        }
      }
      double[][] next = new double[rank][length];
      for (int i = 0; i < rank; i++) {
        for (int k = 0; k < rank; k++) {
          for (int j = 0; j < length; j++) {
            next[i][j] += factor[i][k] * x[k][j];
          }
        }
      }
      x = next;
    }
    double[][] result = new double[shape.rows()][shape.columns()];
    for (int i = 0; i < shape.rows(); i++) {
      for (int j = 0; j < shape.columns(); j++) {
        result[i][j] = tall ? x[j][i] : x[i][j];
      }
    }
    return result;
  }

  /** ‖A − B‖ / ‖B‖, in Frobenius norms. */
  private static double distance(float[] actual, double[][] expected) {
    double differences = 0;
    double squares = 0;
    int at = 0;
    for (double[] row : expected) {
      for (double value : row) {
        double difference = actual[at++] - value;
        differences += difference * difference;
        squares += value * value;
      }
    }
    return Math.sqrt(differences / squares);
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
