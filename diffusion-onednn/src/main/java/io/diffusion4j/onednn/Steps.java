package io.diffusion4j.onednn;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The steps of a program. Each is done in parts, which may run at once; a step begins when all
 * parts of the one before are done.
 */
final class Steps {
  /** Weights of fewer bytes than this are soon read again. */
  private static final long HEAVY = 64 << 10;

  private final int parts;
  private final List<List<List<Action>>> steps = new ArrayList<>();

  Steps(int parts) {
    this.parts = parts;
  }

  int parts() {
    return parts;
  }

  /** Begins the next step. */
  void next() {
    List<List<Action>> step = new ArrayList<>();
    for (int part = 0; part < parts; part++) {
      step.add(new ArrayList<>());
    }
    steps.add(step);
  }

  /** One more thing to do for a part in the step that was begun. */
  void add(int part, Action action) {
    int step = steps.size() - 1;
    steps.get(step).get(part).add(action);
    action.buffers().forEach(buffer -> buffer.usedIn(step));
  }

  int size() {
    return steps.size();
  }

  /**
   * The steps in stretches, for several samples at a time: a sample goes through a stretch alone,
   * so that what a step wrote is still in the cache for the next. A step that reads more weights
   * than anything else is a stretch of its own, so that all samples follow each other while the
   * weights are in the cache.
   *
   * @param scratch is not counted
   */
  List<Range> stretches(Collection<Buffer> scratch) {
    List<Range> stretches = new ArrayList<>();
    int begin = 0;
    for (int step = 0; step < steps.size(); step++) {
      if (isHeavy(steps.get(step), scratch)) {
        if (begin < step) {
          stretches.add(new Range(begin, step));
        }
        stretches.add(new Range(step, step + 1));
        begin = step + 1;
      }
    }
    if (begin < steps.size()) {
      stretches.add(new Range(begin, steps.size()));
    }
    return stretches;
  }

  private static boolean isHeavy(List<List<Action>> step, Collection<Buffer> scratch) {
    Set<Buffer> buffers = new HashSet<>();
    step.forEach(part -> part.forEach(action -> buffers.addAll(action.buffers())));
    buffers.removeAll(scratch);
    long constant = 0;
    long all = 0;
    for (Buffer buffer : buffers) {
      all += buffer.bytes();
      constant += buffer.constant().isPresent() ? buffer.bytes() : 0;
    }
    return constant >= HEAVY && 2 * constant > all;
  }

  /** By step, then by part. */
  List<List<List<Action>>> all() {
    return steps;
  }
}
