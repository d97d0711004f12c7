package io.diffusion4j.diffusion.sampling;

import io.diffusion4j.diffusion.argument.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * A sampler on a fixed grid, compiled to a table with one row for each call of the network.
 *
 * <p>The sample lives in the variance-preserving space, x = √ᾱ·x₀ + √(1−ᾱ)·ε, also for methods that
 * were published in another one.
 *
 * @param steps the rows, first to last
 * @param epsSource the definition of ε̂ in the updates
 * @param initialScale the standard deviation of the initial sample; 1 for most methods
 */
public record SamplingPlan(List<Step> steps, EpsSource epsSource, double initialScale) {
  public SamplingPlan {
    steps = List.copyOf(steps);
    Check.that(!steps.isEmpty(), "steps", "none", "at least one");
    for (int i = 0; i < steps.size(); i++) {
      for (Update.Past past : steps.get(i).update().past()) {
        Check.that(past.ago() <= i, "ago", past.ago() + " at step " + i, "≤ %s", i);
      }
    }
    Check.positive("initialScale", initialScale);
  }

  /**
   * A call of the network and the update that follows.
   *
   * @param t the network's time input
   * @param alphaBar the ᾱ of the sample at that time, in [0, 1]; it relates x, x₀ and ε
   * @param update the move to the next sample
   */
  public record Step(double t, double alphaBar, Update update) {
    public Step {
      Check.that(Double.isFinite(t), "t", t, "finite");
      Check.share("alphaBar", alphaBar);
    }
  }

  /**
   * Returns the ᾱ of the sample that a step begins with.
   *
   * @param step the step from 0 to the number of steps, after the last of which the sample is
   *     clean: ᾱ = 1
   */
  public double alphaBarBefore(int step) {
    return step == steps.size() ? 1 : steps.get(step).alphaBar();
  }

  /** Returns how many steps back the updates read this quantity; 0 if they never do. */
  public int memory(Quantity quantity) {
    return steps.stream()
        .flatMap(step -> step.update().past().stream())
        .filter(past -> past.of() == quantity)
        .mapToInt(Update.Past::ago)
        .max()
        .orElse(0);
  }

  /**
   * Returns how much one step can amplify errors in its inputs: the largest Σ|factor| of a step,
   * with every ε̂ written as (x − √ᾱ·x̂₀)/√(1−ᾱ). 1 is an average; small multiples are usual for
   * methods that extrapolate. Values in the hundreds, as for a method in σ with a step in which σ
   * falls a hundredfold, turn small errors of the network into visible noise. ∞ for a plan that
   * begins with ε̂ of a clean sample, which only the network can determine.
   */
  public double gain() {
    double largest = 0;
    for (int i = 0; i < steps.size(); i++) {
      Update update = steps.get(i).update();
      var terms = new TreeMap<Integer, ErrorTerms>();
      terms.put(i, ErrorTerms.ofEps(steps.get(i), update.eps()).plus(update.x(), update.x0()));
      for (Update.Past past : update.past()) {
        int of = i - past.ago();
        terms.merge(
            of,
            switch (past.of()) {
              case X -> new ErrorTerms(past.factor(), 0);
              case X0 -> new ErrorTerms(0, past.factor());
              case EPS -> ErrorTerms.ofEps(steps.get(of), past.factor());
            },
            (a, b) -> a.plus(b.x, b.x0));
      }
      largest = Math.max(largest, terms.values().stream().mapToDouble(ErrorTerms::size).sum());
    }
    return largest;
  }

  /** The factors of x and x̂₀ of one step. */
  private record ErrorTerms(double x, double x0) {
    static ErrorTerms ofEps(Step step, double factor) {
      if (factor == 0) { // also where the noise is 0
        return new ErrorTerms(0, 0);
      }
      double noise = Math.sqrt(1 - step.alphaBar());
      return new ErrorTerms(factor / noise, -factor * Math.sqrt(step.alphaBar()) / noise);
    }

    ErrorTerms plus(double moreX, double moreX0) {
      return new ErrorTerms(x + moreX, x0 + moreX0);
    }

    double size() {
      return Math.abs(x) + Math.abs(x0);
    }
  }

  /**
   * Returns the plan as a table, a line for each step: timestep, ᾱ, ln(ᾱ/(1−ᾱ)), the factors of x,
   * x̂₀, ε̂ and of quantities of earlier steps, and the standard deviation of the noise, with both
   * bounds if the network predicts it. Factors of zero are left blank.
   */
  @Override
  public String toString() {
    return PlanTable.of(this);
  }

  /** Collects steps. */
  public static final class Builder {
    private final List<Step> steps = new ArrayList<>();
    private EpsSource epsSource = EpsSource.TREATED_X0;
    private double initialScale = 1;

    /** Appends a step. */
    public Builder add(double t, double alphaBar, Update update) {
      steps.add(new Step(t, alphaBar, update));
      return this;
    }

    /** Appends a step from this level. */
    public Builder add(SolverLevel from, Update update) {
      return add(from.t(), from.alphaBar(), update);
    }

    /** Sets the definition of ε̂ in the updates; the default is {@link EpsSource#TREATED_X0}. */
    public Builder epsSource(EpsSource source) {
      epsSource = source;
      return this;
    }

    /** Sets the standard deviation of the initial sample; the default is 1. */
    public Builder initialScale(double scale) {
      initialScale = scale;
      return this;
    }

    /** Returns the plan. */
    public SamplingPlan build() {
      return new SamplingPlan(steps, epsSource, initialScale);
    }
  }
}
