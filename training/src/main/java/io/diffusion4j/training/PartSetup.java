package io.diffusion4j.training;

import io.diffusion4j.data.DataSet;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A part, the data set it is trained on, and the techniques of both.
 *
 * @param part the part
 * @param data the data set
 * @param techniques those of the part
 */
public record PartSetup(Part part, DataSet data, Techniques techniques) {
  public PartSetup {
    Class<?> expected = Techniques.of(part).getClass();
    if (!expected.isInstance(techniques)) {
      throw new IllegalArgumentException(
          "techniques: " + techniques + " (expected: " + expected.getSimpleName() + ")");
    }
  }

  /** A part as it was trained for the models that ship. */
  public static PartSetup of(Part part, DataSet data) {
    return new PartSetup(part, data, Techniques.of(part));
  }

  /**
   * The same with a technique of the part or of its data changed.
   *
   * @throws IllegalArgumentException if neither has one of this name, or it has no such value
   */
  public PartSetup with(String name, String value) {
    if (techniques.values().containsKey(name)) {
      return new PartSetup(part, data, techniques.with(name, value));
    }
    if (data.techniques(part.use()).containsKey(name)) {
      return new PartSetup(part, data.with(name, value), techniques);
    }
    throw Techniques.unknown(name, values().keySet());
  }

  private SortedMap<String, String> values() {
    var all = new TreeMap<>(data.techniques(part.use()));
    all.putAll(techniques.values());
    return all;
  }

  /** All techniques, such as {@code drop=0.1 prediction=x0}. */
  public String words() {
    return values().entrySet().stream()
        .map(e -> e.getKey() + "=" + e.getValue())
        .collect(Collectors.joining(" "));
  }
}
