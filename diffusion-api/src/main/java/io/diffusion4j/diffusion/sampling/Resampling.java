package io.diffusion4j.diffusion.sampling;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.process.Transition;
import java.util.ArrayList;
import java.util.List;

/**
 * Repeats groups of steps, so that the redrawn part agrees with the known one (RePaint, Lugmayr et
 * al. 2022, §4.2): after each {@code jumpLength} steps the sample is noised again by as many steps,
 * x_{t+j} ~ q(x_{t+j} | x_t), and these are repeated.
 *
 * <p>Noising again is not a separate step, since the noise of the step before it can be enlarged
 * instead. Only single-step methods can be resampled: the history of a multistep method would
 * belong to earlier noise.
 *
 * @param jumpLength j, the number of steps repeated together, at least 1; 10 in the paper
 * @param times the number of runs of each group, at least 1; 10 in the paper
 */
public record Resampling(int jumpLength, int times) {
  /** Runs every step once. */
  public static final Resampling NONE = new Resampling(1, 1);

  public Resampling {
    Check.that(jumpLength >= 1, "jumpLength", jumpLength, "≥ 1");
    Check.that(times >= 1, "times", times, "≥ 1");
  }

  /** Returns the number of steps with repetitions. */
  public int steps(int steps) {
    return Math.addExact(steps, Math.multiplyExact(times - 1, jumpLength * jumps(steps)));
  }

  /**
   * Returns the number of repeated groups: all full groups, counted from the end, except the first.
   */
  private int jumps(int steps) {
    return (steps - 1) / jumpLength;
  }

  /**
   * Returns a sampler with repetitions. It refuses to plan if the sampler is a multistep method.
   */
  public Sampler of(Sampler sampler) {
    return times == 1
        ? sampler
        : (schedule, timesteps) -> repeated(sampler.plan(schedule, timesteps));
  }

  private SamplingPlan repeated(SamplingPlan once) {
    List<Integer> starts = starts(once); // of the steps, and the end
    int steps = starts.size() - 1;
    int first = steps - jumps(steps) * jumpLength; // the steps before it are done once
    List<SamplingPlan.Step> calls = new ArrayList<>(once.steps().subList(0, starts.get(first)));
    for (int step = first; step < steps; step += jumpLength) {
      int begin = starts.get(step);
      int end = starts.get(step + jumpLength);
      List<SamplingPlan.Step> group = once.steps().subList(begin, end);
      var noising =
          Transition.preservingVariance(once.alphaBarBefore(begin) / once.alphaBarBefore(end));
      for (int time = 1; time < times; time++) {
        calls.addAll(group);
        SamplingPlan.Step last = calls.remove(calls.size() - 1);
        calls.add(new SamplingPlan.Step(last.t(), last.alphaBar(), last.update().then(noising)));
      }
      calls.addAll(group);
    }
    return new SamplingPlan(calls, once.epsSource(), once.initialScale());
  }

  /** Returns the index of each step's first network call, in order, and the number of calls. */
  private static List<Integer> starts(SamplingPlan plan) {
    List<Integer> starts = new ArrayList<>();
    int start = 0;
    for (int call = 0; call < plan.steps().size(); call++) {
      List<Update.Past> past = plan.steps().get(call).update().past();
      if (past.stream().noneMatch(term -> term.of() == Quantity.X)) { // else one more stage of it
        start = call;
        starts.add(call);
      }
      int own = call - start;
      Check.that(
          past.stream().noneMatch(term -> term.ago() > own),
          "sampler",
          "one that remembers earlier steps",
          "a method of one step, such as ddim, to go back and draw again");
    }
    starts.add(plan.steps().size());
    return starts;
  }
}
