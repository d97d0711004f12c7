package io.diffusion4j.kandinsky;

import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.pipeline.Component;
import io.diffusion4j.pipeline.FolderDigest;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.Residency;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The two folders of a model: a decoder and its prior. Either may be missing if it is not needed.
 */
public record KandinskyPair(Path decoder, Path prior) {
  /** The folder of MoVQ in a decoder. */
  public static final String MOVQ = KandinskyFolder.MOVQ;

  /** The file of a scheduler's settings. */
  public static final String SCHEDULER_CONFIG = KandinskyFolder.SCHEDULER_CONFIG;

  private static final String DECODER = "decoder";

  /**
   * Returns whether a folder is a decoder, a prior, or contains both under these names, regardless
   * of other faults.
   */
  public static boolean isAt(Path folder) {
    return KandinskyFolder.isAt(folder) || KandinskyFolder.isAt(folder.resolve(DECODER));
  }

  /** Returns the pair in a folder that contains both, finished or not. */
  public static KandinskyPair in(Path folder) {
    return new KandinskyPair(folder.resolve(DECODER), folder.resolve(KandinskyFolder.PRIOR));
  }

  /**
   * Finds the pair of a decoder, whose card names the prior; of a prior, whose decoder may be in a
   * folder beside it; or of a folder with both.
   *
   * @throws IllegalArgumentException if the prior of a decoder is not on this disk
   */
  public static KandinskyPair of(Path folder) {
    if (!KandinskyFolder.isAt(folder)) {
      return in(folder);
    }
    return KandinskyFolder.isPrior(folder)
        ? new KandinskyPair(folder.toAbsolutePath().resolveSibling(DECODER), folder)
        : new KandinskyPair(
            folder, PriorPlace.of(folder, OpenOptions.with(Residency.ONE_AT_A_TIME)).pipeline());
  }

  /** Returns the folder of the decoder's U-Net. */
  public Path unet() {
    return decoder.resolve(KandinskyFolder.UNET);
  }

  /** Returns the folder of the autoencoder. */
  public Path movq() {
    return decoder.resolve(KandinskyFolder.MOVQ);
  }

  /** Returns the folder of the decoder's scheduler. */
  public Path decoderScheduler() {
    return decoder.resolve(KandinskyFolder.SCHEDULER);
  }

  /** Returns the digest of MOVQ's settings and weights, to which its latents belong. */
  public String movqDigest() {
    return FolderDigest.of(movq(), component -> true);
  }

  /** Reads the settings of the decoder's scheduler. */
  public SchedulerConfig readDecoderScheduler() {
    return SchedulerConfig.readUnscaled(
        decoderScheduler().resolve(KandinskyFolder.SCHEDULER_CONFIG));
  }

  /** Returns the folder of the prior's network. */
  public Path priorNetwork() {
    return prior.resolve(KandinskyFolder.PRIOR);
  }

  /** Returns the folder of the prior's scheduler. */
  public Path priorScheduler() {
    return prior.resolve(KandinskyFolder.SCHEDULER);
  }

  /** Returns the folder of a one-pass prior, which few decoders have. */
  public Path eclipse() {
    return decoder.resolve(KandinskyFolder.ECLIPSE);
  }

  /** Returns the folder of CLIP's text tower. */
  public Path textEncoder() {
    return prior.resolve(KandinskyFolder.TEXT_ENCODER);
  }

  /** Returns the folder of CLIP's tokenizer. */
  public Path tokenizer() {
    return prior.resolve(KandinskyFolder.TOKENIZER);
  }

  /** Returns the folder of CLIP's image tower. */
  public Path imageEncoder() {
    return prior.resolve(KandinskyFolder.IMAGE_ENCODER);
  }

  /** Returns the folder of the settings of CLIP's preprocessing. */
  public Path imageProcessor() {
    return prior.resolve(KandinskyFolder.IMAGE_PROCESSOR);
  }

  /** Returns the cards, which name the prior and the licence; they may be missing. */
  public List<Path> cards() {
    return List.of(decoder.resolve(KandinskyFolder.CARD), prior.resolve(KandinskyFolder.CARD));
  }

  /** Writes the {@code model_index.json} of each of the two folders whose components exist. */
  public void writeIndex() {
    writeIndex(prior, KandinskyFolder.PRIOR_PIPELINE, Component.index(KandinskyFolder.PRIORS));
    Map<String, ModelFolder.Component> components = Component.index(KandinskyFolder.DECODERS);
    if (areThere(decoder, components)) {
      writeIndex(decoder, pipeline(KandinskyUnet.read(unet()).concat()), components);
    }
  }

  private static void writeIndex(
      Path folder, String pipeline, Map<String, ModelFolder.Component> components) {
    if (areThere(folder, components)) {
      ModelFolder.write(folder, pipeline, components);
    }
  }

  /** Settings are written before weights, so a network is complete with its weights. */
  private static boolean areThere(Path folder, Map<String, ModelFolder.Component> components) {
    return components.entrySet().stream()
        .allMatch(component -> isThere(folder.resolve(component.getKey()), component.getValue()));
  }

  private static boolean isThere(Path folder, ModelFolder.Component component) {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    boolean isNetwork = component.className().matches(".*(Model|Transformer|Projection)");
    try (var files = Files.list(folder)) {
      return files.anyMatch(
          file -> !isNetwork || file.toString().matches(".*\\.(safetensors|bin)"));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the folder " + folder + ": " + e, e);
    }
  }

  private static String pipeline(KandinskyUnet.ConcatConditioning concat) {
    return switch (concat) {
      case NOTHING -> "KandinskyV22Pipeline";
      case KNOWN -> "KandinskyV22InpaintPipeline";
      case HINT -> "KandinskyV22ControlnetPipeline";
    };
  }
}
