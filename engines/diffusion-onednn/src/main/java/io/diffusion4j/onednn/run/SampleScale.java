package io.diffusion4j.onednn.run;

import io.diffusion4j.onednn.core.Buffer;
import io.diffusion4j.onednn.core.View;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Computes the scale of a sample's 8-bit integers from the extremes of its parts.
 *
 * @param extremes one number each
 * @param least the largest absolute value is at least this
 * @param scale the factor of an integer: the largest absolute value / 127
 * @param inverse the factor of a value
 */
record SampleScale(List<View> extremes, float least, View scale, View inverse) implements Action {
  /** The largest integer; −128 is not used, so that the format is symmetric. */
  static final int LARGEST = 127;

  @Override
  public List<Buffer> buffers() {
    List<Buffer> buffers = new ArrayList<>();
    extremes.forEach(view -> buffers.add(view.buffer()));
    buffers.add(scale.buffer());
    buffers.add(inverse.buffer());
    return buffers;
  }

  @Override
  public Bound bind(Slot slot) {
    var found = extremes.stream().map(slot::floats).toArray(FloatBuffer[]::new);
    var to = slot.floats(scale);
    var inverted = slot.floats(inverse);
    return stream -> {
      float largest = least;
      for (FloatBuffer extreme : found) {
        largest = Math.max(largest, Math.abs(extreme.get(0)));
      }
      to.put(0, of(largest));
      inverted.put(0, 1 / of(largest));
    };
  }

  /** Returns the scale for values up to this absolute value; 1 if all of them are 0. */
  static float of(float largest) {
    return largest < Float.MIN_NORMAL * LARGEST ? 1 : largest / LARGEST;
  }
}
