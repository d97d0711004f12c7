package io.diffusion4j.local;

import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.serving.config.ServerConfig;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A model to serve.
 *
 * @param folder the model's folder
 * @param name its name in requests; empty for its own name
 * @param precision the number format of its networks; empty for the format that suits the model and
 *     the processor
 */
public record ServedModel(Path folder, Optional<String> name, Optional<Precision> precision) {
  /** Serves the model of an entry in the settings, whose folder this is. */
  static ServedModel of(ServerConfig.ModelEntry entry, Path folder) {
    String word = entry.precision().name().toLowerCase(Locale.ROOT);
    Optional<Precision> precision =
        Stream.of(Precision.values()).filter(format -> format.word().equals(word)).findFirst();
    return new ServedModel(folder, entry.name(), precision);
  }

  /** Serves a folder under its own name, in the number format that suits it. */
  public static ServedModel of(Path folder) {
    return new ServedModel(folder, Optional.empty(), Optional.empty());
  }

  /** Serves a folder under its own name. */
  public static ServedModel of(Path folder, Precision precision) {
    return new ServedModel(folder, Optional.empty(), Optional.of(precision));
  }
}
