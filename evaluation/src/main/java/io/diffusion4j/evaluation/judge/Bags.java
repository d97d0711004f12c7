package io.diffusion4j.evaluation.judge;

import java.util.List;

/**
 * Captions as bags of words, the way {@link JudgeTextNetwork} reads them.
 *
 * @param length words of a caption that are read, L
 * @param ids {@code [N, L]}: the numbers of the words, then zeros
 * @param weights {@code [N, L]}: 1/√n for each of n words, then zeros
 */
record Bags(int length, int[] ids, float[] weights) {
  static Bags of(Words words, int length, List<String> captions) {
    int[] ids = new int[captions.size() * length];
    float[] weights = new float[ids.length];
    for (int i = 0; i < captions.size(); i++) {
      List<Integer> known = words.ids(captions.get(i));
      int n = Math.min(length, known.size());
      for (int j = 0; j < n; j++) {
        ids[i * length + j] = known.get(j);
        weights[i * length + j] = (float) (1 / Math.sqrt(n));
      }
    }
    return new Bags(length, ids, weights);
  }

  int count() {
    return ids.length / length;
  }
}
