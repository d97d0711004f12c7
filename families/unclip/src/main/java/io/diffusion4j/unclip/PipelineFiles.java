package io.diffusion4j.unclip;

import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.clip.ClipVisionNetwork;
import io.diffusion4j.clip.image.ClipPreprocessor;
import io.diffusion4j.clip.token.ClipTokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The files of a pipeline folder beside weights and settings, and the failures found in all of
 * them.
 */
final class PipelineFiles {
  private PipelineFiles() {}

  static ClipTokenizer tokenizer(ModelFolder folder) {
    Path tokenizer = folder.folder(UnclipFolder.TOKENIZER);
    try {
      return ClipTokenizer.load(tokenizer);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + tokenizer + ": " + e.getMessage(), e);
    }
  }

  /**
   * Reads the preprocessing from the folder, or takes the published constants at the size of the
   * image tower.
   */
  static ClipPreprocessor preprocessor(ModelFolder folder, ClipVisionNetwork network) {
    Path file =
        folder.path().resolve(UnclipFolder.FEATURE_EXTRACTOR).resolve(UnclipFolder.PREPROCESSOR);
    if (!Files.isRegularFile(file)) {
      return ClipPreprocessor.clip(network.imageSize());
    }
    try {
      return ClipPreprocessor.load(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }
}
