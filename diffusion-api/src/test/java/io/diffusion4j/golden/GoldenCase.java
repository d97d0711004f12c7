package io.diffusion4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * One case of golden values.
 *
 * <p>Its string form is its path under the root, which is also how a test names it.
 */
public final class GoldenCase {
  /** The root of the case, then the earlier roots, the nearest first. */
  private final List<Path> roots;

  /** The file that makes the case a case, relative to its root. */
  private final Path marker;

  GoldenCase(List<Path> roots, Path marker) {
    this.roots = List.copyOf(roots);
    this.marker = marker;
  }

  /** The folder of the case in its own root. */
  public Path folder() {
    return marker().resolveSibling("");
  }

  /** The file by which the case was recognised: {@code case.json} for most. */
  public Path marker() {
    return roots.get(0).resolve(marker);
  }

  /** The content of {@link #marker()}. */
  public JsonNode json() {
    return Json.read(marker());
  }

  /**
   * A copy of the object under a field of {@link #json()}, such as constructor arguments, to be
   * completed into the {@code config.json} of a model.
   *
   * @throws IllegalArgumentException if there is no such object
   */
  public ObjectNode config(String field) {
    if (json().get(field) instanceof ObjectNode config) {
      return config;
    }
    throw new IllegalArgumentException(marker() + ": " + field + ": absent (expected: an object)");
  }

  /** The tensors of {@code io.safetensors}, which lies in the root of the case. */
  public GoldenTensors io() {
    return GoldenTensors.read(folder().resolve("io.safetensors"));
  }

  /**
   * A file or folder of the case. What its own root does not have is taken from the same path in
   * the nearest earlier root.
   *
   * @param path relative to the folder of the case; may begin with {@code ../}
   * @throws IllegalArgumentException if it is in none of these roots
   */
  public Path file(String path) {
    Path relative = Path.of("/").resolve(marker).resolveSibling(path).normalize();
    for (Path root : roots) {
      Path file = root.resolve(Path.of("/").relativize(relative));
      if (Files.exists(file)) {
        return file;
      }
    }
    throw new IllegalArgumentException(
        this
            + ": "
            + path
            + ": absent (expected: in its root or an earlier one, of "
            + roots
            + ")");
  }

  /** The path under the root: of the folder, or of the file where that is not a case.json. */
  @Override
  public String toString() {
    Path path =
        marker.endsWith(GoldenKind.CASE) && marker.getNameCount() > 1
            ? marker.subpath(0, marker.getNameCount() - 1)
            : marker;
    return path.toString().replace('\\', '/');
  }
}
