package io.diffusion4j.diffusion.sampling;

import java.util.Objects;

/**
 * A row of a plan: one call of the network.
 *
 * @param index its number, from 0
 */
public record PlanRow(SamplingPlan plan, int index) {
  public PlanRow {
    Objects.checkIndex(index, plan.steps().size());
  }

  /** Returns the call and its update. */
  public SamplingPlan.Step step() {
    return plan.steps().get(index);
  }

  /** Returns whether the plan has no further row. */
  public boolean isLast() {
    return index + 1 == plan.steps().size();
  }

  /** Returns whether the row is among those from a share to another of all rows, by number. */
  public boolean isWithin(double start, double stop) {
    int rows = plan.steps().size();
    return index >= (int) (start * rows) && index < (int) (stop * rows);
  }
}
