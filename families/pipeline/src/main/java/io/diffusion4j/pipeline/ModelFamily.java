package io.diffusion4j.pipeline;

import com.google.inject.Module;
import io.diffusion4j.checkpoint.lora.LoraChoice;
import io.diffusion4j.diffusion.argument.ByName;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.pipeline.PictureLikelihood;
import io.diffusion4j.diffusion.pipeline.PictureLikelihood.Example;
import io.diffusion4j.diffusion.spi.ServiceProviders;
import io.diffusion4j.nn.StoredNetwork;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A layout of model folders, and the conversion of such a folder to a pipeline. An implementation
 * is named in {@code META-INF/services/io.diffusion4j.pipeline.ModelFamily} of its module; no other
 * registration is needed.
 */
public interface ModelFamily {
  /** Returns the name of the family in messages, such as {@code unCLIP}. */
  String name();

  /**
   * Returns the characteristic files of this family's folders, in words, such as {@code
   * model_index.json}.
   */
  String layout();

  /** Whether a folder looks like one of this family; it may still be damaged. */
  boolean isAt(Path folder);

  /** Whether its models need a text, so that a request without one is rejected. */
  default boolean needsWords() {
    return true;
  }

  /** Identifies the model of a folder when it is opened in this way, without opening it. */
  default String digest(Path folder, OpenOptions how) {
    return FolderDigest.of(folder, component -> true);
  }

  /**
   * Returns normally if the low-rank updates fit the networks of a folder that is opened in this
   * way.
   *
   * @throws IllegalArgumentException if the family has no low-rank updates
   * @throws io.diffusion4j.checkpoint.CheckpointException if they do not fit
   */
  default void checkLoras(Path folder, OpenOptions how) {
    List<LoraChoice> loras = how.loras();
    Check.that(
        loras.isEmpty(),
        "lora",
        loras.isEmpty() ? "none" : loras.get(0).name(),
        "none; %s takes no low-rank updates",
        name());
  }

  /** Returns the names of the guides that its models support, see {@link OpenOptions#guides}. */
  default Set<String> guides() {
    return Set.of();
  }

  /**
   * Returns normally if the family supports these guides.
   *
   * @throws IllegalArgumentException if it does not
   */
  default void checkGuides(Map<String, Path> guides) {
    guides.forEach(
        (name, folder) ->
            Check.that(
                guides().contains(name),
                name,
                folder,
                "none; %s is guided by %s",
                name(),
                guides().isEmpty() ? "no gradient" : String.join(", ", guides())));
  }

  /**
   * Returns the layouts of published files that become folders of this family, or their guides, by
   * names such as {@code glide}.
   */
  default Map<String, PublishedLayout> published() {
    return Map.of();
  }

  /** Returns the models that can be written with random weights, by names such as {@code sd15}. */
  default Map<String, RandomModel> random() {
    return Map.of();
  }

  /**
   * Returns what all families on the class path have of one kind, by name.
   *
   * @param kind the word for an entry in errors
   * @throws IllegalArgumentException if no family has any, or if two have the same name
   */
  static <T> ByName<T> all(String kind, Function<ModelFamily, Map<String, T>> of) {
    Map<String, T> all = new HashMap<>();
    for (ModelFamily family : ServiceProviders.of(ModelFamily.class)) {
      of.apply(family)
          .forEach(
              (name, each) ->
                  Check.that(all.put(name, each) == null, kind, name, "a name of one family"));
    }
    return new ByName<>(kind, all);
  }

  /** Reports the content of a folder and all its failures, without reading weights. */
  FolderReport inspect(Path folder);

  /**
   * Returns the networks of a folder by themselves, for other runtimes; networks that only guide
   * are not among them.
   *
   * @throws io.diffusion4j.checkpoint.CheckpointException if the settings of one are damaged
   */
  List<StoredNetwork> networks(Path folder);

  /**
   * Opens the networks of a folder.
   *
   * @throws IllegalArgumentException if the folder cannot be opened in this way
   * @throws io.diffusion4j.checkpoint.CheckpointException if its content is damaged
   */
  Opened open(Path folder, OpenOptions how);

  /**
   * Opens the likelihood of pictures under a folder's model.
   *
   * @throws IllegalArgumentException if the family has no likelihood
   * @throws io.diffusion4j.checkpoint.CheckpointException if the folder's content is damaged
   */
  default PictureLikelihood likelihood(Path folder, OpenOptions how) {
    throw Check.refusal("model", folder, "one with a likelihood; %s has none", name());
  }

  /**
   * Examines each network of a folder, to find out why a model draws only noise, and draws a
   * picture.
   *
   * @param examples at least two pictures with captions
   * @param seed the seed of the noise
   * @param drawn receives the picture, if the networks can draw one
   * @throws IllegalArgumentException if the networks of this family are not examined in this way
   * @throws io.diffusion4j.checkpoint.CheckpointException if the folder cannot be opened
   */
  default List<Diagnosis> examine(
      Path folder, OpenOptions how, List<Example> examples, long seed, Consumer<Image> drawn) {
    throw Check.refusal("model", folder, "one that can be examined; %s cannot", name());
  }

  /**
   * The open networks of a folder.
   *
   * @param module binds {@link io.diffusion4j.diffusion.pipeline.ImagePipeline}, {@link
   *     Replacements#NONE}, and the model's own {@code parts}. The bindings of plugins override it.
   * @param parts the types that a plugin can bind in place of the model's own; beside them it can
   *     add named samplers, spacings and treatments of x̂₀
   * @param networks releases the networks
   */
  record Opened(Module module, Set<Class<?>> parts, Runnable networks) implements AutoCloseable {
    @Override
    public void close() {
      networks.run();
    }
  }
}
