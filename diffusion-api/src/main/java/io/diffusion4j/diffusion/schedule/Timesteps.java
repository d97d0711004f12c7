package io.diffusion4j.diffusion.schedule;

import io.diffusion4j.diffusion.argument.Check;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The timesteps a sampler visits, strictly decreasing. The clean sample after the last one is not
 * listed; {@link #get} returns {@link NoiseSchedule#CLEAN} for it. They may be the {@linkplain
 * #last end} of a longer list, of which strides and grids are made.
 *
 * @param values whole timesteps
 * @param times the times before rounding, for the solvers that work between timesteps (diffusers'
 *     Euler, Heun and Euler ancestral); the whole timesteps themselves for most spacings
 * @param passed the noisier timesteps of the list, which are not visited; none for a whole list
 * @param start the variance of the initial sample, for the solvers that distinguish it
 */
public record Timesteps(
    List<Integer> values, List<Double> times, List<Integer> passed, Start start) {
  /** The variance of the initial sample of diffusers' Euler and Heun. */
  public enum Start {
    /** That of the noise alone: {@code linspace} and {@code trailing}. */
    NOISE,
    /** That of the noise and what is left of the data: {@code leading}. */
    DATA,
    /** {@link #NOISE} at the end of the schedule, {@link #DATA} below it. */
    BY_PLACE
  }

  public Timesteps {
    values = List.copyOf(values);
    passed = List.copyOf(passed);
    times = List.copyOf(times);
    Check.that(!values.isEmpty(), "timesteps", "none", "at least one");
    for (int i = 0; i < values.size(); i++) {
      Check.that(
          values.get(i) >= 0 && (i == 0 || values.get(i) < values.get(i - 1)),
          "timesteps",
          values,
          "strictly decreasing and ≥ 0");
    }
    Check.that(times.size() == values.size(), "times", times.size(), "%s", values.size());
    for (int i = 0; i < times.size(); i++) {
      Check.that(
          Math.abs(times.get(i) - values.get(i)) <= 0.5,
          "times",
          times.get(i),
          "within half a step of %s",
          values.get(i));
    }
  }

  /** Creates a whole list. */
  public Timesteps(List<Integer> values, List<Double> times) {
    this(values, times, List.of(), Start.BY_PLACE);
  }

  /** Creates whole timesteps, with nothing between them. */
  public Timesteps(List<Integer> values) {
    this(values, values.stream().map(Integer::doubleValue).toList());
  }

  /** Returns these timesteps, the noisiest first. */
  public static Timesteps of(int... values) {
    return new Timesteps(Arrays.stream(values).boxed().toList());
  }

  /** Checks that all timesteps are below this number. */
  void requireBelow(int trainSteps) {
    Check.that(values.get(0) < trainSteps, "timesteps", values, "below %s", trainSteps);
  }

  /** Returns the last timesteps, which are the cleanest, as the end of the same list. */
  public Timesteps last(int count) {
    int from = size() - count;
    List<Integer> before = new ArrayList<>(passed);
    before.addAll(values.subList(0, from));
    return new Timesteps(
        values.subList(from, size()), times.subList(from, size()), before, Start.BY_PLACE);
  }

  /** Returns these timesteps with another start. */
  Timesteps startingFrom(Start other) {
    return new Timesteps(values, times, passed, other);
  }

  /** Returns whether the initial sample has the variance of the noise alone. */
  public boolean startsFromNoise(int trainSteps) {
    return start == Start.NOISE || (start == Start.BY_PLACE && values.get(0) == trainSteps - 1);
  }

  /** Returns the number of timesteps, without the clean end. */
  public int size() {
    return values.size();
  }

  /** Returns the number of timesteps of the whole list. */
  public int listed() {
    return passed.size() + values.size();
  }

  /**
   * Returns the i-th timestep; {@link NoiseSchedule#CLEAN} for {@code i == size()}, and those
   * passed for i &lt; 0, −1 being the last of them.
   */
  public int get(int i) {
    return i < 0
        ? passed.get(passed.size() + i)
        : i == values.size() ? NoiseSchedule.CLEAN : values.get(i);
  }
}
