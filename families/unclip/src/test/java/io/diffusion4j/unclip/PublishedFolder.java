package io.diffusion4j.unclip;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.golden.GoldenRoots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A copy of the folder that diffusers saved, to be damaged.
 *
 * @param path where it is
 */
record PublishedFolder(Path path) {
  /** Where the original is. */
  static Path shipped() {
    return GoldenRoots.shipped().first("unclip-pipeline");
  }

  /** A copy in an empty folder. */
  static PublishedFolder copyTo(Path target) throws IOException {
    Path source = shipped();
    for (Path file : walk(source)) {
      Path copy = target.resolve(source.relativize(file).toString());
      if (Files.isDirectory(file)) {
        Files.createDirectories(copy);
      } else {
        Files.copy(file, copy);
      }
    }
    return new PublishedFolder(target);
  }

  private static List<Path> walk(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.toList();
    }
  }

  /** Deletes a component or a file of one. */
  PublishedFolder delete(String name) throws IOException {
    for (Path file : walk(path.resolve(name)).stream().sorted(Comparator.reverseOrder()).toList()) {
      Files.delete(file);
    }
    return this;
  }

  /** Replaces a part of a text file, which must be there. */
  PublishedFolder replace(String name, String text, String by) throws IOException {
    Path file = path.resolve(name);
    String content = Files.readString(file);
    assertThat(content).contains(text);
    Files.writeString(file, content.replace(text, by));
    return this;
  }

  /** The file of a component's weights. */
  Path weights(String component) {
    String base = component.endsWith("_encoder") ? Checkpoint.TRANSFORMERS : Checkpoint.DIFFUSERS;
    return path.resolve(component).resolve(base + ".safetensors");
  }

  /** Writes the weights of a component again. */
  PublishedFolder rewrite(String component, Predicate<String> keep, Addition addition) {
    Path file = weights(component);
    try (var old = Checkpoint.open(file)) {
      var writer = new SafetensorsWriter();
      old.names().stream().filter(keep).forEach(name -> writer.copy(old, name));
      addition.addTo(writer);
      writer.write(file);
    }
    return this;
  }

  /** Tensors to be added to a file. */
  @FunctionalInterface
  interface Addition {
    void addTo(SafetensorsWriter writer);
  }
}
