package io.diffusion4j.evaluation.judge;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.checkpoint.ConfigWriter;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.nn.weights.ModelFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A judge on disk: {@code config.json}, {@code words.txt} and {@code model.safetensors}. */
record JudgeFolder(JudgeImageNetwork image, JudgeTextNetwork text, Words words) {
  static final String CONFIG = "config.json";
  private static final String WORDS = "words.txt";
  private static final String CLASS = "Judge";

  /** Reads everything but the weights. */
  static JudgeFolder read(Path folder) {
    var config = ComponentConfig.read(folder.resolve(CONFIG));
    config.expectClass(CLASS);
    var words = Words.read(folder.resolve(WORDS));
    int embeddingDim = config.intValue("embedding_dim");
    try {
      var image =
          new JudgeImageNetwork(
              config.intValue("image_size"),
              config.ints("channels", List.of()),
              config.intValue("blocks"),
              config.intValue("groups"),
              embeddingDim);
      var text =
          new JudgeTextNetwork(
              words.size(), config.intValue("length"), config.intValue("width"), embeddingDim);
      config.refuseUnknown("model_type");
      return new JudgeFolder(image, text, words);
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(folder.resolve(CONFIG), "" + e.getMessage(), e);
    }
  }

  void write(Path folder, TensorSource weights, Map<String, String> notes) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make the folder " + folder + ": " + e, e);
    }
    ConfigWriter.transformers(CLASS, "judge")
        .put("image_size", image.imageSize())
        .put("channels", image.channels())
        .put("blocks", image.blocks())
        .put("groups", image.groups())
        .put("embedding_dim", image.embeddingDim())
        .put("length", text.length())
        .put("width", text.width())
        .write(folder.resolve(CONFIG));
    words.write(folder.resolve(WORDS));
    ModelFiles.write(
        folder, Checkpoint.TRANSFORMERS, weights, name -> !name.equals("logit_scale"), notes);
  }
}
