package io.diffusion4j.onednn.run;

import io.diffusion4j.onednn.core.Arena;
import io.diffusion4j.onednn.core.Curve;
import io.diffusion4j.onednn.core.DataType;
import io.diffusion4j.onednn.core.View;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes the steps that convert activations to 8-bit integers. Each sample has its own scale: its
 * largest absolute value becomes 127. Layers that read the same activations share the result.
 */
final class Quantisation {
  /**
   * The activations that a convolution or dense layer reads.
   *
   * @param scale the factor of 8-bit integers, one number; empty for other formats
   */
  record Source(LayerValue value, Optional<View> scale) {
    /** Reads a value as it is. */
    static Source of(LayerValue value) {
      return new Source(value, Optional.empty());
    }
  }

  private final Steps steps;
  private final Arena arena;
  private final Primitives primitives;
  private final Map<LayerValue, Source> known = new HashMap<>();

  Quantisation(Steps steps, Arena arena, Primitives primitives) {
    this.steps = steps;
    this.arena = arena;
    this.primitives = primitives;
  }

  /**
   * Returns the integers of these activations, and their scale.
   *
   * @param isOfCurve whether they are values of a {@link Curve}
   */
  Source of(LayerValue x, boolean isOfCurve) {
    LayerValue flat = x.withShape(List.of(x.size()));
    Source made = known.get(flat);
    if (made == null) {
      made = quantise(flat, isOfCurve);
      known.put(flat, made);
    }
    return new Source(made.value().withShape(x.shape()), made.scale());
  }

  /**
   * Each part finds the extremes of its values, and derives the scale from the extremes of all
   * parts.
   */
  private Source quantise(LayerValue x, boolean isOfCurve) {
    LayerValue y = LayerValue.in(arena, DataType.INT8, x.shape());
    List<View> extremes = new ArrayList<>();
    float least = isOfCurve ? -Curve.MIN : 0;
    steps.divide(
        x.size(),
        (part, range) -> {
          var row = row(x, range);
          var largest = number();
          extremes.add(largest);
          primitives.largest(part, row, matrix(largest));
          if (!isOfCurve) {
            var smallest = number();
            extremes.add(smallest);
            primitives.smallest(part, row, matrix(smallest));
          }
        });
    List<View> scales = new ArrayList<>();
    steps.divide(
        x.size(),
        (part, range) -> {
          var scale = number();
          var inverse = number();
          scales.add(scale);
          steps.add(part, new SampleScale(extremes, least, scale, inverse));
          var row = row(x, range);
          primitives.multiply(part, row, matrix(inverse), row(y, range), List.of());
        });
    return new Source(y, Optional.of(scales.get(0)));
  }

  private View number() {
    return View.dense(arena.buffer(Float.BYTES), DataType.FLOAT32, 0, 1);
  }

  private static View matrix(View number) {
    return View.dense(number.buffer(), number.type(), number.offset(), 1, 1);
  }

  private static View row(LayerValue x, Range range) {
    return View.dense(x.buffer(), x.type(), x.offset() + range.begin(), 1, range.size());
  }
}
