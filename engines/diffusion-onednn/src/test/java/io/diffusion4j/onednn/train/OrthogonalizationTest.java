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
import io.diffusion4j.onednn.core.WorkerPool;
import io.diffusion4j.onednn.tape.TapeKernels;
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
    var team = WorkerPool.of(Threads.of(1));
    try (var scope = new Scope()) {
      var shapes = Set.copyOf(SHAPES);
      var subject =
          team.call(
              () -> Orthogonalization.of(new TapeKernels(scope), DataType.of(precision), shapes));
      double[] expected = polynomials(SINGULAR);
      for (Muon.Matrix shape : SHAPES) {
        float[] given = matrix(cosines(shape.rows()), SINGULAR, cosines(shape.columns()));
        float[] result = orthogonalize(subject, team, shape, given);
        for (int k = 0; k < SINGULAR.length; k++) {
          for (int l = 0; l < SINGULAR.length; l++) {
            assertThat(between(shape, result, k, l))
                .as("%s, left %d, right %d", shape, k, l)
                .isCloseTo(k == l ? expected[k] : 0, within(ERRORS.get(precision)));
          }
        }
      }
    }
  }

  private static float[] orthogonalize(
      Orthogonalization subject, WorkerPool team, Muon.Matrix shape, float[] given) {
    float[] result = new float[shape.size()];
    team.run(
        (member, stream) -> {
          int middle = given.length / 3;
          subject.put(0, given, 0, middle);
          subject.put(middle, given, middle, given.length - middle);
          subject.run(shape, stream);
          for (int from = 0; from < result.length; from += ParameterUpdate.BLOCK) {
            subject.get(from, result, from, Math.min(ParameterUpdate.BLOCK, result.length - from));
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
    var team = WorkerPool.of(Threads.of(1));
    var random = new SplittableRandom(7);
    try (var scope = new Scope()) {
      var subject =
          team.call(
              () ->
                  Orthogonalization.of(
                      new TapeKernels(scope), DataType.of(precision), Set.copyOf(DOMINATED)));
      for (Muon.Matrix shape : DOMINATED) {
        int count = 50_000 / (shape.rank() * shape.rank());
        for (int i = 0; i < count; i++) {
          double[][] left = orthonormal(shape.rank(), shape.rows(), random);
          double[][] right = orthonormal(shape.rank(), shape.columns(), random);
          double[] singular = dominated(shape.rank(), random);
          float[] given = matrix(left, singular, right);
          float[] exact = matrix(left, polynomials(singular), right);
          assertThat(distance(orthogonalize(subject, team, shape, given), exact))
              .as("%s, matrix %d", shape, i)
              .isLessThan(DISTANCES.get(precision));
        }
      }
    }
  }

  private static double[] dominated(int rank, SplittableRandom random) {
    double first = random.nextDouble(1, 40);
    double fall = random.nextDouble(1, 7);
    double[] singular = new double[rank];
    Arrays.setAll(singular, k -> k == 0 ? first : Math.exp(-fall * k / rank));
    return singular;
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

  /** ‖A − B‖ / ‖B‖, in Frobenius norms. */
  private static double distance(float[] actual, float[] expected) {
    double differences = 0;
    double squares = 0;
    for (int i = 0; i < expected.length; i++) {
      double difference = (double) actual[i] - expected[i];
      differences += difference * difference;
      squares += (double) expected[i] * expected[i];
    }
    return Math.sqrt(differences / squares);
  }

  /** Σ σₖ·uₖ·vₖᵀ */
  private static float[] matrix(double[][] left, double[] singular, double[][] right) {
    int columns = right[0].length;
    float[] values = new float[left[0].length * columns];
    for (int k = 0; k < singular.length; k++) {
      for (int i = 0; i < left[k].length; i++) {
        for (int j = 0; j < columns; j++) {
          values[i * columns + j] += (float) (singular[k] * left[k][i] * right[k][j]);
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

  /** Returns the singular values after the normalisation and the polynomials. */
  private static double[] polynomials(double[] singular) {
    double norm = Math.sqrt(dot(singular, singular));
    double[] values = new double[singular.length];
    for (int k = 0; k < values.length; k++) {
      double sigma = singular[k] / norm;
      for (int n = 0; n < 5; n++) {
        sigma = 3.4445 * sigma - 4.7750 * Math.pow(sigma, 3) + 2.0315 * Math.pow(sigma, 5);
      }
      values[k] = sigma;
    }
    return values;
  }

  private static double[][] cosines(int n) {
    double[][] vectors = new double[SINGULAR.length][n];
    for (int k = 0; k < vectors.length; k++) {
      int index = k;
      Arrays.setAll(vectors[k], i -> cosine(n, index, i));
    }
    return vectors;
  }

  /** The k-th of the orthonormal cosines over n points. */
  private static double cosine(int n, int k, int i) {
    return Math.sqrt((k == 0 ? 1.0 : 2.0) / n) * Math.cos(Math.PI * k * (2 * i + 1) / (2 * n));
  }
}
