package io.diffusion4j.onednn;

import io.diffusion4j.tf.Batch;
import io.diffusion4j.tf.Executable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.bytedeco.dnnl.dnnl_stream;

/**
 * A compiled network. Whole samples are given to the members of the team; what is left is done by
 * all of them together, a part of each step by each. The parts are the same either way, so that a
 * sample's answer does not depend on its company.
 *
 * <p>Safe for use by several threads, which take turns.
 */
final class Program implements Executable {
  private final Team team;
  private final Scope scope;
  private final Map<String, Value> inputs;
  private final List<Value> outputs;
  private final List<Instance> instances = new ArrayList<>();
  private final ReentrantLock turn = new ReentrantLock(true);
  private boolean closed;

  /**
   * A program that is ready.
   *
   * @param scope what holds all that is native, and is closed with the program
   * @param arenaBytes that a sample takes
   */
  Program(
      Team team,
      Scope scope,
      Map<String, Value> inputs,
      List<Value> outputs,
      Steps steps,
      long arenaBytes) {
    this.team = team;
    this.scope = scope;
    this.inputs = new LinkedHashMap<>(inputs);
    this.outputs = List.copyOf(outputs);
    for (int i = 0; i < team.size(); i++) {
      instances.add(new Instance(new Slot(scope, arenaBytes), steps));
    }
  }

  /** The steps on the memory of one sample. */
  private static final class Instance {
    final Slot slot;
    final Action.Bound[][][] steps;

    Instance(Slot slot, Steps steps) {
      this.slot = slot;
      this.steps =
          steps.all().stream()
              .map(
                  step ->
                      step.stream()
                          .map(
                              part ->
                                  part.stream()
                                      .map(action -> action.bind(slot))
                                      .toArray(Action.Bound[]::new))
                          .toArray(Action.Bound[][]::new))
              .toArray(Action.Bound[][][]::new);
    }

    void run(int step, int part, dnnl_stream stream) {
      for (Action.Bound action : steps[step][part]) {
        action.run(stream);
      }
    }

    void run(dnnl_stream stream) {
      for (int step = 0; step < steps.length; step++) {
        for (int part = 0; part < steps[step].length; part++) {
          run(step, part, stream);
        }
      }
    }
  }

  @Override
  public List<float[]> run(Batch batch) {
    batch.requireOnly(inputs.keySet());
    Map<String, float[]> given = new LinkedHashMap<>();
    inputs.forEach(
        (name, value) ->
            given.put(
                name,
                batch.floats(name, value.shape().stream().mapToLong(Long::longValue).toArray())));
    int rows = batch.rows();
    List<float[]> results =
        outputs.stream()
            .map(value -> new float[Math.multiplyExact(rows, Math.toIntExact(value.size()))])
            .toList();
    turn.lock();
    try {
      if (closed) {
        throw new IllegalStateException("network: closed");
      }
      int whole = rows / team.size() * team.size();
      var next = new AtomicInteger();
      team.run(
          (member, stream) -> {
            var own = instances.get(member);
            for (int row = next.getAndIncrement(); row < whole; row = next.getAndIncrement()) {
              load(own.slot, given, row);
              own.run(stream);
              store(own.slot, results, row);
            }
          });
      for (int row = whole; row < rows; row++) {
        together(given, results, row);
      }
    } finally {
      turn.unlock();
    }
    return results;
  }

  private void together(Map<String, float[]> given, List<float[]> results, int row) {
    var shared = instances.get(0);
    load(shared.slot, given, row);
    var relay = new Relay(shared.steps.length, team.size());
    team.run(
        (member, stream) -> relay.join(member, (step, part) -> shared.run(step, part, stream)));
    store(shared.slot, results, row);
  }

  private void load(Slot slot, Map<String, float[]> given, int row) {
    inputs.forEach(
        (name, value) -> {
          int size = Math.toIntExact(value.size());
          slot.floats(value)
              .put(java.util.Objects.requireNonNull(given.get(name)), row * size, size);
        });
  }

  private void store(Slot slot, List<float[]> results, int row) {
    for (int i = 0; i < results.size(); i++) {
      int size = Math.toIntExact(outputs.get(i).size());
      slot.floats(outputs.get(i)).get(results.get(i), row * size, size);
    }
  }

  @Override
  public void close() {
    turn.lock();
    try {
      if (!closed) {
        closed = true;
        scope.close();
      }
    } finally {
      turn.unlock();
    }
  }
}
