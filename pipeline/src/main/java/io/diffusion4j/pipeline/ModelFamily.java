package io.diffusion4j.pipeline;

import com.google.inject.Module;
import io.diffusion4j.checkpoint.lora.LoraChoice;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.pipeline.PictureLikelihood;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A layout of model folders, and how such a folder becomes a pipeline. An implementation is named
 * in {@code META-INF/services/io.diffusion4j.pipeline.ModelFamily} of its module; nothing else has
 * to know it.
 */
public interface ModelFamily {
  /** What messages call the family, such as {@code unCLIP}. */
  String name();

  /** What a folder of this family has in it, in words, such as {@code model_index.json}. */
  String layout();

  /** Whether a folder looks like one of this family, whatever else may be wrong with it. */
  boolean isAt(Path folder);

  /** Whether its models draw from words only, so that a request without any is refused. */
  default boolean needsWords() {
    return true;
  }

  /** Names what a folder draws with when it is opened in this way, without opening it. */
  default String digest(Path folder, Opening how) {
    return FolderDigest.of(folder, component -> true);
  }

  /**
   * Returns normally if these low-rank updates fit the networks of a folder.
   *
   * @throws IllegalArgumentException if the family takes none
   * @throws io.diffusion4j.checkpoint.CheckpointException if they do not fit
   */
  default void checkLoras(Path folder, List<LoraChoice> loras) {
    Check.that(
        loras.isEmpty(),
        "lora",
        loras.isEmpty() ? "none" : loras.get(0).name(),
        "none; %s takes no low-rank updates",
        name());
  }

  /** The names of the guides that its models take, see {@link Opening#guides}. */
  default Set<String> guides() {
    return Set.of();
  }

  /**
   * Returns normally if the family takes these guides.
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

  /** Reports what a folder holds and all that is wrong with it, without reading weights. */
  FolderReport inspect(Path folder);

  /**
   * Opens the networks of a folder.
   *
   * @throws IllegalArgumentException if the folder cannot be opened in this way
   * @throws io.diffusion4j.checkpoint.CheckpointException if its content is damaged
   */
  Opened open(Path folder, Opening how);

  /**
   * Opens what tells how likely pictures are under a folder's model.
   *
   * @throws IllegalArgumentException if the family has no likelihood
   * @throws io.diffusion4j.checkpoint.CheckpointException if the folder's content is damaged
   */
  default PictureLikelihood likelihood(Path folder, Opening how) {
    throw Check.refusal("model", folder, "one with a likelihood; %s has none", name());
  }

  /**
   * The open networks of a folder.
   *
   * @param module binds {@link io.diffusion4j.diffusion.pipeline.ImagePipeline}, {@link
   *     Replacements#NONE}, and the model's own {@code parts}. The bindings of plugins override it.
   * @param parts the types that a plugin can bind in place of the model's own; beside them it can
   *     add named samplers, spacings and treatments of x̂₀
   * @param networks releases them
   */
  record Opened(Module module, Set<Class<?>> parts, Runnable networks) implements AutoCloseable {
    @Override
    public void close() {
      networks.run();
    }
  }
}
