package io.diffusion4j.training;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.spi.ServiceProviders;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The components of a family of models that can be trained. An implementation is named in {@code
 * META-INF/services/io.diffusion4j.training.TrainableFamily} of its module; no other registration
 * is needed.
 */
public interface TrainableFamily {
  /** Returns the name of the family in messages. */
  String name();

  /** Returns the components, in the order in which they must be trained. */
  List<TrainableComponent> components();

  /** Returns the record of its sections in a {@link Preset}; empty if it has none of its own. */
  default Optional<Class<? extends Record>> sizes() {
    return Optional.empty();
  }

  /**
   * Whether a finished model can be trained on by this family only. A family whose training runs
   * can also begin with random weights need not recognise its models.
   */
  default boolean isAt(Path model) {
    return false;
  }

  /** Whether its training runs can begin with random weights. */
  default boolean canBegin() {
    return true;
  }

  /** Returns the layout of a model that a training writes. */
  ModelLayout layout(Path model);

  /** Returns the layout of a finished model to start from. */
  default ModelLayout finished(Path model) {
    return layout(model);
  }

  /** Returns all families on the class path, in an order that does not depend on it. */
  static List<TrainableFamily> all() {
    return ServiceProviders.of(TrainableFamily.class).stream()
        .sorted(Comparator.comparing(TrainableFamily::name).reversed())
        .toList();
  }

  /** Returns the components whose training runs can begin with random weights. */
  static List<TrainableComponent> allComponents() {
    return all().stream()
        .filter(TrainableFamily::canBegin)
        .flatMap(family -> family.components().stream())
        .toList();
  }

  /** Returns the component of this name. */
  default Optional<TrainableComponent> component(String word) {
    return components().stream().filter(component -> component.word().equals(word)).findFirst();
  }

  /** Returns the families whose components can be trained: those of a model to start from. */
  private static List<TrainableFamily> candidates(@Nullable Path start) {
    List<TrainableFamily> own =
        all().stream().filter(family -> start != null && family.isAt(start)).toList();
    return own.isEmpty() ? all().stream().filter(TrainableFamily::canBegin).toList() : own;
  }

  /**
   * Finds the family of a component; empty if there is no such component.
   *
   * @param word the component's name
   * @param start a model to start from; null if there is none
   */
  static Optional<TrainableFamily> find(String word, @Nullable Path start) {
    return candidates(start).stream()
        .filter(family -> family.component(word).isPresent())
        .findFirst();
  }

  /**
   * Returns the family of a component.
   *
   * @throws IllegalArgumentException if there is no such component, or the model's family has none
   */
  static TrainableFamily of(String word, @Nullable Path start) {
    return find(word, start)
        .orElseThrow(
            () ->
                Check.refusal(
                    "part",
                    word,
                    "%s%s",
                    candidates(start).stream()
                        .flatMap(family -> family.components().stream())
                        .map(TrainableComponent::word)
                        .collect(Collectors.joining(", ")),
                    start == null ? "" : ", of a model such as " + start));
  }
}
