package io.diffusion4j.clip;

import io.diffusion4j.clip.image.ClipPreprocessor;
import io.diffusion4j.tf.Inputs;
import io.diffusion4j.tf.Network;
import io.diffusion4j.tf.nn.Init;
import io.diffusion4j.tf.nn.Nn;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/**
 * CLIP's image tower: a vision transformer (Dosovitskiy et al. 2021), read out at the class token.
 * With Hugging Face's keys ({@code CLIPVisionModelWithProjection}).
 *
 * @param transformer the blocks
 * @param imageSize height and width of an image in pixels
 * @param patch height and width of a patch in pixels
 * @param embeddingDim of the embedding that texts and images share, E
 */
public record ClipVisionNetwork(Transformer transformer, int imageSize, int patch, int embeddingDim)
    implements Network {
  /** Input {@code [H, W, 3]}: the normalised pixels. */
  static final String PIXELS = "pixels";

  public ClipVisionNetwork {
    Transformer.require(
        patch >= 1 && imageSize % patch == 0, "patch_size", patch, "a divisor of " + imageSize);
    Transformer.require(embeddingDim >= 1, "projection_dim", embeddingDim, "≥ 1");
  }

  /**
   * Checks that preprocessing makes images of this network's size.
   *
   * @throws IllegalArgumentException if it makes another
   */
  public void requireFits(ClipPreprocessor preprocessor) {
    int size = preprocessor.cropSize();
    Transformer.require(size == imageSize, "image_size", imageSize, "the preprocessor's " + size);
  }

  /** Output: the embedding {@code [B, E]}. */
  @Override
  public List<Operand<TFloat32>> build(Nn nn, Inputs inputs) {
    int w = transformer.width();
    double eps = transformer.eps();
    long patches = (long) (imageSize / patch) * (imageSize / patch);
    Init small = Init.normal(1 / Math.sqrt(w));
    var pixels = nn.input(inputs.floats(PIXELS, imageSize, imageSize, 3));
    var vision = nn.at("vision_model");
    var embeddings = vision.at("embeddings");
    var x = embeddings.at("patch_embedding").patches(pixels, w, patch, Init.FAN_IN);
    var classToken =
        nn.reshape(nn.input(embeddings.parameter("class_embedding", small, w)), 1, 1, w);
    var h = nn.concat(1, List.of(nn.forEach(classToken, x), x));
    var positions = embeddings.at("position_embedding").parameter("weight", small, patches + 1, w);
    h = nn.add(h, nn.reshape(nn.input(positions), 1, patches + 1, w));
    h = vision.at("pre_layrnorm").layerNorm(h, eps); // the published key is spelled so
    h = transformer.forward(vision.at("encoder"), h, List.of());
    var pooled = vision.at("post_layernorm").layerNorm(nn.position(h, 0), eps);
    return List.of(nn.output(nn.at("visual_projection").linearNoBias(pooled, embeddingDim, small)));
  }
}
