package io.diffusion4j.local;

import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Plugins;
import io.diffusion4j.pipeline.RegisteredLoras;
import io.diffusion4j.serving.file.FileVersion;
import java.util.List;
import java.util.Set;

/**
 * A model folder in memory, with its variants by registered low-rank updates.
 *
 * @param served the folder and its settings
 * @param version the files when they were loaded
 * @param pipeline draws with the model or one of its variants
 * @param owned the resources to close with it, the model last
 */
record LoadedModel(
    ServedModel served, FileVersion version, ImagePipeline pipeline, List<Runnable> owned)
    implements AutoCloseable {
  /**
   * Loads a folder.
   *
   * @throws IllegalArgumentException if there is no such model folder
   * @throws io.diffusion4j.checkpoint.CheckpointException if it is damaged
   */
  static LoadedModel of(
      ServedModel served, OpenOptions usual, Plugins plugins, RegisteredLoras registered) {
    OpenPipeline.family(served.folder()); // before all files of any folder are listed
    FileVersion version = FileVersion.of(List.of(served.folder()));
    OpenOptions how = usual.withName(served.name()).withPrecision(served.precision());
    var model = OpenPipeline.of(served.folder(), how, plugins);
    try {
      Set<String> own = registered.fitting(served.folder());
      if (own.isEmpty()) {
        return new LoadedModel(served, version, model.pipeline(), List.of(model::close));
      }
      var variants =
          new LoraVariants(
              registered.digests(own),
              loras ->
                  OpenPipeline.of(
                      served.folder(), how.withLoras(registered.choices(loras)), plugins));
      var pipeline = new LoraPipeline(model.pipeline(), variants, List.of());
      return new LoadedModel(served, version, pipeline, List.of(variants::close, model::close));
    } catch (RuntimeException | Error e) {
      model.close();
      throw e;
    }
  }

  /** Returns its name in requests. */
  String name() {
    return pipeline.card().name();
  }

  /** Whether loading these settings would load the same files in the same way. */
  boolean isStill(ServedModel other) {
    return served.equals(other) && version.equals(FileVersion.of(List.of(other.folder())));
  }

  @Override
  public void close() {
    owned.forEach(Runnable::run);
  }
}
