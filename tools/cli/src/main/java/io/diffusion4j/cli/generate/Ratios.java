package io.diffusion4j.cli.generate;

import io.diffusion4j.diffusion.argument.Check;
import java.util.List;
import java.util.stream.IntStream;

/** The ratios of images between two ends. */
final class Ratios {
  private Ratios() {}

  /**
   * Returns evenly spaced ratios from 0 to the last one, which is in [0, 1]; for one image, the
   * last one only.
   */
  static List<Double> to(double last, int frames) {
    Check.share("ratio", last);
    Check.that(frames >= 1, "frames", frames, "≥ 1");
    return IntStream.rangeClosed(1, frames)
        .mapToObj(i -> frames == 1 ? last : last * (i - 1) / (frames - 1))
        .toList();
  }
}
