package io.diffusion4j.unclip;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.clip.ClipFolders;
import io.diffusion4j.decoder.DecoderFolders;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.prior.AutoregressiveModel;
import io.diffusion4j.prior.PriorModel;

/** Checks that the sizes of a pipeline's components agree. */
record Fit(ModelFolder folder) {
  /**
   * Checks a folder by its settings.
   *
   * @throws CheckpointException if two components do not fit each other
   */
  static Fit of(ModelFolder folder) {
    try {
      check(folder);
      return new Fit(folder);
    } catch (IllegalArgumentException e) {
      throw failure(folder, e);
    }
  }

  /** Returns the failure with its message. */
  static CheckpointException failure(ModelFolder folder, IllegalArgumentException e) {
    return new CheckpointException(folder.path(), "the parts do not fit: " + e.getMessage(), e);
  }

  private static void check(ModelFolder folder) {
    var text = ClipFolders.readText(folder.folder(UnclipFolder.TEXT_ENCODER));
    text.fitted(UnclipFolder.tokenizer(folder.folder(UnclipFolder.TOKENIZER)));
    int e = text.embeddingDim();
    require("hidden_size", text.transformer().width(), "projection_dim", e);
    var projection = DecoderFolders.readProjection(folder.folder(UnclipFolder.TEXT_PROJ));
    projection.requireFits(DecoderFolders.readBackbone(folder.folder(UnclipFolder.DECODER)));
    require("clip_embeddings_dim", projection.embeddingDim(), "text encoder", e);
    if (folder.has(UnclipFolder.PRIOR)) {
      var prior = PriorModel.readConfig(folder.folder(UnclipFolder.PRIOR));
      require("embedding_dim of the prior", prior.embeddingDim(), "text encoder", e);
      require("num_embeddings of the prior", prior.textLength(), "text encoder", text.positions());
    }
    if (folder.has(UnclipFolder.PRIOR_AR)) {
      var prior = AutoregressiveModel.readConfig(folder.folder(UnclipFolder.PRIOR_AR));
      require("embedding_dim of prior_ar", prior.embeddingDim(), "text encoder", e);
      require("num_embeddings of prior_ar", prior.textLength(), "text encoder", text.positions());
    }
    if (folder.has(UnclipFolder.IMAGE_ENCODER)) {
      var image = ClipFolders.readVision(folder.folder(UnclipFolder.IMAGE_ENCODER));
      image.requireFits(UnclipFolder.preprocessor(folder, image));
      require("projection_dim of the image encoder", image.embeddingDim(), "text encoder", e);
    }
    var first = DecoderFolders.readUpsampler(folder.folder(UnclipFolder.SUPER_RES_FIRST));
    var last = DecoderFolders.readUpsampler(folder.folder(UnclipFolder.SUPER_RES_LAST));
    require(
        "sample_size of super_res_last", last.sampleSize(), "super_res_first", first.sampleSize());
  }

  private static void require(String name, int value, String owner, int expected) {
    Check.that(value == expected, name, value, "the %s's %s", owner, expected);
  }
}
