package io.diffusion4j.nn.weights;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.TensorSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The differences between existing and required tensors; each entry names a tensor and its shape.
 *
 * @param misshaped tensors whose shape differs from the required one, and those of integers
 * @param missing required tensors that do not exist
 * @param unused existing tensors that are not required
 */
public record Differences(List<String> misshaped, List<String> missing, List<String> unused) {
  public Differences {
    misshaped = List.copyOf(misshaped);
    missing = List.copyOf(missing);
    unused = List.copyOf(unused);
  }

  /**
   * Compares existing with required tensors.
   *
   * @param asked the required shapes by name, in order
   */
  public static Differences between(Map<String, long[]> asked, TensorSource tensors) {
    List<String> misshaped = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    List<String> unused = new ArrayList<>();
    asked.forEach(
        (name, shape) -> {
          if (!tensors.contains(name)) {
            missing.add(name + " " + Arrays.toString(shape));
            return;
          }
          var info = tensors.info(name);
          boolean fits = Arrays.equals(info.shape(), shape);
          if (!fits || !info.dtype().isFloat()) {
            misshaped.add(
                "%s: %s%s (expected: %s)"
                    .formatted(
                        name,
                        Arrays.toString(info.shape()),
                        info.dtype().isFloat() ? "" : " of " + info.dtype(),
                        fits ? "of floating-point numbers" : Arrays.toString(shape)));
          }
        });
    for (String name : new TreeSet<>(tensors.names())) {
      if (!asked.containsKey(name)) {
        unused.add(name + " " + Arrays.toString(tensors.shape(name)));
      }
    }
    return new Differences(misshaped, missing, unused);
  }

  /** Returns the number of differences. */
  public int count() {
    return misshaped.size() + missing.size() + unused.size();
  }

  /**
   * Returns normally if there are no differences.
   *
   * @throws CheckpointException if there are; of more than 50 the message names two
   */
  public void requireNone(Path origin) {
    if (count() > 0) {
      List<String> lines = new ArrayList<>();
      misshaped.forEach(tensor -> lines.add("shape of " + tensor));
      missing.forEach(tensor -> lines.add("missing: " + tensor));
      unused.forEach(tensor -> lines.add("unused: " + tensor));
      throw new CheckpointException(origin, count() + " tensors do not fit the network", lines);
    }
  }
}
