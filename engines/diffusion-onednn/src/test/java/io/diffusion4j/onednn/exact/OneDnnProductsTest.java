package io.diffusion4j.onednn.exact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.exact.Crew;
import io.diffusion4j.nn.exact.Products;
import io.diffusion4j.nn.exact.Products.Window;
import io.diffusion4j.onednn.core.DataType;
import io.diffusion4j.onednn.core.Natives;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Sums of integers by oneDNN against those of 64-bit integers, and the largest ones there are. */
class OneDnnProductsTest {
  /** The integers: all at the bound, which saturates narrower sums; at the bounds; any. */
  private enum Content {
    LARGEST {
      @Override
      int next(SplittableRandom random) {
        return Products.LARGEST;
      }
    },
    EXTREMES {
      @Override
      int next(SplittableRandom random) {
        return random.nextInt(8) == 0 ? -Products.LARGEST : Products.LARGEST;
      }
    },
    ANY {
      @Override
      int next(SplittableRandom random) {
        return random.nextInt(-Products.LARGEST, Products.LARGEST + 1);
      }
    };

    abstract int next(SplittableRandom random);

    float[] of(int count, long seed) {
      var random = new SplittableRandom(seed);
      float[] values = new float[count];
      for (int i = 0; i < count; i++) {
        values[i] = next(random);
      }
      return values;
    }
  }

  static Stream<Arguments> products() {
    var windows =
        List.of(
            new Window(16, 16, 64, 48, 3, 1, 1, 1),
            new Window(16, 16, 3, 48, 3, 1, 1, 1),
            new Window(9, 7, 5, 6, 3, 1, 1, 1),
            new Window(8, 8, 512, 64, 3, 1, 1, 1),
            new Window(16, 16, 48, 96, 3, 2, 0, 1),
            new Window(16, 16, 3, 32, 4, 4, 0, 0),
            new Window(8, 8, 1, 4, 3, 1, 1, 1),
            new Window(77, 1, 2560, 64, 1, 1, 0, 0),
            new Window(1, 1, 1280, 32, 1, 1, 0, 0),
            new Window(64, 1, 37, 11, 1, 1, 0, 0),
            new Window(64, 1, 1, 11, 1, 1, 0, 0));
    return Stream.of(DataType.FLOAT32, DataType.INT8)
        .flatMap(type -> windows.stream().map(window -> Arguments.of(type, window)));
  }

  private static OneDnnProducts products(DataType type) {
    assumeTrue(type == DataType.FLOAT32 || Natives.fast(Precision.EXACT));
    return new OneDnnProducts(1, type);
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("products")
  void sumsOfAFilterAreExact(DataType type, Window w) {
    for (Content content : Content.values()) {
      for (int limbs = 1; limbs <= 2; limbs++) {
        sumsAreExact(type, w, content, limbs);
      }
    }
  }

  private static void sumsAreExact(DataType type, Window w, Content content, int limbs) {
    int size = w.out() * w.kernel() * w.kernel() * w.in();
    List<float[]> weights = new ArrayList<>();
    for (int limb = 0; limb < limbs; limb++) {
      weights.add(content.of(size, 1 + limb));
    }
    float[] high = content.of(w.size(), 3);
    float[] low = content.of(w.size(), 4);
    float[] x = new float[high.length];
    for (int i = 0; i < x.length; i++) {
      low[i] = Math.max(-63, Math.min(63, low[i])); // so that the same limbs result
      x[i] = 2 * (limbs == 1 ? high[i] : 128 * high[i] + low[i]) + 0.9f; // to be rounded
    }
    List<float[]> sums = new ArrayList<>();
    for (int i = 0; i < limbs * limbs; i++) {
      sums.add(new float[w.outSize()]);
    }
    Products.Sums copied =
        (own, position, count) -> {
          int n = count * w.out();
          for (int i = 0; i < sums.size(); i++) {
            own.get(i * n, sums.get(i), position * w.out(), n);
          }
        };
    try (var products = products(type)) {
      var filter = products.filter(w, weights);
      products.perform(() -> filter.run(x, 0.5f, copied, Crew.alone(0)));
    }
    for (int i = 0; i < sums.size(); i++) {
      assertThat(sums.get(i))
          .as("%s, product %s of %s limbs", content, i, limbs)
          .isEqualTo(expected(w, weights.get(i / limbs), i % limbs == 0 ? high : low));
    }
  }

  @ParameterizedTest
  @EnumSource(names = "BFLOAT16", mode = EnumSource.Mode.EXCLUDE)
  void sumsOfAPairAreExact(DataType type) {
    for (int k : new int[] {1, 40, 64, 4096}) {
      for (Content content : Content.values()) {
        try (var products = products(type)) {
          int m = 33;
          int n = 18;
          var pair = products.pair(m, n, k);
          float[] a = content.of(m * k, 1);
          float[] b = content.of(n * k, 2);
          float[] sums = new float[m * n];
          products.perform(() -> pair.run(a, b, sums, 0));
          var window = new Window(m, 1, k, n, 1, 1, 0, 0);
          assertThat(sums).as(content.name()).isEqualTo(expected(window, b, a));
        }
      }
    }
  }

  private static float[] expected(Window w, float[] weights, float[] x) {
    float[] sums = new float[x.length / w.size() * w.outSize()];
    for (int at = 0; at < sums.length; at++) {
      int pixel = at / w.out();
      int left = pixel % w.outWidth() * w.stride() - w.pad();
      int top = pixel / w.outWidth() % w.outHeight() * w.stride() - w.pad();
      int image = at / w.outSize() * w.size();
      int taps = w.kernel() * w.kernel();
      long sum = 0;
      for (int tap = 0; tap < taps; tap++) {
        int row = top + tap / w.kernel();
        int column = left + tap % w.kernel();
        if (row >= 0 && row < w.height() && column >= 0 && column < w.width()) {
          for (int i = 0; i < w.in(); i++) {
            sum +=
                ((long) x[image + (row * w.width() + column) * w.in() + i])
                    * ((long) weights[(at % w.out() * taps + tap) * w.in() + i]);
          }
        }
      }
      sums[at] = sum;
    }
    return sums;
  }
}
