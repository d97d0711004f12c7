package io.diffusion4j.ddpm;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.ConfigWriter;
import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.checkpoint.TensorSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A folder of diffusers' {@code DDPMPipeline} or {@code DDIMPipeline}: the network in {@code unet}
 * and the scheduler in {@code scheduler}, or both in the folder itself, like the first published
 * ones. A DiT is in {@code transformer}, and the pipeline is a {@code DiTPipeline}, with or without
 * an autoencoder.
 *
 * @param path the folder
 */
public record DdpmFolder(Path path) {
  public static final String UNET = "unet";
  public static final String TRANSFORMER = "transformer";
  public static final String SCHEDULER = "scheduler";
  static final String DDPM = "DDPMPipeline";
  static final String DDIM = "DDIMPipeline";
  static final String DIT = "DiTPipeline";
  static final String CONSISTENCY = "ConsistencyModelPipeline";
  private static final String VAE = "vae";
  private static final String LABELS = "id2label";
  private static final int FEW_STEPS = 50;
  private static final int MANY_STEPS = 1000;

  /** Whether a folder has this layout; it may still be damaged. */
  public static boolean isAt(Path folder) {
    try {
      if (Files.isRegularFile(folder.resolve(ModelFolder.INDEX))) {
        String name = ModelFolder.open(folder).className();
        return Set.of(DDPM, DDIM, DIT, CONSISTENCY).contains(name);
      }
      return PixelFolders.isAt(folder);
    } catch (CheckpointException e) { // an unreadable file is not one of these
      return false;
    }
  }

  /**
   * Returns the folder of the autoencoder whose latents the network denoises; empty if it denoises
   * pixels.
   */
  public Optional<Path> autoencoder() {
    return isPipeline() && ModelFolder.open(path).components().containsKey(VAE)
        ? Optional.of(component(VAE))
        : Optional.empty();
  }

  /** Returns the component of the network: {@code unet} or {@code transformer}. */
  public String networkName() {
    boolean isTransformer =
        isPipeline()
            ? ModelFolder.open(path).components().containsKey(TRANSFORMER)
            : Files.isDirectory(path.resolve(TRANSFORMER));
    return isTransformer ? TRANSFORMER : UNET;
  }

  /** Returns the folder of the network. */
  public Path network() {
    return component(networkName());
  }

  /**
   * Reads the scheduler, or returns the published DDPM's if only the network was saved. A {@code
   * DDIMPipeline} makes a DDIM scheduler of whatever it is given.
   */
  public SchedulerConfig scheduler() {
    Path file = schedulerFile();
    if (!Files.exists(file) && !isPipeline()) {
      return SchedulerConfig.ddpm();
    }
    var read = SchedulerConfig.read(file);
    return isPipeline(DDIM) ? read.withKind(SchedulerConfig.Kind.DDIM) : read;
  }

  Path schedulerFile() {
    return component(SCHEDULER).resolve(SchedulerConfig.FILE_NAME);
  }

  /**
   * Returns the default number of steps of the pipeline's class, whatever its scheduler is. A
   * {@code DiTPipeline} without an autoencoder is none of diffusers', and draws like a DDPM unless
   * its scheduler is DDIM.
   */
  int steps() {
    if (isPipeline(CONSISTENCY)) {
      return 1;
    }
    boolean few =
        isPipeline(DDIM)
            || scheduler().kind().isFlow()
            || autoencoder().isPresent()
            || (isPipeline(DIT) && scheduler().kind() == SchedulerConfig.Kind.DDIM);
    return few ? FEW_STEPS : MANY_STEPS;
  }

  private boolean isPipeline(String className) {
    return isPipeline() && ModelFolder.open(path).className().equals(className);
  }

  private boolean isPipeline() {
    return Files.isRegularFile(path.resolve(ModelFolder.INDEX));
  }

  private Path component(String name) {
    Path folder = path.resolve(name);
    return Files.isDirectory(folder) ? folder : path;
  }

  /**
   * Writes a pipeline with bfloat16 weights.
   *
   * @param classes the names of the network's classes by number, which are written as {@code
   *     id2label}; empty for a network without classes, or without names of them
   */
  public void write(
      PixelBackbone network,
      SchedulerConfig scheduler,
      List<String> classes,
      TensorSource weights,
      Map<String, String> notes) {
    String name = network.folder();
    for (String component : List.of(name, SCHEDULER)) {
      try {
        Files.createDirectories(path.resolve(component));
      } catch (IOException e) {
        throw new UncheckedIOException("cannot create folders in " + path + ": " + e, e);
      }
    }
    PixelFolders.write(path.resolve(name), network, weights, notes);
    scheduler.write(path.resolve(SCHEDULER).resolve(SchedulerConfig.FILE_NAME));
    var components =
        Map.of(
            name,
            network.component(),
            SCHEDULER,
            new ModelFolder.Component("diffusers", scheduler.kind().className()));
    ModelFolder.write(path, network.pipeline(), components, id2label(classes));
  }

  /**
   * Returns the names of the network's classes by number; empty if the folder does not have them.
   */
  List<String> classes() {
    Map<String, String> names = isPipeline() ? ModelFolder.open(path).texts(LABELS) : Map.of();
    List<String> found =
        IntStream.range(0, names.size())
            .mapToObj(String::valueOf)
            .flatMap(number -> Stream.ofNullable(names.get(number)))
            .toList();
    return found.size() == names.size() ? found : List.of();
  }

  private static Map<String, ConfigWriter> id2label(List<String> classes) {
    if (classes.isEmpty()) {
      return Map.of();
    }
    var names = ConfigWriter.nested();
    for (int i = 0; i < classes.size(); i++) {
      names.put(String.valueOf(i), classes.get(i));
    }
    return Map.of(LABELS, names);
  }
}
