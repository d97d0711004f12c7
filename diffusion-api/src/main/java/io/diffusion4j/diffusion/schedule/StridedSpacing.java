package io.diffusion4j.diffusion.schedule;

import io.diffusion4j.diffusion.argument.Check;
import java.util.List;
import java.util.stream.IntStream;

/**
 * 0, i, 2i, … with the first whole stride i that gives exactly n: OpenAI's {@code "ddimN"}. There
 * may be none.
 */
public record StridedSpacing() implements TimestepSpacing {
  /** How many feasible numbers of steps an error suggests. */
  private static final int SUGGESTIONS = 4;

  @Override
  public Timesteps of(int trainSteps, int n) {
    Spacings.check(trainSteps, n);
    for (int stride = 1; stride < Math.max(2, trainSteps); stride++) {
      if (count(trainSteps, stride) == n) {
        return multiples(stride, n);
      }
    }
    throw Check.refusal(
        "steps", n, "a whole stride through %s, such as %s", trainSteps, nearby(trainSteps, n));
  }

  private static Timesteps multiples(int stride, int n) {
    return Spacings.descending(IntStream.range(0, n).mapToObj(i -> i * stride).toList());
  }

  /** How many multiples of the stride there are in 0, …, trainSteps − 1. */
  private static int count(int trainSteps, int stride) {
    return (trainSteps + stride - 1) / stride;
  }

  private static List<Integer> nearby(int trainSteps, int n) {
    return IntStream.range(1, trainSteps)
        .map(stride -> count(trainSteps, stride))
        .distinct()
        .boxed()
        .sorted((a, b) -> Integer.compare(Math.abs(a - n), Math.abs(b - n)))
        .limit(SUGGESTIONS)
        .sorted()
        .toList();
  }
}
