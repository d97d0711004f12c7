package io.diffusion4j.diffusion.sampling;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.process.Transition;
import java.util.ArrayList;
import java.util.List;

/**
 * Goes back and draws again, so that what is drawn has time to agree with what is known (RePaint,
 * Lugmayr et al. 2022, §4.2): after each {@code jumpLength} steps the sample is noised again by as
 * many, x_{t+j} ~ q(x_{t+j} | x_t), and they are done once more.
 *
 * <p>The way back is no step of its own: the step before it ends in noise as well, and two
 * Gaussians are one. For methods of one step; what a multistep method remembers is of noise that is
 * gone.
 *
 * @param jumpLength j, the steps that are repeated together, at least 1; 10 in the paper
 * @param times how often they are done, at least 1; 10 in the paper
 */
public record Resampling(int jumpLength, int times) {
  /** Every step is done once. */
  public static final Resampling NONE = new Resampling(1, 1);

  public Resampling {
    Check.that(jumpLength >= 1, "jumpLength", jumpLength, "≥ 1");
    Check.that(times >= 1, "times", times, "≥ 1");
  }

  /** How many steps there are in place of so many. */
  public int steps(int steps) {
    return Math.addExact(steps, Math.multiplyExact(times - 1, jumpLength * jumps(steps)));
  }

  /** How many groups of steps are repeated: all full ones, counted from the end, but the first. */
  private int jumps(int steps) {
    return (steps - 1) / jumpLength;
  }

  /**
   * A sampler that goes the way of this one, and goes back. It refuses to plan if this one
   * remembers earlier steps.
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

  /** The calls of the network with which a step begins, one step after the other, and the end. */
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
