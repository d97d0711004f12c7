package io.diffusion4j.unclip;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.checkpoint.UnclipSchedulerConfig;
import io.diffusion4j.clip.ClipFolders;
import io.diffusion4j.clip.image.ClipPreprocessor;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.decoder.DecoderFolders;
import io.diffusion4j.decoder.DecoderModel;
import io.diffusion4j.decoder.UpsamplerModel;
import io.diffusion4j.nn.Manifest;
import io.diffusion4j.nn.weights.Differences;
import io.diffusion4j.prior.AutoregressiveModel;
import io.diffusion4j.prior.PriorModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
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
  private static final Differences NONE = new Differences(List.of(), List.of(), List.of());

  /** The components with weights, and what these must be by the settings of the component. */
  private static final Map<String, Function<Path, Manifest>> MANIFESTS = manifests();

  public FolderReport {
    components = List.copyOf(components);
    failures = List.copyOf(failures);
  }

  private static Map<String, Function<Path, Manifest>> manifests() {
    Map<String, Function<Path, Manifest>> manifests = new LinkedHashMap<>();
    manifests.put(
        UnclipFolder.TEXT_ENCODER, folder -> ClipFolders.manifest(ClipFolders.readText(folder)));
    manifests.put(
        UnclipFolder.IMAGE_ENCODER, folder -> ClipFolders.manifest(ClipFolders.readVision(folder)));
    manifests.put(UnclipFolder.PRIOR, folder -> PriorModel.manifest(PriorModel.readConfig(folder)));
    manifests.put(
        UnclipFolder.PRIOR_AR,
        folder -> AutoregressiveModel.manifest(AutoregressiveModel.readConfig(folder)));
    manifests.put(
        UnclipFolder.TEXT_PROJ,
        folder -> DecoderModel.manifest(DecoderFolders.readProjection(folder)));
    manifests.put(
        UnclipFolder.DECODER, folder -> DecoderModel.manifest(DecoderFolders.readUnet(folder)));
    for (String name : List.of(UnclipFolder.SUPER_RES_FIRST, UnclipFolder.SUPER_RES_LAST)) {
      manifests.put(name, folder -> UpsamplerModel.manifest(DecoderFolders.readUpsampler(folder)));
    }
    return manifests;
  }

  /**
   * Examines a folder.
   *
   * @throws UncheckedIOException if it cannot be listed
   */
  public static FolderReport of(Path folder) {
    List<CheckpointException> failures = new ArrayList<>();
    Optional<ModelFolder> index = attempt(folder, failures, () -> ModelFolder.open(folder));
    Set<String> required =
        new LinkedHashSet<>(UnclipFolder.required(index.map(ModelFolder::className).orElse("")));
    Set<String> names = new LinkedHashSet<>(MANIFESTS.keySet());
    names.add(UnclipFolder.FEATURE_EXTRACTOR);
    names.removeIf(name -> !Files.isDirectory(folder.resolve(name)));
    names.addAll(required);
    List<ComponentReport> components = new ArrayList<>();
    for (String name : names) {
      String className =
          index
              .flatMap(files -> Optional.ofNullable(files.components().get(name)))
              .map(ModelFolder.Component::className)
              .orElse("");
      components.add(
          component(
              folder,
              name,
              className,
              Optional.ofNullable(MANIFESTS.get(name)),
              path -> readSettings(path, name)));
    }
    if (failures.isEmpty() && components.stream().allMatch(ComponentReport::isSound)) {
      index.ifPresent(files -> attempt(folder, failures, () -> Fit.of(files)));
    }
    return new FolderReport(folder, components, failures);
  }

  /**
   * Examines a folder of another layout, which has no index.
   *
   * @param networks the components with weights, and what these must be by their settings
   * @param files the other components, and what reads them
   * @param fit fails if sound components do not fit each other
   * @throws UncheckedIOException if it cannot be listed
   */
  public static FolderReport of(
      Path folder,
      Map<String, Function<Path, Manifest>> networks,
      Map<String, Function<Path, ?>> files,
      Supplier<?> fit) {
    List<CheckpointException> failures = new ArrayList<>();
    List<ComponentReport> components = new ArrayList<>();
    networks.forEach(
        (name, manifest) ->
            components.add(component(folder, name, "", Optional.of(manifest), path -> path)));
    files.forEach(
        (name, read) -> components.add(component(folder, name, "", Optional.empty(), read)));
    if (components.stream().allMatch(ComponentReport::isSound)) {
      attempt(folder, failures, fit);
    }
    return new FolderReport(folder, components, failures);
  }

  private static ComponentReport component(
      Path folder,
      String name,
      String classInIndex,
      Optional<Function<Path, Manifest>> manifest,
      Function<Path, ?> settings) {
    Path path = folder.resolve(name);
    List<CheckpointException> failures = new ArrayList<>();
    String className = classInIndex;
    if (!Files.isDirectory(path)) {
      failures.add(new CheckpointException(path, "no such folder"));
      return new ComponentReport(name, className, Map.of(), 0, NONE, failures);
    }
    Map<DType, Long> parameters = Map.of();
    Differences differences = NONE;
    if (manifest.isEmpty()) {
      attempt(path, failures, () -> settings.apply(path));
    } else {
      if (className.isEmpty()) {
        className = className(path);
      }
      Optional<Manifest> asked = attempt(path, failures, () -> manifest.get().apply(path));
      Optional<Checkpoint> weights =
          attempt(
              path,
              failures,
              () -> Checkpoint.open(path, Checkpoint.DIFFUSERS, Checkpoint.TRANSFORMERS));
      if (weights.isPresent()) {
        try (var checkpoint = weights.get()) {
          parameters = parameters(checkpoint);
          differences = asked.map(m -> m.differences(checkpoint)).orElse(NONE);
        }
      }
    }
    return new ComponentReport(name, className, parameters, bytes(path), differences, failures);
  }

  /** Reads what is no network: schedulers, the tokenizer, the preprocessing. */
  private static Object readSettings(Path path, String name) {
    try {
      return switch (name) {
        case UnclipFolder.TOKENIZER -> ClipTokenizer.load(path);
        case UnclipFolder.FEATURE_EXTRACTOR ->
            ClipPreprocessor.load(path.resolve(UnclipFolder.PREPROCESSOR));
        default -> UnclipSchedulerConfig.read(path.resolve(UnclipSchedulerConfig.FILE_NAME));
      };
    } catch (IOException e) {
      throw new UncheckedIOException(String.valueOf(e.getMessage()), e);
    }
  }

  /** What the settings themselves say; empty if they cannot be read, which is told elsewhere. */
  private static String className(Path path) {
    return attempt(
            path, new ArrayList<>(), () -> ComponentConfig.read(path.resolve(UnclipFolder.CONFIG)))
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
  private static <T> Optional<T> attempt(
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
