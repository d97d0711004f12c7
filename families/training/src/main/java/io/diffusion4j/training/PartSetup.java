package io.diffusion4j.training;

import io.diffusion4j.data.DataSet;
import io.diffusion4j.data.Techniques;
import io.diffusion4j.nn.train.TrainingConfig;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A part, the data set it is trained on, and the techniques of both.
 *
 * @param techniques those of the part
 * @param plugins whose additions have been added to data and techniques
 * @param constant other values, by name, while the learning rate is constant
 */
public record PartSetup(
    TrainableComponent part,
    DataSet data,
    Techniques techniques,
    TrainingPlugins plugins,
    SortedMap<String, String> constant) {
  public PartSetup {
    constant = Collections.unmodifiableSortedMap(new TreeMap<>(constant));
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
    return new PartSetup(part, data, part.techniques(), TrainingPlugins.NONE, new TreeMap<>());
  }

  /** Returns the setup with what plugins add. */
  public PartSetup with(TrainingPlugins added) {
    return new PartSetup(part, added.in(data), added.in(techniques), added, constant);
  }

  /**
   * Returns the setup with another value of a technique of the part or its data, at all learning
   * rates. With another process come its prediction type and the plain loss.
   *
   * @throws IllegalArgumentException if there is no technique of this name, or no such value
   */
  public PartSetup with(String name, String value) {
    var others = new TreeMap<>(constant);
    others.remove(name);
    if (techniques.words().containsKey(name)) {
      var changed = techniques.with(name, value);
      return new PartSetup(
          part,
          data,
          name.equals(PartTechniques.PROCESS.name()) ? PartTechniques.ofProcess(changed) : changed,
          plugins,
          others);
    }
    if (data.techniques(part.use()).containsKey(name)) {
      return new PartSetup(part, data.with(name, value), techniques, plugins, others);
    }
    throw Techniques.unknown(name, all().keySet());
  }

  /**
   * Returns the setup with other values while the learning rate is constant, as far as the part or
   * its data has the techniques.
   *
   * @throws IllegalArgumentException if there is no such value
   */
  public PartSetup withConstant(SortedMap<String, String> values) {
    var known = new TreeMap<>(values);
    known.keySet().retainAll(all().keySet());
    var changed = new PartSetup(part, data, techniques, plugins, known);
    changed.whileConstant(); // an invalid value fails at once
    return changed;
  }

  /** Returns the setup while the learning rate is constant. */
  public PartSetup whileConstant() {
    PartSetup changed = this;
    for (var technique : constant.entrySet()) {
      changed = changed.with(technique.getKey(), technique.getValue());
    }
    return changed;
  }

  /** Returns the components that a training replaces: none with low-rank updates. */
  List<String> replaced(TrainingConfig config) {
    return config.lowRank().isPresent() ? List.of() : part.folders();
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
    return joined(written) + (constant.isEmpty() ? "" : ", at a constant rate " + joined(constant));
  }

  private static String joined(SortedMap<String, String> values) {
    return values.entrySet().stream().map(Object::toString).collect(Collectors.joining(" "));
  }
}
