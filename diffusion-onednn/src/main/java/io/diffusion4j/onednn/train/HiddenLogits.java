package io.diffusion4j.onednn.train;

/** What is added to the logits of attention, the same for all heads and queries, on a tape. */
record HiddenLogits(Tape tape, float hidden) {
  /**
   * The mask.
   *
   * @param present {@code [n, M]}: 1 for tokens to be seen
   * @param queries L
   * @param keys M and those after them, which are all seen
   * @return {@code [n, heads, L, keys]}
   */
  Activation forward(Activation present, int heads, int queries, int keys) {
    int n = present.samples();
    int tokens = present.channels();
    var mask = tape.input(heads, queries, keys);
    float[] seen = new float[n * tokens];
    float[] all = new float[mask.size()];
    tape.forward(
        stream -> {
          present.floats().get(0, seen);
          for (int row = 0; row < n * heads * queries; row++) {
            int i = row / (heads * queries);
            for (int j = 0; j < tokens; j++) {
              all[row * keys + j] = (1 - seen[i * tokens + j]) * hidden;
            }
          }
          mask.floats().put(0, all);
        });
    return mask;
  }
}
