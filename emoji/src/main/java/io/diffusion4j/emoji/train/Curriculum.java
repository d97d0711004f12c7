package io.diffusion4j.emoji.train;

import io.diffusion4j.training.strict.Faults;
import java.util.ArrayList;
import java.util.List;

/**
 * Few things before many: a training begins with a few concepts, and then has twice as many at a
 * time, until it has all.
 *
 * @param concepts how many there are at first
 * @param first for how many steps
 * @param doubling for how many steps each of the larger numbers
 */
public record Curriculum(int concepts, long first, long doubling) {
  /**
   * A stretch of a training.
   *
   * @param concepts how many there are
   * @param until the first step, counted from 0, that is no longer part of it
   */
  record Stage(int concepts, long until) {}

  public Curriculum {
    new Faults()
        .require(concepts >= 2, "concepts", concepts, "≥ 2")
        .require(first >= 0, "first", first, "≥ 0")
        .require(doubling >= 0, "doubling", doubling, "≥ 0")
        .throwIfAny();
  }

  /** The stretches before the one that has all concepts. */
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
