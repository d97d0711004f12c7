package io.diffusion4j.emoji.train;

import io.diffusion4j.checkpoint.strict.Faults;
import java.util.ArrayList;
import java.util.List;

/**
 * A curriculum of concepts: training begins with a few, and then doubles their number until it has
 * all.
 *
 * @param concepts number of concepts at first
 * @param first number of steps with these concepts
 * @param doubling number of steps with each larger number
 */
public record Curriculum(int concepts, long first, long doubling) {
  /**
   * A phase of the training.
   *
   * @param concepts number of concepts
   * @param until the first step after the phase, counted from 0
   */
  record Stage(int concepts, long until) {}

  public Curriculum {
    new Faults()
        .require(concepts >= 2, "concepts", concepts, "≥ 2")
        .require(first >= 0, "first", first, "≥ 0")
        .require(doubling >= 0, "doubling", doubling, "≥ 0")
        .throwIfAny();
  }

  /** Returns the phases before the final one with all concepts. */
  List<Stage> stages(int all) {
    List<Stage> stages = new ArrayList<>();
    long until = first;
    for (int n = concepts; n < all; n *= 2) {
      stages.add(new Stage(n, until));
      until += doubling;
    }
    return stages;
  }
}
