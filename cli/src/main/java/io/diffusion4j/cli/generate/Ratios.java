package io.diffusion4j.cli.generate;

import io.diffusion4j.diffusion.argument.Check;
import java.util.List;
import java.util.stream.IntStream;

/** How far images go from one end to another. */
final class Ratios {
  private Ratios() {}

  /**
   * Images evenly from 0 to the last ratio, which is in [0, 1]; that of the last one alone is it.
   */
  static List<Double> to(double last, int frames) {
    Check.share("ratio", last);
    Check.that(frames >= 1, "frames", frames, "≥ 1");
    return IntStream.rangeClosed(1, frames)
        .mapToObj(i -> frames == 1 ? last : last * (i - 1) / (frames - 1))
        .toList();
  }
}
