package io.diffusion4j.evaluation.judge;

import io.diffusion4j.checkpoint.strict.Faults;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.weights.Init;
import java.util.List;

/**
 * The judge's image tower: a small residual network (He et al. 2016, in the pre-activation form of
 * their second paper) with group normalisation, averaged over the pixels at its end. Unlike CLIP's
 * transformer it does not depend on the position of a thing.
 *
 * @param imageSize height and width of an image in pixels, a multiple of 2^levels
 * @param channels the channels of each level; the first is at half the image's size, each other at
 *     half of the one before
 * @param blocks residual blocks of each level
 * @param groups the number of groups of the normalisations; a divisor of all channels
 * @param embeddingDim the size of the joint embedding space, E
 */
public record JudgeImageNetwork(
    int imageSize, List<Integer> channels, int blocks, int groups, int embeddingDim)
    implements NetworkDefinition {
  /** Input {@code [H, W, 3]}: RGB in [−1, 1]. */
  static final String PIXELS = "pixels";

  private static final double EPS = 1e-5;

  public JudgeImageNetwork {
    channels = List.copyOf(channels);
    var faults =
        new Faults()
            .require(!channels.isEmpty(), "channels", channels, "at least one level")
            .require(
                imageSize >= 1 && imageSize % (1 << channels.size()) == 0,
                "image_size",
                imageSize,
                "a multiple of " + (1 << channels.size()))
            .require(blocks >= 1, "blocks", blocks, "≥ 1")
            .require(embeddingDim >= 1, "embedding_dim", embeddingDim, "≥ 1");
    for (int c : channels) {
      faults.require(
          groups >= 1 && c >= 1 && c % groups == 0, "groups", groups, "a divisor of " + c);
    }
    faults.throwIfAny();
  }

  /** Defines the network. Output: the embedding {@code [B, E]}. */
  @Override
  public List<Tensor> define(Nn root, Inputs inputs) {
    Nn nn = root.at("image");
    var pixels = nn.input(inputs.floats(PIXELS, imageSize, imageSize, 3));
    var h = nn.at("stem").conv2d(pixels, channels.get(0), 3, 2, Init.FAN_IN);
    for (int level = 0; level < channels.size(); level++) {
      if (level > 0) {
        h = nn.averagePool(h);
      }
      for (int block = 0; block < blocks; block++) {
        h = block(nn.at("levels", level).at("blocks", block), h, channels.get(level));
      }
    }
    h = nn.at("norm").groupNormSilu(h, groups, EPS);
    var mean = nn.mean(nn.output(h), 1, 2);
    return List.of(nn.output(nn.at("projection").linear(nn.input(mean), embeddingDim)));
  }

  /** Shapes: x {@code [B, H, W, C]} → {@code [B, H, W, out]}. */
  private Tensor block(Nn nn, Tensor x, long out) {
    var h = nn.at("norm1").groupNormSilu(x, groups, EPS);
    h = nn.at("conv1").conv2d(h, out, 3);
    h = nn.at("norm2").groupNormSilu(h, groups, EPS);
    h = nn.at("conv2").conv2d(h, out, 3);
    var skip = x.last() == out ? x : nn.at("skip").conv2d(x, out, 1);
    return nn.add(skip, h);
  }
}
