package io.diffusion4j.nn.engine;

import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Network;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A network that runs in segments, each in the engine that suits it. Between two segments values
 * are float32.
 */
final class SegmentedNetwork implements Executable {
  private final Network network;
  private final TensorSource weights;
  private final Compute compute;
  private final List<Segment> segments;
  private final boolean isKept;
  private final List<Executable> kept = new ArrayList<>();
  private final ReadWriteLock closing = new ReentrantReadWriteLock(); // runs read
  private boolean closed;

  private SegmentedNetwork(
      Network network, TensorSource weights, Compute compute, long parameters, boolean isKept) {
    this.isKept = isKept;
    network.requireFits(weights);
    this.network = network;
    this.weights = weights;
    this.compute = compute;
    segments = Segment.of(network, parameters);
  }

  /** Loads all segments. */
  static SegmentedNetwork loaded(
      Network network, TensorSource weights, Compute compute, long parameters) {
    var segmented = new SegmentedNetwork(network, weights, compute, parameters, true);
    try {
      segmented.segments.forEach(segment -> segmented.kept.add(segmented.load(segment)));
      return segmented;
    } catch (RuntimeException | Error e) {
      segmented.close();
      throw e;
    }
  }

  /**
   * Creation loads nothing: each run loads a segment, runs it and closes it before the next one.
   */
  static SegmentedNetwork streamed(
      Network network, TensorSource weights, Compute compute, long parameters) {
    return new SegmentedNetwork(network, weights, compute, parameters, false);
  }

  private Executable load(Segment segment) {
    var part = segment.network();
    return Engines.compile(part, weights.only(part.parameters().keySet()::contains), compute);
  }

  @Override
  public List<float[]> run(Batch batch) {
    batch.requireOnly(network.inputs().keySet());
    closing.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("network: closed (expected: open)");
      }
      return runAll(batch);
    } finally {
      closing.readLock().unlock();
    }
  }

  private List<float[]> runAll(Batch batch) {
    Map<Integer, float[]> values = new HashMap<>();
    for (int i = 0; i < segments.size(); i++) {
      var segment = segments.get(i);
      var fed = batch(segment, batch, values);
      List<float[]> outputs;
      if (isKept) {
        outputs = kept.get(i).run(fed);
      } else {
        try (var loaded = load(segment)) {
          outputs = loaded.run(fed);
        }
      }
      for (int j = 0; j < outputs.size(); j++) {
        values.put(segment.values().get(j), outputs.get(j));
      }
    }
    return network.outputs().stream()
        .map(output -> Objects.requireNonNull(values.get(output.node())))
        .toList();
  }

  private Batch batch(Segment segment, Batch batch, Map<Integer, float[]> values) {
    Set<String> declared = new HashSet<>(network.inputs().keySet());
    declared.retainAll(segment.network().inputs().keySet());
    var fed = batch.only(declared);
    values.forEach(
        (node, value) -> {
          if (segment.network().inputs().containsKey(Segment.joint(node))) {
            fed.floats(Segment.joint(node), value);
          }
        });
    return fed;
  }

  @Override
  public void close() {
    closing.writeLock().lock();
    try {
      closed = true;
      kept.forEach(Executable::close);
      kept.clear();
    } finally {
      closing.writeLock().unlock();
    }
  }
}
