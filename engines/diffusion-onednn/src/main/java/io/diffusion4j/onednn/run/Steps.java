package io.diffusion4j.onednn.run;

import io.diffusion4j.onednn.core.Buffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * The steps of a program. Each step consists of parts, which may run concurrently; a step begins
 * when all parts of the previous step have finished.
 */
public final class Steps {
  /** Weights of fewer bytes than this are read again quickly. */
  private static final long HEAVY = 64 << 10;

  private final int parts;
  private final List<List<List<Action>>> steps = new ArrayList<>();

  /** Creates an empty sequence of steps. */
  public Steps(int parts) {
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

  /** Begins a step in which each part has a share of this many items. */
  void divide(long size, BiConsumer<Integer, Range> work) {
    next();
    for (int part = 0; part < parts; part++) {
      Range share = Range.share(size, part, parts);
      if (!share.isEmpty()) {
        work.accept(part, share);
      }
    }
  }

  /** Adds an action for a part of the current step. */
  void add(int part, Action action) {
    int step = steps.size() - 1;
    steps.get(step).get(part).add(action);
    action.buffers().forEach(buffer -> buffer.usedIn(step));
  }

  /** Returns the number of steps. */
  public int size() {
    return steps.size();
  }

  /**
   * A sequence of steps that one sample passes through before the next sample.
   *
   * @param steps the steps
   * @param parts their parts
   */
  record Stretch(Range steps, Range parts) {}

  /**
   * Divides the steps into stretches, for several samples at a time. Each sample passes through a
   * stretch by itself, so that the output of a step is still in the cache for the next step. A step
   * that reads mainly weights is a separate stretch, so that all samples use the weights while they
   * are in the cache; if its parts have separate weights, each part is a stretch.
   *
   * @param scratch memory that is not counted
   */
  public List<Stretch> stretches(Collection<Buffer> scratch) {
    List<Stretch> stretches = new ArrayList<>();
    int begin = 0;
    for (int step = 0; step < steps.size(); step++) {
      if (isHeavy(steps.get(step), scratch)) {
        if (begin < step) {
          stretches.add(new Stretch(new Range(begin, step), Range.all(parts)));
        }
        var alone = new Range(step, step + 1);
        if (haveOwnWeights(steps.get(step))) {
          for (int part = 0; part < parts; part++) {
            stretches.add(new Stretch(alone, new Range(part, part + 1)));
          }
        } else {
          stretches.add(new Stretch(alone, Range.all(parts)));
        }
        begin = step + 1;
      }
    }
    if (begin < steps.size()) {
      stretches.add(new Stretch(new Range(begin, steps.size()), Range.all(parts)));
    }
    return stretches;
  }

  private static boolean isHeavy(List<List<Action>> step, Collection<Buffer> scratch) {
    Set<Buffer> buffers = new HashSet<>();
    step.forEach(part -> buffers.addAll(buffers(part)));
    buffers.removeAll(scratch);
    long constant = 0;
    long all = 0;
    for (Buffer buffer : buffers) {
      all += buffer.bytes();
      constant += buffer.constant().isPresent() ? buffer.bytes() : 0;
    }
    return constant >= HEAVY && 2 * constant > all;
  }

  /** Whether each part reads large weights that no other part reads. */
  private static boolean haveOwnWeights(List<List<Action>> step) {
    Set<Buffer> seen = new HashSet<>();
    for (List<Action> part : step) {
      int before = seen.size();
      for (Buffer buffer : buffers(part)) {
        boolean large = buffer.constant().isPresent() && buffer.bytes() >= HEAVY;
        if (large && !seen.add(buffer)) {
          return false;
        }
      }
      if (seen.size() == before) {
        return false;
      }
    }
    return true;
  }

  private static Set<Buffer> buffers(List<Action> part) {
    Set<Buffer> buffers = new HashSet<>();
    part.forEach(action -> buffers.addAll(action.buffers()));
    return buffers;
  }

  /** Returns the actions by step, then by part. */
  List<List<List<Action>>> all() {
    return steps;
  }
}
