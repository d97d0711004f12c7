package io.diffusion4j.pipeline;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.nn.Manifest;
import io.diffusion4j.nn.weights.Differences;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The content of a pipeline folder and all its failures, found without reading any weights. Works
 * on folders that cannot be loaded.
 *
 * @param folder the folder
 * @param components the components that exist or should exist
 * @param failures the failures of the folder as a whole
 */
public record FolderReport(
    Path folder, List<ComponentReport> components, List<CheckpointException> failures) {
  private static final String CONFIG = "config.json";
  private static final Differences NONE = new Differences(List.of(), List.of(), List.of());

  public FolderReport {
    components = List.copyOf(components);
    failures = List.copyOf(failures);
  }

  /**
   * Examines a folder.
   *
   * @param index has the classes of components; without it, those with weights name their own
   * @param failures the known failures of the folder as a whole
   * @param fit throws if valid components do not fit each other
   * @throws UncheckedIOException if it cannot be listed
   */
  public static FolderReport of(
      Path folder,
      List<? extends Component<?>> expected,
      Optional<ModelFolder> index,
      List<CheckpointException> failures,
      Supplier<?> fit) {
    List<CheckpointException> all = new ArrayList<>(failures);
    List<ComponentReport> components =
        expected.stream().map(component -> component(folder, index, component)).toList();
    if (all.isEmpty() && components.stream().allMatch(ComponentReport::isSound)) {
      attempt(folder, all, fit);
    }
    return new FolderReport(folder, components, all);
  }

  private static <C> ComponentReport component(
      Path folder, Optional<ModelFolder> index, Component<C> expected) {
    String name = expected.name();
    Path path = folder.resolve(name);
    List<CheckpointException> failures = new ArrayList<>();
    String className =
        index
            .flatMap(files -> Optional.ofNullable(files.components().get(name)))
            .map(ModelFolder.Component::className)
            .orElse("");
    if (!Files.isDirectory(path)) {
      failures.add(new CheckpointException(path, "no such folder"));
      return new ComponentReport(name, className, Map.of(), 0, NONE, failures);
    }
    Map<DType, Long> parameters = Map.of();
    Differences differences = NONE;
    if (expected.manifest().isEmpty()) {
      attempt(path, failures, () -> expected.read().apply(path));
    } else {
      if (className.isEmpty()) {
        className = className(path);
      }
      var manifest = expected.manifest().get();
      Optional<Manifest> asked =
          attempt(path, failures, () -> manifest.apply(expected.read().apply(path)));
      Optional<Checkpoint> weights =
          attempt(
              path,
              failures,
              () -> Checkpoint.open(path, Checkpoint.DIFFUSERS, Checkpoint.TRANSFORMERS));
      if (weights.isPresent()) {
        try (var checkpoint = weights.get()) {
          parameters = parameters(checkpoint);
          differences =
              asked.map(m -> m.differences(checkpoint.renamed(expected.current()))).orElse(NONE);
        }
      }
    }
    return new ComponentReport(name, className, parameters, bytes(path), differences, failures);
  }

  /**
   * Reads the class from the settings; empty if they cannot be read, which is reported elsewhere.
   */
  private static String className(Path path) {
    return attempt(path, new ArrayList<>(), () -> ComponentConfig.read(path.resolve(CONFIG)))
        .flatMap(ComponentConfig::className)
        .orElse("");
  }

  private static Map<DType, Long> parameters(Checkpoint checkpoint) {
    Map<DType, Long> parameters = new EnumMap<>(DType.class);
    for (String name : checkpoint.names()) {
      var info = checkpoint.info(name);
      parameters.merge(info.dtype(), info.size(), Long::sum);
    }
    return parameters;
  }

  private static long bytes(Path path) {
    try (Stream<Path> files = Files.walk(path, FileVisitOption.FOLLOW_LINKS)) {
      long bytes = 0;
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        bytes += Files.size(file);
      }
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + path + ": " + e, e);
    }
  }

  /** Returns the result; or adds a failure and returns nothing. */
  public static <T> Optional<T> attempt(
      Path path, List<CheckpointException> failures, Supplier<? extends T> work) {
    try {
      return Optional.of(work.get());
    } catch (CheckpointException e) {
      failures.add(e);
    } catch (UncheckedIOException | IllegalArgumentException e) {
      failures.add(new CheckpointException(path, String.valueOf(e.getMessage()), e));
    }
    return Optional.empty();
  }

  /**
   * Returns normally if nothing is wrong.
   *
   * @throws CheckpointException the only failure, or one that lists all failures
   */
  public static void requireNone(Path folder, List<CheckpointException> failures) {
    if (failures.size() == 1) {
      throw failures.get(0);
    }
    if (!failures.isEmpty()) {
      throw new CheckpointException(
          folder,
          failures.size() + " parts cannot be used",
          failures.stream()
              .map(e -> String.valueOf(e.getMessage()).replace("\n", "\n  "))
              .toList());
    }
  }

  /** Returns the number of components that have a folder. */
  long present() {
    return components.stream().filter(c -> Files.isDirectory(folder.resolve(c.name()))).count();
  }

  /** Whether the pipeline can be loaded. */
  public boolean isSound() {
    return failures.isEmpty() && components.stream().allMatch(ComponentReport::isSound);
  }

  /** Lists all failures in the words of the exceptions that loading throws. */
  public List<CheckpointException> allFailures() {
    return Stream.concat(
            failures.stream(), components.stream().flatMap(c -> c.allFailures(folder).stream()))
        .toList();
  }

  /** Returns the number of parameters of all components. */
  public long parameterCount() {
    return components.stream().mapToLong(ComponentReport::parameterCount).sum();
  }

  /** Returns the size of the files of all components. */
  public long bytes() {
    return components.stream().mapToLong(ComponentReport::bytes).sum();
  }
}
