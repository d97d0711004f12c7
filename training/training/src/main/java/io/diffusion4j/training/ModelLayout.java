package io.diffusion4j.training;

import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.kandinsky.KandinskyPair;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The places of a model's components on disk. Components are named as in {@link
 * io.diffusion4j.unclip.UnclipFolder}, whatever the names of the family's own folders.
 */
sealed interface ModelLayout permits UnclipLayout, KandinskyLayout {
  /** Returns the layout of a finished model. */
  static ModelLayout of(Path model) {
    return KandinskyPair.isAt(model)
        ? new KandinskyLayout(KandinskyPair.of(model))
        : new UnclipLayout(model);
  }

  /**
   * Returns the layout of the model that a training writes, the layout of the model that it starts
   * from.
   *
   * @param first null if there is none
   */
  static ModelLayout of(Path model, @Nullable Path first) {
    return first != null && KandinskyPair.isAt(first)
        ? new KandinskyLayout(KandinskyPair.in(model))
        : new UnclipLayout(model);
  }

  /**
   * Returns the folder of a component.
   *
   * @throws IllegalArgumentException if models of this family have no such component
   */
  Path component(String name);

  /** Returns the components that a model may have. */
  List<String> components();

  /** Returns the files beside the components that are copied with them. */
  List<Path> files();

  /** Returns the folder of CLIP's towers and tokenizer. */
  Path clip();

  /** Returns the folder that draws when it is opened. */
  Path pipeline();

  /** Returns whether a part of this family can be trained. */
  boolean trains(Part part);

  /** Returns the techniques of a part that the settings of a finished model determine. */
  Map<String, String> techniques(Part part);

  /** Reads the settings of an unCLIP scheduler; empty if there are none. */
  static Optional<SchedulerConfig> scheduler(Path folder) {
    return Optional.of(folder.resolve(SchedulerConfig.FILE_NAME))
        .filter(Files::exists)
        .map(SchedulerConfig::readUnclip);
  }

  /** Returns the technique of a prediction type. */
  static Map<String, String> predicting(Parameterization parameterization) {
    return Map.of(
        PartTechniques.PREDICTION.name(), parameterization.name().toLowerCase(Locale.ROOT));
  }

  /** Writes the index of each folder whose components are complete. */
  void writeIndex();
}
