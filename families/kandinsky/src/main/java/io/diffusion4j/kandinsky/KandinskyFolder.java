package io.diffusion4j.kandinsky;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.ModelFolder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The layout of Kandinsky's two folders: a decoder, diffusers' {@code KandinskyV22Pipeline}, {@code
 * KandinskyV22InpaintPipeline} or {@code KandinskyV22ControlnetPipeline}, and its prior, {@code
 * KandinskyV22PriorPipeline}.
 */
final class KandinskyFolder {
  static final String UNET = "unet";
  static final String MOVQ = "movq";
  static final String SCHEDULER = "scheduler";

  static final String PRIOR = "prior";

  /** A one-pass prior in the folder of a decoder; not a component of diffusers. */
  static final String ECLIPSE = "prior_eclipse";

  static final String TEXT_ENCODER = "text_encoder";
  static final String TOKENIZER = "tokenizer";
  static final String IMAGE_ENCODER = "image_encoder";
  static final String IMAGE_PROCESSOR = "image_processor";

  /** The file of {@link #IMAGE_PROCESSOR}. */
  static final String PREPROCESSOR = "preprocessor_config.json";

  static final String SCHEDULER_CONFIG = "scheduler_config.json";

  /** The file that names the prior and the licence. */
  static final String CARD = "README.md";

  static final String PRIOR_PIPELINE = "KandinskyV22PriorPipeline";

  private static final String FAMILY = "KandinskyV22";
  private static final String PRIOR_CLASS = "KandinskyV22Prior";

  private KandinskyFolder() {}

  /** Returns whether a folder is one of the two, even a faulty one. */
  static boolean isAt(Path folder) {
    return className(folder).startsWith(FAMILY);
  }

  /** Returns whether a folder is a prior's. */
  static boolean isPrior(Path folder) {
    return className(folder).startsWith(PRIOR_CLASS);
  }

  private static String className(Path folder) {
    if (!Files.isRegularFile(folder.resolve(ModelFolder.INDEX))) {
      return "";
    }
    try {
      return ModelFolder.open(folder).className();
    } catch (CheckpointException e) {
      return ""; // of no family that is known; opening it reports what is wrong
    }
  }
}
