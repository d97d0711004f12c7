package io.diffusion4j.onednn;

import java.util.ArrayList;
import java.util.List;

/**
 * The steps of a program. Each is done in parts, which may run at once; a step begins when all
 * parts of the one before are done.
 */
final class Steps {
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

  /** By step, then by part. */
  List<List<List<Action>>> all() {
    return steps;
  }
}
