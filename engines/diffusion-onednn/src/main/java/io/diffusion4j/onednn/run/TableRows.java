package io.diffusion4j.onednn.run;

import io.diffusion4j.onednn.core.Buffer;
import io.diffusion4j.onednn.core.View;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * Looks up rows of a table by their numbers.
 *
 * @param table {@code [rows, width]}
 * @param ids whole numbers in float32
 * @param to {@code [ids, width]}
 */
record TableRows(View table, int width, View ids, View to) implements Action {
  @Override
  public List<Buffer> buffers() {
    return List.of(table.buffer(), ids.buffer(), to.buffer());
  }

  @Override
  public Bound bind(Slot slot) {
    FloatBuffer values = slot.floats(table);
    FloatBuffer numbers = slot.floats(ids);
    FloatBuffer rows = slot.floats(to);
    return stream -> {
      for (int i = 0; i < numbers.capacity(); i++) {
        rows.put(i * width, values, ((int) numbers.get(i)) * width, width);
      }
    };
  }
}
