package io.diffusion4j.onednn.run;

import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.engine.Executable;
import io.diffusion4j.onednn.core.WorkerPool;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.dnnl.dnnl_stream;

/**
 * A compiled network. Whole samples are distributed among the members of the team; for the
 * remaining samples, all members work on the parts of each step. The parts are the same in both
 * cases, so a sample's result does not depend on the batch.
 *
 * <p>Thread-safe: concurrent calls are serialised.
 */
public final class Program implements Executable {
  /** The number of a member's samples that pass through a stretch one after the other. */
  private static final int FOLLOWING = 4;

  private final WorkerPool team;
  private final Slots slots;
  private final Map<String, LayerValue> inputs;
  private final Set<String> integers;
  private final List<LayerValue> outputs;
  private final List<Steps.Stretch> stretches;
  private final Steps steps;
  private final long arenaBytes;
  private final int most;
  private final List<Instance> instances = new ArrayList<>();
  private int generation; // of the memory that the instances are bound to

  /**
   * Creates a compiled program.
   *
   * @param slots the memory, which is closed with the program
   * @param integers names of the integer inputs
   * @param stretches stretches of the steps, for whole samples
   * @param arenaBytes bytes of a sample's arena
   */
  public Program(
      WorkerPool team,
      Slots slots,
      Map<String, LayerValue> inputs,
      Set<String> integers,
      List<LayerValue> outputs,
      Steps steps,
      List<Steps.Stretch> stretches,
      long arenaBytes) {
    this.team = team;
    this.slots = slots;
    this.inputs = new LinkedHashMap<>(inputs);
    this.integers = Set.copyOf(integers);
    this.outputs = List.copyOf(outputs);
    this.stretches = List.copyOf(stretches);
    this.steps = steps;
    this.arenaBytes = arenaBytes;
    this.most = Math.min(StepExecutor.MAX_PARTS, FOLLOWING * team.size());
  }

  /** Binds the steps to the memory of a sample before the first run. */
  public void prepare() {
    slots.acquire();
    try {
      provide(1);
    } finally {
      slots.release();
    }
  }

  /** Binds the steps to the memory of one sample. */
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

    void run(Steps.Stretch stretch, dnnl_stream stream) {
      int end = (int) stretch.parts().end();
      for (int step = (int) stretch.steps().begin(); step < stretch.steps().end(); step++) {
        for (int part = (int) stretch.parts().begin(); part < end; part++) {
          run(step, part, stream);
        }
      }
    }
  }

  @Override
  public List<float[]> run(Batch batch) {
    batch.requireOnly(inputs.keySet());
    Map<String, float[]> given = new LinkedHashMap<>();
    inputs.forEach((name, value) -> given.put(name, fed(batch, name, value.shape())));
    int rows = batch.rows();
    List<float[]> results =
        outputs.stream()
            .map(value -> new float[Math.multiplyExact(rows, Math.toIntExact(value.size()))])
            .toList();
    slots.acquire();
    try {
      int whole = rows / team.size() * team.size();
      provide(Math.max(1, Math.min(whole, most)));
      for (int row = 0; row < whole; row += most) {
        following(given, results, new Range(row, Math.min(whole, row + most)));
      }
      for (int row = whole; row < rows; row++) {
        together(given, results, row);
      }
    } finally {
      slots.release();
    }
    return results;
  }

  /** Binds the steps to the memory of as many samples as pass through together. */
  private void provide(int samples) {
    int current = slots.require(arenaBytes);
    if (generation != current) {
      instances.clear();
      generation = current;
    }
    while (instances.size() < samples) {
      instances.add(new Instance(slots.of(instances.size()), steps));
    }
  }

  private float[] fed(Batch batch, String name, List<Long> shape) {
    long[] sample = shape.stream().mapToLong(Long::longValue).toArray();
    if (!integers.contains(name)) {
      return batch.floats(name, sample);
    }
    int[] whole = batch.ints(name, sample);
    float[] numbers = new float[whole.length];
    for (int i = 0; i < whole.length; i++) {
      numbers[i] = whole[i];
    }
    return numbers;
  }

  private void following(Map<String, float[]> given, List<float[]> results, Range rows) {
    int first = (int) rows.begin();
    int count = (int) rows.size();
    var relay = new StepExecutor(stretches.size(), count, team.size());
    team.run(
        (member, stream) ->
            relay.join(
                member,
                (stretch, sample) -> {
                  var instance = instances.get(sample);
                  if (stretch == 0) {
                    load(instance.slot, given, first + sample);
                  }
                  instance.run(stretches.get(stretch), stream);
                  if (stretch == stretches.size() - 1) {
                    store(instance.slot, results, first + sample);
                  }
                }));
  }

  private void together(Map<String, float[]> given, List<float[]> results, int row) {
    var shared = instances.get(0);
    load(shared.slot, given, row);
    var relay = new StepExecutor(shared.steps.length, team.size(), team.size());
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
    slots.close();
  }
}
