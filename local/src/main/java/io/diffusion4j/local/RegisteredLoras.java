package io.diffusion4j.local;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.lora.LoraChoice;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.pipeline.LoraFiles;
import io.diffusion4j.pipeline.OpenPipeline;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The low-rank updates that requests may ask for by name, and which models they fit. */
final class RegisteredLoras {
  private final Map<String, Path> files;
  private final Map<String, String> digests = new TreeMap<>();

  RegisteredLoras(Map<String, Path> files) {
    this.files = new TreeMap<>(files);
    files.forEach(
        (name, file) -> {
          Check.that(
              name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}"),
              "lora",
              name,
              "a name of up to 64 letters, digits, dots, dashes and underscores");
          digests.put(name, LoraFiles.digest(file));
        });
  }

  /** The digests of these, by name. */
  Map<String, String> digests(Set<String> names) {
    var some = new TreeMap<>(digests);
    some.keySet().retainAll(names);
    return some;
  }

  /** Those that fit a model. */
  Map<String, Path> fitting(Path folder) {
    var fitting = new TreeMap<>(files);
    fitting.keySet().removeIf(name -> misfit(name, folder).isPresent());
    return fitting;
  }

  /**
   * Returns normally if each fits one of the models.
   *
   * @throws CheckpointException why one does not fit the first of them
   * @throws IllegalArgumentException if the family of the first takes none
   */
  void requireFit(List<Path> folders) {
    for (String name : files.keySet()) {
      var misfits = new ArrayList<RuntimeException>();
      folders.forEach(folder -> misfit(name, folder).ifPresent(misfits::add));
      if (misfits.size() == folders.size()) {
        throw misfits.get(0);
      }
    }
  }

  private Optional<RuntimeException> misfit(String name, Path folder) {
    Path file = files.get(name);
    if (file == null) {
      throw new IllegalStateException("lora: " + name + " (expected: a registered one)");
    }
    try {
      OpenPipeline.family(folder).checkLoras(folder, List.of(new LoraChoice(name, file, 1)));
      return Optional.empty();
    } catch (CheckpointException | IllegalArgumentException e) {
      return Optional.of(e);
    }
  }
}
