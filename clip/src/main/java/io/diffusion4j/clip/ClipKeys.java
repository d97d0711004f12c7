package io.diffusion4j.clip;

import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.weights.Init;

/** The keys of CLIP's parameters in a family of checkpoints. */
@SuppressWarnings("ImmutableEnumChecker") // records of strings
public enum ClipKeys {
  /** transformers' {@code CLIPModel} and its two towers. */
  HUGGING_FACE(
      BlockKeys.HUGGING_FACE,
      new Text(
          "text_model.embeddings.token_embedding",
          "text_model.embeddings.position_embedding.weight",
          "text_model.encoder",
          "text_model.final_layer_norm",
          "text_projection"),
      new Vision(
          "vision_model.embeddings.patch_embedding",
          "vision_model.embeddings.class_embedding",
          "vision_model.embeddings.position_embedding.weight",
          "vision_model.pre_layrnorm", // spelled so
          "vision_model.encoder",
          "vision_model.post_layernorm",
          "visual_projection")) {
    @Override
    Tensor project(Nn nn, String key, Tensor x, long out, Init init) {
      return nn.at(key).linearNoBias(x, out, init);
    }

    @Override
    boolean isVision(String key) {
      return key.startsWith("vision_model.") || key.startsWith("visual_projection.");
    }
  },

  /** OpenAI's {@code CLIP} with a vision transformer. */
  OPENAI(
      BlockKeys.OPENAI,
      new Text(
          "token_embedding", "positional_embedding", "transformer", "ln_final", "text_projection"),
      new Vision(
          "visual.conv1",
          "visual.class_embedding",
          "visual.positional_embedding",
          "visual.ln_pre",
          "visual.transformer",
          "visual.ln_post",
          "visual.proj")) {
    @Override
    Tensor project(Nn nn, String key, Tensor x, long out, Init init) {
      return nn.project(x, key, out, init);
    }

    @Override
    boolean isVision(String key) {
      return key.startsWith("visual.");
    }
  };

  /** The logarithm of the scale of the cosines, which belongs to neither tower. */
  static final String LOGIT_SCALE = ContrastiveLoss.LOGIT_SCALE;

  /** The weights that both transformers have. */
  final BlockKeys blocks;

  /** The places of the text tower's parts. */
  final Text text;

  /** The places of the image tower's parts. */
  final Vision vision;

  ClipKeys(BlockKeys blocks, Text text, Vision vision) {
    this.blocks = blocks;
    this.text = text;
    this.vision = vision;
  }

  /**
   * Projects {@code [B, W]} to the joint space of texts and images, with the matrix layout of this
   * family.
   */
  abstract Tensor project(Nn nn, String key, Tensor x, long out, Init init);

  /** Whether a parameter is the image tower's. */
  abstract boolean isVision(String key);

  /**
   * Whether a parameter belongs to the text tower, or to no tower; the text tower then reports it.
   */
  boolean isText(String key) {
    return !isVision(key) && !key.equals(LOGIT_SCALE);
  }

  /** The paths of the text tower's parts. */
  record Text(
      String tokens, String positions, String transformer, String norm, String projection) {}

  /** The paths of the image tower's parts. */
  record Vision(
      String patches,
      String classToken,
      String positions,
      String preNorm,
      String transformer,
      String postNorm,
      String projection) {}
}
