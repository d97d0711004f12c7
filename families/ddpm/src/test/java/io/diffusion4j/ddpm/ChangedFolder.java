package io.diffusion4j.ddpm;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.diffusion4j.checkpoint.ModelFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A model's folder with other settings, and links to everything else. */
final class ChangedFolder {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ChangedFolder() {}

  /**
   * Makes a folder.
   *
   * @param pipeline the class of the pipeline
   * @param scheduler fields of the scheduler's file in place of those that it has
   */
  static Path of(Path model, Path to, String pipeline, ObjectNode scheduler) throws IOException {
    Files.createDirectories(to);
    Path file = new DdpmFolder(model).schedulerFile();
    ObjectNode settings = (ObjectNode) JSON.readTree(file.toFile());
    settings.setAll(scheduler);
    ObjectNode index = (ObjectNode) JSON.readTree(model.resolve(ModelFolder.INDEX).toFile());
    index.put("_class_name", pipeline);
    index.putArray("scheduler").add("diffusers").add(settings.get("_class_name").asText());
    JSON.writeValue(to.resolve(ModelFolder.INDEX).toFile(), index);
    Path changed = to.resolve(model.relativize(file));
    Files.createDirectories(changed.getParent());
    JSON.writeValue(changed.toFile(), settings);
    try (var files = Files.list(model)) {
      for (Path other : files.toList()) {
        Path link = to.resolve(other.getFileName());
        if (!Files.exists(link)) {
          Files.createSymbolicLink(link, other);
        }
      }
    }
    return to;
  }
}
