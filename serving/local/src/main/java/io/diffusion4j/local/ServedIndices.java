package io.diffusion4j.local;

import com.google.common.collect.MapMaker;
import io.diffusion4j.clip.ClipIdentity;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.search.VectorIndex;
import io.diffusion4j.serving.model.ImageIndex;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentMap;

/**
 * The indices of a server. Each belongs to the first of the served models with the CLIP that
 * embedded it, also when the models are changed.
 */
final class ServedIndices implements AutoCloseable {
  private final LocalModels models;
  private final ConcurrentMap<ImagePipeline, String> identities =
      new MapMaker().weakKeys().makeMap();
  private final List<VectorIndex> open = new ArrayList<>();
  private final List<ImageIndex> indices = new ArrayList<>();

  private final class Served implements ImageIndex {
    private final String name;
    private final VectorIndex index;

    Served(String name, VectorIndex index) {
      this.name = name;
      this.index = index;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public String model() {
      return ServedIndices.this.model(index).map(LiveModel::name).orElse("");
    }

    @Override
    public List<Found> nearest(float[] embedding, int most) {
      return index.nearest(embedding, most).stream()
          .map(hit -> new Found(hit.name(), hit.cosine()))
          .toList();
    }
  }

  private ServedIndices(LocalModels models) {
    this.models = models;
  }

  /**
   * Opens indices that {@code search} made.
   *
   * @param folders the folders of the indices, by name
   * @param models the models that are served
   * @throws IllegalArgumentException if none of the models embedded one of the indices
   */
  static ServedIndices open(Map<String, Path> folders, LocalModels models) {
    var opened = new ServedIndices(models);
    try {
      folders.forEach(opened::open);
      return opened;
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  private void open(String name, Path folder) {
    Check.that(Files.isDirectory(folder), "index", folder, "the folder of an index");
    add(name, VectorIndex.open(folder));
  }

  private void add(String name, VectorIndex index) {
    open.add(index);
    var served = new Served(name, index);
    if (served.model().isEmpty()) {
      throw Check.refusal(
          "index", name + " of " + index.model(), "one that %s embedded", models.names());
    }
    indices.add(served);
  }

  /**
   * Opens an index of the first served model that embeds pictures, or makes one.
   *
   * @throws IllegalArgumentException if there is no such model, or the index is of another one
   */
  VectorIndex openOwn(String name, Path folder) {
    for (LiveModel model : models.live()) {
      var space = model.pipeline().embedder();
      String identity = identity(model);
      if (space.isPresent() && !identity.isEmpty()) {
        var index = VectorIndex.open(folder, identity, space.get().size());
        add(name, index);
        return index;
      }
    }
    throw Check.refusal(name, models.names(), "a model with a CLIP, which embeds pictures");
  }

  /** Returns the served model that embedded an index; empty while it is not served. */
  Optional<LiveModel> model(VectorIndex index) {
    return models.live().stream()
        .filter(model -> model.state() != LiveModel.State.UNLOADING)
        .filter(model -> identity(model).equals(index.model()))
        .findFirst();
  }

  /** Returns the identity of a model's CLIP with both towers; empty for other models. */
  private String identity(LiveModel model) {
    return identities.computeIfAbsent(
        model.pipeline(),
        loaded -> {
          Path folder = model.served().folder();
          boolean embeds =
              Files.isDirectory(folder.resolve("text_encoder"))
                  && Files.isDirectory(folder.resolve("image_encoder"));
          return embeds ? ClipIdentity.of(folder) : "";
        });
  }

  List<ImageIndex> indices() {
    return List.copyOf(indices);
  }

  @Override
  public void close() {
    open.forEach(VectorIndex::close);
  }
}
