package io.diffusion4j.diffusion.schedule;

import java.util.Objects;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/** A schedule of a function's values; {@link NoiseSchedule#of}. */
final class FormulaSchedule implements NoiseSchedule {
  private final double[] alphaBars;

  FormulaSchedule(int steps, DoubleUnaryOperator alphaBar) {
    alphaBars =
        IntStream.rangeClosed(0, steps)
            .mapToDouble(i -> alphaBar.applyAsDouble((double) i / steps))
            .toArray();
    ScheduleCheck.valid(this);
  }

  @Override
  public int steps() {
    return alphaBars.length - 1;
  }

  @Override
  public double alphaBar(int t) {
    return alphaBars[Objects.checkIndex(t - CLEAN, alphaBars.length)];
  }
}
