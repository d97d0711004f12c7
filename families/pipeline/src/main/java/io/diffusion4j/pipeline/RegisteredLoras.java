package io.diffusion4j.pipeline;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.lora.LoraChoice;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.pipeline.AppliedLora;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Low-rank updates that requests can use by name, and the models that they fit. Further ones can be
 * added. Thread-safe.
 */
public final class RegisteredLoras {
  private final NavigableMap<String, Path> files = new ConcurrentSkipListMap<>();
  private final Map<String, String> digests = new ConcurrentSkipListMap<>();

  /**
   * Reads the digests of files.
   *
   * @param files the files by their names in requests
   * @throws IllegalArgumentException if a name is invalid in requests
   * @throws CheckpointException if a file does not contain low-rank updates
   */
  public RegisteredLoras(Map<String, Path> files) {
    files.forEach(this::add);
  }

  /**
   * Adds a file.
   *
   * @throws IllegalArgumentException if the name is invalid in requests, or that of another file
   * @throws CheckpointException if the file does not contain low-rank updates
   */
  public void add(String name, Path file) {
    requireNew(name);
    digests.put(name, LoraFiles.digest(file));
    files.put(name, file);
  }

  /**
   * Returns normally if an update of this name can be added.
   *
   * @throws IllegalArgumentException if the name is invalid in requests, or that of another file
   */
  public void requireNew(String name) {
    Check.that(
        name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}"),
        "lora",
        name,
        "a name of up to 64 letters, digits, dots, dashes and underscores");
    Check.that(!files.containsKey(name), "lora", name, "a name of its own, not %s", files.keySet());
  }

  /** Returns the digests of these updates, by name. */
  public Map<String, String> digests(Set<String> names) {
    var some = new TreeMap<>(digests);
    some.keySet().retainAll(names);
    return some;
  }

  /** Returns the names of the updates that fit a model. */
  public Set<String> fitting(Path folder) {
    var fitting = new TreeSet<>(files.keySet());
    fitting.removeIf(name -> !fits(name, folder));
    return fitting;
  }

  /** Whether an update fits a model. */
  public boolean fits(String name, Path folder) {
    return misfit(name, folder).isEmpty();
  }

  /**
   * Returns the files of the requested updates, with their scales.
   *
   * @throws IllegalArgumentException if one is not registered
   */
  public List<LoraChoice> choices(List<AppliedLora> loras) {
    return loras.stream()
        .map(lora -> new LoraChoice(lora.name(), file(lora.name()), lora.scale()))
        .toList();
  }

  private Path file(String name) {
    Path file = files.get(name);
    if (file == null) {
      throw Check.refusal("lora", name, "one of %s", files.keySet());
    }
    return file;
  }

  /**
   * Returns normally if each fits one of the models.
   *
   * @throws CheckpointException with the reason why one does not fit the first model
   * @throws IllegalArgumentException if the first model's family has no low-rank updates
   */
  public void requireFit(List<Path> folders) {
    for (String name : files.keySet()) {
      var misfits = new ArrayList<RuntimeException>();
      folders.forEach(folder -> misfit(name, folder).ifPresent(misfits::add));
      if (misfits.size() == folders.size()) {
        throw misfits.get(0);
      }
    }
  }

  private Optional<RuntimeException> misfit(String name, Path folder) {
    var whole = List.of(new LoraChoice(name, file(name), 1));
    try {
      OpenPipeline.family(folder)
          .checkLoras(folder, OpenOptions.with(Residency.ONE_AT_A_TIME).withLoras(whole));
      return Optional.empty();
    } catch (CheckpointException | IllegalArgumentException e) {
      return Optional.of(e);
    }
  }
}
