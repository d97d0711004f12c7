package io.diffusion4j.training;

import io.diffusion4j.data.DataSet;
import io.diffusion4j.data.Techniques;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * A component of a {@link TrainableFamily}, or several that are trained together: what its training
 * reads and writes, and the training itself. The defaults are those of a component of every model
 * that learns from pictures and their captions. Immutable.
 */
public interface TrainableComponent {
  /** The models that are trained with a component. */
  enum Scope {
    /** Every model of the family. */
    ALWAYS,
    /** Models that are trained with the component by its name, finished ones too. */
    BY_NAME,
    /** A separate model, which is no component of the family's pipelines. */
    SEPARATE
  }

  /**
   * Returns the name on the command line, of the state's folder and in the notes of weights: {@code
   * upsampler-last}.
   */
  String word();

  /**
   * Returns the component with its weights, or the first such component; a model without it lacks
   * this component.
   */
  default String component() {
    return word().replace('-', '_');
  }

  /** Returns the components whose weights a training starts from. */
  default List<String> weights() {
    return List.of(component());
  }

  /** Returns all components that a training writes, whatever its network is. */
  default List<String> folders() {
    return weights();
  }

  /** Returns the components that a run writes, which depend on its network for some. */
  default List<String> folders(ComponentRun run) {
    return folders();
  }

  /** Returns the models that are trained with it. */
  default Scope scope() {
    return Scope.ALWAYS;
  }

  /** Returns its use of a data set. */
  default DataSet.Use use() {
    return DataSet.Use.CAPTIONED;
  }

  /** Returns other values of techniques, by name, while a preset's learning rate is constant. */
  default SortedMap<String, String> whileConstant(Preset preset) {
    return Collections.emptySortedMap();
  }

  /** Returns the techniques of the shipped models. */
  default Techniques techniques() {
    return Techniques.of();
  }

  /** Returns the default name of the folder of a model that is trained with it. */
  default String home() {
    return "model";
  }

  /** Whether it is trained on image embeddings, which may be stored ones. */
  default boolean learnsFromEmbeddings() {
    return false;
  }

  /**
   * Returns the prefix of its network's keys during a training, without which low-rank updates are
   * stored; empty if nothing draws with low-rank updates of it.
   */
  default Optional<String> lowRankPrefix() {
    return Optional.empty();
  }

  /**
   * Returns the prefix of the stored names of low-rank updates, such as {@code unet.}, in the form
   * of pipelines whose files may have updates of several networks.
   */
  default String updatesPrefix() {
    return "";
  }

  /** Returns the sections of a preset that determine its shape. */
  default List<String> sections() {
    return List.of(word());
  }

  /**
   * Returns the length and learning rate of its training in a preset.
   *
   * @throws IllegalArgumentException if the preset has none
   */
  Preset.Schedule schedule(Preset preset);

  /**
   * Returns the identities of the frozen networks that it learns from, by their names in the origin
   * of a run.
   */
  default Map<String, String> frozen(ComponentRun run) {
    return Map.of();
  }

  /**
   * Draws examples with the component alone, before the components exist that a pipeline also
   * needs; none if it draws no pictures.
   *
   * @param written a run whose model folder contains the component
   * @param examples of which the first {@link Preview#COUNT} are drawn
   */
  default List<Preview> previews(ComponentRun written, DataSet examples) {
    return List.of();
  }

  /**
   * Trains it until the end or until it is stopped, then writes it.
   *
   * @return whether it is finished
   */
  boolean train(ComponentRun run);
}
