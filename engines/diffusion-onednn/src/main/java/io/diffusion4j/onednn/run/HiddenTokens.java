package io.diffusion4j.onednn.run;

import io.diffusion4j.onednn.core.Buffer;
import io.diffusion4j.onednn.core.View;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * Masks tokens in attention.
 *
 * @param present {@code [M]}
 * @param mask {@code [M + after]}
 * @param hidden the logit of a hidden token
 */
record HiddenTokens(View present, View mask, float hidden) implements Action {
  @Override
  public List<Buffer> buffers() {
    return List.of(present.buffer(), mask.buffer());
  }

  @Override
  public Bound bind(Slot slot) {
    FloatBuffer from = slot.floats(present);
    FloatBuffer to = slot.floats(mask);
    float[] values = new float[Math.toIntExact(mask.size())];
    return stream -> {
      for (int i = 0; i < from.capacity(); i++) {
        values[i] = (1 - from.get(i)) * hidden;
      }
      to.put(0, values);
    };
  }
}
