package io.diffusion4j.training;

import io.diffusion4j.data.DataSet;
import io.diffusion4j.data.Techniques;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A part, the data set it is trained on, and the techniques of both.
 *
 * @param techniques those of the part
 * @param plugins whose additions have been added to data and techniques
 */
public record PartSetup(
    TrainableComponent part, DataSet data, Techniques techniques, TrainingPlugins plugins) {
  public PartSetup {
    var expected = part.techniques().words().keySet();
    if (!techniques.words().keySet().equals(expected)) {
      throw new IllegalArgumentException(
          "techniques: %s (expected: those of %s, %s)"
              .formatted(techniques.words(), part.word(), String.join(", ", expected)));
    }
    PartTechniques.requirePredictionOfProcess(techniques.words());
  }

  /** Creates the setup of the shipped models. */
  public static PartSetup of(TrainableComponent part, DataSet data) {
    return new PartSetup(part, data, part.techniques(), TrainingPlugins.NONE);
  }

  /** Returns the setup with what plugins add. */
  public PartSetup with(TrainingPlugins added) {
    return new PartSetup(part, added.in(data), added.in(techniques), added);
  }

  /**
   * Returns the setup with another value of a technique of the part or its data. With another
   * process come its prediction type and the plain loss.
   *
   * @throws IllegalArgumentException if there is no technique of this name, or no such value
   */
  public PartSetup with(String name, String value) {
    if (techniques.words().containsKey(name)) {
      var changed = techniques.with(name, value);
      return new PartSetup(
          part,
          data,
          name.equals(PartTechniques.PROCESS.name()) ? PartTechniques.ofProcess(changed) : changed,
          plugins);
    }
    if (data.techniques(part.use()).containsKey(name)) {
      return new PartSetup(part, data.with(name, value), techniques, plugins);
    }
    throw Techniques.unknown(name, all().keySet());
  }

  /** Returns the values of all techniques by name. */
  SortedMap<String, String> all() {
    var all = new TreeMap<>(data.techniques(part.use()));
    all.putAll(techniques.words());
    return all;
  }

  /** Returns all techniques, such as {@code drop=0.1 prediction=x0}. */
  public String words() {
    var written = new TreeMap<>(data.techniques(part.use()));
    written.putAll(techniques.written());
    return written.entrySet().stream().map(Object::toString).collect(Collectors.joining(" "));
  }
}
