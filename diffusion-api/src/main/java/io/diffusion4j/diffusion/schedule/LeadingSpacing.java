package io.diffusion4j.diffusion.schedule;

import io.diffusion4j.diffusion.argument.Check;
import java.util.stream.IntStream;

/**
 * 0, r, 2r, … with r = ⌊T/n⌋, plus an offset: {@code leading} in diffusers. The noisiest timesteps
 * are left out.
 *
 * @param offset added to each, at least 0; 1 for Stable Diffusion
 */
public record LeadingSpacing(int offset) implements TimestepSpacing {
  public LeadingSpacing {
    Check.that(offset >= 0, "offset", offset, "≥ 0");
  }

  /** Without an offset. */
  public LeadingSpacing() {
    this(0);
  }

  @Override
  public Timesteps of(int trainSteps, int n) {
    Spacings.check(trainSteps, n);
    int stride = trainSteps / n;
    Check.that(
        (n - 1) * stride + offset < trainSteps,
        "offset",
        offset,
        "at most %s for %s of %s steps",
        trainSteps - 1 - (n - 1) * stride,
        n,
        trainSteps);
    return Spacings.descending(IntStream.range(0, n).mapToObj(i -> i * stride + offset).toList());
  }
}
