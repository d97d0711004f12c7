package io.diffusion4j.onednn.run;

import io.diffusion4j.onednn.core.Buffer;
import io.diffusion4j.onednn.core.View;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * Computes x·given + row·(1 − given).
 *
 * @param x {@code [C]}
 * @param given one number
 * @param row {@code [C]}
 * @param to {@code [C]}
 */
record RowOrVector(View x, View given, View row, View to) implements Action {
  @Override
  public List<Buffer> buffers() {
    return List.of(x.buffer(), given.buffer(), row.buffer(), to.buffer());
  }

  @Override
  public Bound bind(Slot slot) {
    FloatBuffer vector = slot.floats(x);
    FloatBuffer use = slot.floats(given);
    FloatBuffer learned = slot.floats(row);
    FloatBuffer chosen = slot.floats(to);
    return stream -> {
      float u = use.get(0);
      for (int i = 0; i < chosen.capacity(); i++) {
        chosen.put(i, vector.get(i) * u + learned.get(i) * (1 - u));
      }
    };
  }
}
