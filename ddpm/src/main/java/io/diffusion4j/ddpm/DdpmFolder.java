package io.diffusion4j.ddpm;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.checkpoint.UnclipSchedulerConfig;
import io.diffusion4j.decoder.unet.PixelUnetConfig;
import io.diffusion4j.nn.weights.NamedTensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A folder of diffusers' {@code DDPMPipeline} or {@code DDIMPipeline}: the network in {@code unet}
 * and the scheduler in {@code scheduler}, or both in the folder itself, as the first published ones
 * have it.
 *
 * @param path the folder
 */
public record DdpmFolder(Path path) {
  public static final String UNET = "unet";
  public static final String SCHEDULER = "scheduler";
  static final String DDPM = "DDPMPipeline";
  static final String DDIM = "DDIMPipeline";

  /** Whether a folder is one of these, whatever else may be wrong with it. */
  public static boolean isAt(Path folder) {
    try {
      if (Files.isRegularFile(folder.resolve(ModelFolder.INDEX))) {
        String name = ModelFolder.open(folder).className();
        return name.equals(DDPM) || name.equals(DDIM);
      }
      Path config = folder.resolve(PixelFolders.CONFIG);
      return Files.isRegularFile(config)
          && ComponentConfig.read(config)
              .className()
              .filter(PixelFolders.CLASS::equals)
              .isPresent();
    } catch (CheckpointException e) { // a file that cannot be read is not one of these
      return false;
    }
  }

  /** Where the network lies. */
  public Path unet() {
    return component(UNET);
  }

  /** How the network denoises; as DDPM was published if only the network was saved. */
  public PixelScheduler scheduler() {
    Path file = schedulerFile();
    return Files.exists(file) || isPipeline() ? PixelScheduler.read(file) : PixelScheduler.ddpm();
  }

  Path schedulerFile() {
    return component(SCHEDULER).resolve(UnclipSchedulerConfig.FILE_NAME);
  }

  /** Whether the pipeline draws by DDIM by default. */
  public boolean isDdim() {
    return isPipeline() && ModelFolder.open(path).className().equals(DDIM);
  }

  private boolean isPipeline() {
    return Files.isRegularFile(path.resolve(ModelFolder.INDEX));
  }

  private Path component(String name) {
    Path folder = path.resolve(name);
    return Files.isDirectory(folder) ? folder : path;
  }

  /** Writes a pipeline with bfloat16 weights. */
  public void write(
      PixelUnetConfig config,
      PixelScheduler scheduler,
      NamedTensors weights,
      Map<String, String> notes) {
    for (String component : List.of(UNET, SCHEDULER)) {
      try {
        Files.createDirectories(path.resolve(component));
      } catch (IOException e) {
        throw new UncheckedIOException("cannot create folders in " + path + ": " + e, e);
      }
    }
    PixelFolders.write(path.resolve(UNET), config, weights, notes);
    scheduler.write(path.resolve(SCHEDULER).resolve(UnclipSchedulerConfig.FILE_NAME));
    ModelFolder.write(
        path,
        DDPM,
        Map.of(
            UNET, new ModelFolder.Component("diffusers", PixelFolders.CLASS),
            SCHEDULER, new ModelFolder.Component("diffusers", "DDPMScheduler")));
  }
}
