package io.diffusion4j.clip;

import io.diffusion4j.clip.image.ClipPreprocessor;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.weights.Init;
import java.util.List;

/**
 * CLIP's image tower: a vision transformer (Dosovitskiy et al. 2021), whose output is taken at the
 * class token. The keys are those of transformers' {@code CLIPVisionModelWithProjection}.
 *
 * @param transformer the blocks
 * @param imageSize height and width of an image in pixels
 * @param patch height and width of a patch in pixels
 * @param embeddingDim the size of the joint embedding space, E
 */
public record ClipVisionNetwork(Transformer transformer, int imageSize, int patch, int embeddingDim)
    implements NetworkDefinition {
  /** Input {@code [H, W, 3]}: the normalised pixels. */
  static final String PIXELS = "pixels";

  public ClipVisionNetwork {
    Check.that(
        patch >= 1 && imageSize % patch == 0, "patch_size", patch, "a divisor of " + imageSize);
    Check.that(embeddingDim >= 1, "projection_dim", embeddingDim, "≥ 1");
  }

  /**
   * Checks that preprocessing makes images of this network's size.
   *
   * @throws IllegalArgumentException if it makes another
   */
  public void requireFits(ClipPreprocessor preprocessor) {
    int size = preprocessor.cropSize();
    Check.that(size == imageSize, "image_size", imageSize, "the preprocessor's " + size);
  }

  /** Defines the network. Output: the embedding {@code [B, E]}. */
  @Override
  public List<Tensor> define(Nn nn, Inputs inputs) {
    var h = states(nn, nn.input(inputs.floats(PIXELS, imageSize, imageSize, 3)));
    var norm = nn.at("vision_model.post_layernorm");
    var pooled = norm.layerNorm(nn.position(h, 0), transformer.eps());
    Init small = Init.normal(1 / Math.sqrt(transformer.width()));
    return List.of(nn.output(nn.at("visual_projection").linearNoBias(pooled, embeddingDim, small)));
  }

  /**
   * Returns the states after the last block, of the class token and each patch, {@code [B, 1 + P,
   * W]}.
   *
   * @param pixels the normalised pixels
   */
  public Tensor states(Nn nn, Tensor pixels) {
    int w = transformer.width();
    long patches = (long) (imageSize / patch) * (imageSize / patch);
    Init small = Init.normal(1 / Math.sqrt(w));
    var tower = nn.at("vision_model");
    var embeddings = tower.at("embeddings");
    var x = embeddings.at("patch_embedding").patches(pixels, w, patch, Init.FAN_IN);
    var classToken =
        nn.reshape(nn.input(embeddings.parameter("class_embedding", small, w)), 1, 1, w);
    var h = nn.concat(1, List.of(nn.forEach(classToken, x), x));
    var positions = embeddings.parameter("position_embedding.weight", small, patches + 1, w);
    h = nn.add(h, nn.reshape(nn.input(positions), 1, patches + 1, w));
    h = tower.at("pre_layrnorm").layerNorm(h, transformer.eps()); // spelled so
    return transformer.forward(tower.at("encoder"), BlockKeys.HUGGING_FACE, h, List.of());
  }
}
