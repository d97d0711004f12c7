package io.diffusion4j.pipeline;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.nn.weights.Differences;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A component of a pipeline folder, as it is.
 *
 * @param name its folder
 * @param className its class in Python, as its settings or the index say it; empty if neither does
 * @param parameters how many numbers its weights have, by the type they are stored as; empty for a
 *     component without weights
 * @param bytes the size of its files
 * @param differences how its weights differ from what its settings ask for; none if they could not
 *     be compared
 * @param failures what else is wrong with it
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

  /** The number of all parameters. */
  public long parameterCount() {
    return parameters.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Whether it can be used. */
  public boolean isSound() {
    return failures.isEmpty() && differences.count() == 0;
  }

  /** Everything that is wrong, as loading would tell it. */
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
