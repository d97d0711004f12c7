package io.diffusion4j.nn.weights;

import io.diffusion4j.checkpoint.CheckpointException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * How the tensors that there are differ from those that are asked for; each entry names a tensor
 * and its shape.
 *
 * @param misshaped tensors of another shape than the one asked for
 * @param missing tensors that are asked for and not there
 * @param unused tensors that are there and not asked for
 */
public record Differences(List<String> misshaped, List<String> missing, List<String> unused) {
  public Differences {
    misshaped = List.copyOf(misshaped);
    missing = List.copyOf(missing);
    unused = List.copyOf(unused);
  }

  /**
   * Compares.
   *
   * @param asked shapes by name, in the order in which they are asked for
   * @param names of the tensors that there are
   */
  public static Differences between(
      Map<String, long[]> asked, Collection<String> names, Shapes shapes) {
    List<String> misshaped = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    List<String> unused = new ArrayList<>();
    asked.forEach(
        (name, shape) -> {
          if (!names.contains(name)) {
            missing.add(name + " " + Arrays.toString(shape));
          } else if (!Arrays.equals(shapes.of(name), shape)) {
            misshaped.add(
                name
                    + ": "
                    + Arrays.toString(shapes.of(name))
                    + " (expected: "
                    + Arrays.toString(shape)
                    + ")");
          }
        });
    for (String name : new TreeSet<>(names)) {
      if (!asked.containsKey(name)) {
        unused.add(name + " " + Arrays.toString(shapes.of(name)));
      }
    }
    return new Differences(misshaped, missing, unused);
  }

  /** The shape of a tensor that is there. */
  @FunctionalInterface
  public interface Shapes {
    long[] of(String name);
  }

  /** How many tensors differ. */
  public int count() {
    return misshaped.size() + missing.size() + unused.size();
  }

  /**
   * Nothing if there are none.
   *
   * @throws CheckpointException if there are; the message lists them all
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
