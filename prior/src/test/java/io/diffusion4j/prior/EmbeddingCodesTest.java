package io.diffusion4j.prior;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EmbeddingCodesTest {
  private static final int SIZE = 16;

  /** Gaussian, of rank 5 but for a little noise, off the origin. */
  private static final List<float[]> EMBEDDINGS = embeddings(2_000);

  private static List<float[]> embeddings(int count) {
    var random = new Random(3);
    double[][] directions = new double[5][SIZE];
    for (double[] direction : directions) {
      Arrays.setAll(direction, i -> random.nextGaussian());
    }
    List<float[]> embeddings = new ArrayList<>();
    for (int n = 0; n < count; n++) {
      float[] z = new float[SIZE];
      for (int k = 0; k < directions.length; k++) {
        double along = random.nextGaussian() * (k + 1);
        for (int i = 0; i < SIZE; i++) {
          z[i] += (float) (along * directions[k][i]);
        }
      }
      for (int i = 0; i < SIZE; i++) {
        z[i] += (float) (2 + 0.01 * random.nextGaussian());
      }
      embeddings.add(z);
    }
    return embeddings;
  }

  @Test
  void componentsAreOrthonormalAndByDecreasingVariance() {
    var components = PrincipalComponents.of(EMBEDDINGS, SIZE);
    double[] variances = new double[SIZE];
    for (float[] z : EMBEDDINGS) {
      double[] along = components.project(z);
      for (int k = 0; k < SIZE; k++) {
        variances[k] += along[k] * along[k] / EMBEDDINGS.size();
      }
    }
    for (int k = 0; k < SIZE; k++) {
      if (k > 0) {
        assertThat(variances[k]).isLessThanOrEqualTo(variances[k - 1]);
      }
      for (int j = 0; j <= k; j++) {
        double dot = 0;
        for (int i = 0; i < SIZE; i++) {
          dot +=
              (double) components.directions()[k * SIZE + i]
                  * components.directions()[j * SIZE + i];
        }
        assertThat(dot).isCloseTo(k == j ? 1 : 0, within(1e-5));
      }
    }
    assertThat(variances[5] / variances[4]).as("the data has rank 5").isLessThan(0.01);
  }

  @Test
  void allComponentsRestoreAnEmbedding() {
    var components = PrincipalComponents.of(EMBEDDINGS, SIZE);
    float[] z = EMBEDDINGS.get(7);
    assertThat(components.restore(components.project(z))).containsExactly(z, within(1e-3f));
  }

  @Test
  void aCodeRestoresItsComponentWithinHalfABucket() {
    var codes = EmbeddingCodes.of(EMBEDDINGS, 5, 32);
    int beyond = 0;
    for (float[] z : EMBEDDINGS) {
      double[] along = codes.components().project(z);
      int[] code = codes.encode(z);
      double[] restored = codes.components().project(codes.decode(code));
      for (int k = 0; k < along.length; k++) {
        assertThat(code[k]).isBetween(0, 31);
        double high = codes.low()[k] + 32 * codes.width()[k];
        if (along[k] < codes.low()[k] || along[k] > high) {
          beyond++;
        } else {
          assertThat(restored[k]).isCloseTo(along[k], within(codes.width()[k] / 2 * 1.001 + 1e-4));
        }
      }
    }
    assertThat(beyond).as("values beyond the ends").isLessThan(5 * EMBEDDINGS.size() / 200);
  }

  @Test
  void whatIsRestoredHasTheSameCodes() {
    var codes = EmbeddingCodes.of(EMBEDDINGS, 5, 32);
    for (float[] z : EMBEDDINGS.subList(0, 200)) {
      int[] code = codes.encode(z);
      assertThat(codes.encode(codes.decode(code))).containsExactly(code);
    }
  }

  @Test
  void tokensOfDotProductsAreEquallyFrequent() {
    var random = new Random(5);
    double[] dots = random.doubles(4_000).map(u -> u * u).toArray();
    var buckets = DotBuckets.of(dots, 8);
    int[] counts = new int[8];
    for (double dot : dots) {
      counts[buckets.token(dot)]++;
    }
    for (int count : counts) {
      assertThat(count).isCloseTo(500, within(5));
    }
    assertThat(buckets.token(-1)).isZero();
    assertThat(buckets.token(2)).isEqualTo(7);
    assertThat(buckets.none()).isEqualTo(8);
  }

  @Test
  void codesThatCannotBeAreRefused() {
    var components = PrincipalComponents.of(EMBEDDINGS, 2);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new EmbeddingCodes(components, new float[2], new float[] {1, 0}, 4))
        .withMessage("codes.width: 0.0 (expected: > 0)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PrincipalComponents.of(EMBEDDINGS, SIZE + 1))
        .withMessage("components: 17 (expected: 1 to 16)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new DotBuckets(new float[] {1, 0}))
        .withMessage("dot.edges: 1.0, 0.0 (expected: ascending)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new AutoregressiveConfig(1, 8, 1, 16, 4, 5, 8, 7))
        .withMessage("dot_buckets: 7 (expected: even, ≥ 2)");
  }
}
