package io.diffusion4j.cli.serve;

import io.diffusion4j.clip.ClipIdentity;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.local.ServedModel;
import io.diffusion4j.search.VectorIndex;
import io.diffusion4j.serving.model.ImageIndex;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The indices of a server, each with the model that embedded it. */
final class ServedIndices implements AutoCloseable {
  private final List<VectorIndex> open = new ArrayList<>();
  private final List<ImageIndex> indices = new ArrayList<>();

  private record Served(String name, String model, VectorIndex index) implements ImageIndex {
    @Override
    public List<Found> nearest(float[] embedding, int most) {
      return index.nearest(embedding, most).stream()
          .map(hit -> new Found(hit.name(), hit.cosine()))
          .toList();
    }
  }

  private ServedIndices() {}

  /**
   * Opens indices that {@code search} made.
   *
   * @param folders of the indices, by name
   * @param models that are served
   * @param names what requests call these models, in the same order
   * @throws IllegalArgumentException if none of the models embedded one of the indices
   */
  static ServedIndices open(
      Map<String, Path> folders, List<ServedModel> models, List<String> names) {
    var opened = new ServedIndices();
    Map<String, String> byIdentity = new HashMap<>();
    if (!folders.isEmpty()) {
      for (int i = models.size() - 1; i >= 0; i--) { // of the same CLIP the first
        String name = names.get(i);
        identity(models.get(i)).forEach(identity -> byIdentity.put(identity, name));
      }
    }
    try {
      folders.forEach(
          (name, folder) -> {
            Check.that(Files.isDirectory(folder), "index", folder, "the folder of an index");
            var index = VectorIndex.open(folder);
            opened.open.add(index);
            String model = byIdentity.get(index.model());
            if (model == null) {
              throw Check.refusal(
                  "index", folder + " of " + index.model(), "one that %s embedded", names);
            }
            opened.indices.add(new Served(name, model, index));
          });
      return opened;
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  /** Of a model that has both towers. */
  private static List<String> identity(ServedModel model) {
    boolean embeds =
        Files.isDirectory(model.folder().resolve("text_encoder"))
            && Files.isDirectory(model.folder().resolve("image_encoder"));
    return embeds ? List.of(ClipIdentity.of(model.folder())) : List.of();
  }

  List<ImageIndex> indices() {
    return List.copyOf(indices);
  }

  @Override
  public void close() {
    open.forEach(VectorIndex::close);
  }
}
