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
 * class token.
 *
 * @param transformer the blocks
 * @param imageSize height and width of an image in pixels
 * @param patch height and width of a patch in pixels
 * @param embeddingDim the size of the joint embedding space, E
 * @param keys the keys of the parameters in the checkpoint
 */
public record ClipVisionNetwork(
    Transformer transformer, int imageSize, int patch, int embeddingDim, ClipKeys keys)
    implements NetworkDefinition {
  /** Input {@code [H, W, 3]}: the normalised pixels. */
  static final String PIXELS = "pixels";

  public ClipVisionNetwork {
    Check.that(
        patch >= 1 && imageSize % patch == 0, "patch_size", patch, "a divisor of " + imageSize);
    Check.that(embeddingDim >= 1, "projection_dim", embeddingDim, "≥ 1");
  }

  /** Creates a network with the keys of Hugging Face's {@code CLIPVisionModelWithProjection}. */
  public ClipVisionNetwork(Transformer transformer, int imageSize, int patch, int embeddingDim) {
    this(transformer, imageSize, patch, embeddingDim, ClipKeys.HUGGING_FACE);
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
    int w = transformer.width();
    double eps = transformer.eps();
    long patches = (long) (imageSize / patch) * (imageSize / patch);
    Init small = Init.normal(1 / Math.sqrt(w));
    var pixels = nn.input(inputs.floats(PIXELS, imageSize, imageSize, 3));
    var at = keys.vision;
    var x = nn.at(at.patches()).patches(pixels, w, patch, Init.FAN_IN);
    var classToken = nn.reshape(nn.input(nn.parameter(at.classToken(), small, w)), 1, 1, w);
    var h = nn.concat(1, List.of(nn.forEach(classToken, x), x));
    var positions = nn.parameter(at.positions(), small, patches + 1, w);
    h = nn.add(h, nn.reshape(nn.input(positions), 1, patches + 1, w));
    h = nn.at(at.preNorm()).layerNorm(h, eps);
    h = transformer.forward(nn.at(at.transformer()), keys.blocks, h, List.of());
    var pooled = nn.at(at.postNorm()).layerNorm(nn.position(h, 0), eps);
    return List.of(nn.output(keys.project(nn, at.projection(), pooled, embeddingDim, small)));
  }
}
