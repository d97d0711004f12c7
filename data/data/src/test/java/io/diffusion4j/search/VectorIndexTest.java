package io.diffusion4j.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.diffusion.embedding.Vectors;
import io.diffusion4j.search.VectorIndex.Hit;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VectorIndexTest {
  private static final int WIDE = 1280;

  @TempDir private Path folder = Path.of("");

  private VectorIndex open(int size) {
    return VectorIndex.open(folder, "model", size);
  }

  private static float[] random(Random random, int size) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) (3 * random.nextGaussian());
    }
    return values;
  }

  @Test
  void theNearestAreTheOnesOfTheLargestCosines() {
    var random = new Random(1);
    Map<String, float[]> all = new HashMap<>();
    for (int i = 0; i < 500; i++) {
      all.put("picture " + i, random(random, WIDE));
    }
    float[] query = random(random, WIDE);
    List<String> expected =
        all.entrySet().stream()
            .sorted(Comparator.comparingDouble(e -> -Vectors.cosine(query, e.getValue())))
            .limit(5)
            .map(Map.Entry::getKey)
            .toList();
    try (var index = open(WIDE)) {
      index.add(all);
      List<Hit> hits = index.nearest(query, 5);
      assertThat(hits).extracting(Hit::name).isEqualTo(expected);
      for (Hit hit : hits) {
        float[] own = all.getOrDefault(hit.name(), query);
        assertThat(hit.cosine()).isCloseTo(Vectors.cosine(query, own), within(1e-5));
      }
    }
  }

  @Test
  void whatWasCommittedIsThereLaterAndTheRestIsNot() {
    try (var index = open(2)) {
      index.add(Map.of("kept", new float[] {1, 0}, "replaced", new float[] {1, 0}));
      index.add(Map.of("replaced", new float[] {0, 2}));
      index.commit();
      index.add(Map.of("lost", new float[] {1, 1}));
      assertThat(index.contains("lost")).isTrue();
    }
    try (var index = open(2)) {
      assertThat(index.names()).containsExactlyInAnyOrder("kept", "replaced");
      assertThat(index.nearest(new float[] {0, 1}, 1)).containsExactly(new Hit("replaced", 1));
      index.remove(List.of("kept", "never there"));
      assertThat(index.count()).isEqualTo(1);
    }
  }

  @Test
  void anIndexOfAnotherModelIsRefused() {
    assertThatThrownBy(() -> VectorIndex.open(folder)).hasMessageEndingWith("of an index)");
    open(2).close();
    try (var index = VectorIndex.open(folder)) {
      assertThat(index.model()).isEqualTo("model");
    }
    assertThatThrownBy(() -> VectorIndex.open(folder, "other", 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("index: " + folder + " of {")
        .hasMessageContaining("model=other");
    try (var index = open(2)) {
      assertThatThrownBy(() -> open(2)).hasMessageContaining("no other program has open");
      assertThatThrownBy(() -> index.nearest(new float[2], 1))
          .hasMessage("length of an embedding: 0.0 (expected: > 0 and finite)");
      assertThatThrownBy(() -> index.add(Map.of("a", new float[3])))
          .hasMessage("embedding: 3 values (expected: 2)");
    }
  }
}
