package io.diffusion4j.onednn.run;

import io.diffusion4j.onednn.core.Buffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * The steps of a program. Each is done in parts, which may run at once; a step begins when all
 * parts of the one before are done.
 */
public final class Steps {
  /** Weights of fewer bytes than this are soon read again. */
  private static final long HEAVY = 64 << 10;

  private final int parts;
  private final List<List<List<Action>>> steps = new ArrayList<>();

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

  /** Begins a step in which each part has a share of so many. */
  void divide(long size, BiConsumer<Integer, Range> work) {
    next();
    for (int part = 0; part < parts; part++) {
      Range share = Range.share(size, part, parts);
      if (!share.isEmpty()) {
        work.accept(part, share);
      }
    }
  }

  /** One more thing to do for a part in the step that was begun. */
  void add(int part, Action action) {
    int step = steps.size() - 1;
    steps.get(step).get(part).add(action);
    action.buffers().forEach(buffer -> buffer.usedIn(step));
  }

  public int size() {
    return steps.size();
  }

  /**
   * Steps that a sample goes through alone.
   *
   * @param steps of these
   * @param parts these parts
   */
  record Stretch(Range steps, Range parts) {}

  /**
   * The steps in stretches, for several samples at a time: a sample goes through a stretch alone,
   * so that what a step wrote is still in the cache for the next. A step that reads more weights
   * than anything else is a stretch of its own, so that all samples follow each other while the
   * weights are in the cache; if each part of it has weights of its own, each is one.
   *
   * @param scratch is not counted
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

  /** Whether each part reads large weights that no other does. */
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

  /** By step, then by part. */
  List<List<List<Action>>> all() {
    return steps;
  }
}
