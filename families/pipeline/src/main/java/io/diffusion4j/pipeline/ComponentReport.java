package io.diffusion4j.pipeline;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.nn.weights.Differences;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The state of a component of a pipeline folder.
 *
 * @param name its folder
 * @param className its class in Python, from its settings or the index; empty if neither has it
 * @param parameters the number of its parameters by stored type; empty for a component without
 *     weights
 * @param bytes the size of its files
 * @param differences the differences between its weights and those that its settings require; empty
 *     if they could not be compared
 * @param failures its other failures
 */
public record ComponentReport(
    String name,
    String className,
    Map<DType, Long> parameters,
    long bytes,
    Differences differences,
    List<CheckpointException> failures) {
  public ComponentReport {
    parameters = Map.copyOf(parameters);
    failures = List.copyOf(failures);
  }

  /** Returns the number of all parameters. */
  public long parameterCount() {
    return parameters.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Whether it can be used. */
  public boolean isSound() {
    return failures.isEmpty() && differences.count() == 0;
  }

  /** Lists all failures in the words of the exceptions that loading throws. */
  List<CheckpointException> allFailures(java.nio.file.Path folder) {
    List<CheckpointException> all = new ArrayList<>(failures);
    try {
      differences.requireNone(folder.resolve(name));
    } catch (CheckpointException e) {
      all.add(e);
    }
    return all;
  }
}
