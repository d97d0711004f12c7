package io.diffusion4j.pipeline;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.nn.Manifest;
import io.diffusion4j.nn.weights.Differences;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * What a pipeline folder holds, and all that is wrong with it, found without reading any weights.
 * Works on folders that cannot be loaded.
 *
 * @param folder the folder
 * @param components those that there are or should be
 * @param failures what is wrong with the folder as a whole
 */
public record FolderReport(
    Path folder, List<ComponentReport> components, List<CheckpointException> failures) {
  private static final String CONFIG = "config.json";
  private static final Differences NONE = new Differences(List.of(), List.of(), List.of());

  /**
   * What a component should be.
   *
   * @param name its folder
   * @param className as an index of the model has it; empty for what its own settings say
   * @param manifest what its weights must be by its settings; empty for a component without weights
   * @param settings reads a component without weights
   * @param current the name that a stored parameter has now
   */
  public record Expected(
      String name,
      String className,
      Optional<Function<Path, Manifest>> manifest,
      Function<Path, ?> settings,
      UnaryOperator<String> current) {
    /** Parameters that have the names of now. */
    public Expected(
        String name,
        String className,
        Optional<Function<Path, Manifest>> manifest,
        Function<Path, ?> settings) {
      this(name, className, manifest, settings, stored -> stored);
    }

    /** A network. */
    public static Expected network(String name, Function<Path, Manifest> manifest) {
      return network(name, manifest, stored -> stored);
    }

    /** A network whose files may have names of before. */
    public static Expected network(
        String name, Function<Path, Manifest> manifest, UnaryOperator<String> current) {
      return new Expected(name, "", Optional.of(manifest), path -> path, current);
    }

    /** Files without weights. */
    public static Expected files(String name, Function<Path, ?> settings) {
      return new Expected(name, "", Optional.empty(), settings);
    }
  }

  public FolderReport {
    components = List.copyOf(components);
    failures = List.copyOf(failures);
  }

  /**
   * Examines a folder.
   *
   * @param failures what is wrong with it as a whole, as far as that is known
   * @param fit fails if sound components do not fit each other
   * @throws UncheckedIOException if it cannot be listed
   */
  public static FolderReport of(
      Path folder, List<Expected> expected, List<CheckpointException> failures, Supplier<?> fit) {
    List<CheckpointException> all = new ArrayList<>(failures);
    List<ComponentReport> components =
        expected.stream().map(component -> component(folder, component)).toList();
    if (all.isEmpty() && components.stream().allMatch(ComponentReport::isSound)) {
      attempt(folder, all, fit);
    }
    return new FolderReport(folder, components, all);
  }

  private static ComponentReport component(Path folder, Expected expected) {
    String name = expected.name;
    Path path = folder.resolve(name);
    List<CheckpointException> failures = new ArrayList<>();
    String className = expected.className;
    if (!Files.isDirectory(path)) {
      failures.add(new CheckpointException(path, "no such folder"));
      return new ComponentReport(name, className, Map.of(), 0, NONE, failures);
    }
    Map<DType, Long> parameters = Map.of();
    Differences differences = NONE;
    if (expected.manifest.isEmpty()) {
      attempt(path, failures, () -> expected.settings.apply(path));
    } else {
      if (className.isEmpty()) {
        className = className(path);
      }
      Optional<Manifest> asked = attempt(path, failures, () -> expected.manifest.get().apply(path));
      Optional<Checkpoint> weights =
          attempt(
              path,
              failures,
              () -> Checkpoint.open(path, Checkpoint.DIFFUSERS, Checkpoint.TRANSFORMERS));
      if (weights.isPresent()) {
        try (var checkpoint = weights.get()) {
          parameters = parameters(checkpoint);
          differences = asked.map(m -> m.differences(checkpoint, expected.current)).orElse(NONE);
        }
      }
    }
    return new ComponentReport(name, className, parameters, bytes(path), differences, failures);
  }

  /** What the settings themselves say; empty if they cannot be read, which is told elsewhere. */
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
    try (Stream<Path> files = Files.walk(path)) {
      long bytes = 0;
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        bytes += Files.size(file);
      }
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + path + ": " + e, e);
    }
  }

  /** The result, or nothing and one failure more. */
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
   * @throws CheckpointException the failure if there is one, or one that lists them all
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

  /** How many of the components have a folder. */
  long present() {
    return components.stream().filter(c -> Files.isDirectory(folder.resolve(c.name()))).count();
  }

  /** Whether the pipeline can be loaded. */
  public boolean isSound() {
    return failures.isEmpty() && components.stream().allMatch(ComponentReport::isSound);
  }

  /** Everything that is wrong, as loading would tell it. */
  public List<CheckpointException> allFailures() {
    return Stream.concat(
            failures.stream(), components.stream().flatMap(c -> c.allFailures(folder).stream()))
        .toList();
  }

  /** The number of parameters of all components. */
  public long parameterCount() {
    return components.stream().mapToLong(ComponentReport::parameterCount).sum();
  }

  /** The size of the files of all components. */
  public long bytes() {
    return components.stream().mapToLong(ComponentReport::bytes).sum();
  }
}
