package io.diffusion4j.latent;

import io.diffusion4j.ddpm.Autoencoder;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.nn.Function;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Operation;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.train.Objective;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The loss of an autoencoder with a Kullback–Leibler penalty (Rombach et al. 2022, appendix G): the
 * error of the reconstruction from a drawn latent, and the divergence of the distribution of
 * latents from N(0, I),
 *
 * <p>½·Σ (μ² + σ² − 1 − ln σ²).
 *
 * <p>The published training sums both over a picture; here both are divided by the number of the
 * picture's values, so that the loss does not depend on its size, and the weights are the published
 * ones.
 *
 * @param autoencoder the shape
 * @param size the size of the pictures
 * @param error the error of a value: {@link Function#SQUARE} or {@link Function#ABS}
 * @param divergence the weight of the divergence
 * @param perceptual the weight of the distance of features
 * @param features the features; empty for a loss without them
 */
record AutoencoderObjective(
    Autoencoder autoencoder,
    Pixels size,
    Function error,
    double divergence,
    double perceptual,
    Optional<ClipFeatures> features)
    implements Objective {
  /** Input {@code [H, W, Z]}: the standard normal noise of the drawn latent. */
  static final String NOISE = "noise";

  /** Input {@code [T, W]}: the features of the pictures. */
  static final String SEEN = "features";

  /** The prefix of the keys of CLIP's tower, which is not trained. */
  static final String TOWER = "perceptual";

  private static final int RGB = 3;

  @Override
  public Loss define(Nn nn, Inputs inputs) {
    int z = autoencoder.latentChannels();
    int height = size.height() / autoencoder.factor();
    int width = size.width() / autoencoder.factor();
    var pixels = inputs.floats(Autoencoder.PIXELS, size.height(), size.width(), RGB);
    var moments = autoencoder.encode(nn, nn.input(pixels));
    var mean = nn.slice(moments, 0, z);
    var logVariance = bounded(nn, nn.slice(moments, z, z));
    var deviation = nn.map(Function.EXP, nn.multiply(logVariance, nn.constant(0.5)));
    var drawn = nn.multiply(deviation, inputs.floats(NOISE, height, width, z));
    var pictures = autoencoder.decode(nn, nn.input(nn.add(mean, drawn)));

    var reconstruction = meanOf(nn, nn.map(error, nn.subtract(pictures, pixels)));
    var square = nn.add(nn.map(Function.SQUARE, mean), nn.map(Function.EXP, logVariance));
    var excess = nn.subtract(nn.subtract(square, nn.constant(1)), logVariance);
    var divergences = nn.multiply(meanOf(nn, excess), nn.constant(0.5));
    double latents = (double) height * width * z / ((double) size.height() * size.width() * RGB);
    var penalty = nn.multiply(divergences, nn.constant(divergence * latents));
    var value = nn.add(reconstruction, penalty);
    Map<String, Tensor> metrics = new HashMap<>();
    metrics.put("reconstruction", reconstruction);
    metrics.put("kl", divergences); // of a value of a latent, without its weight
    if (features.isPresent()) {
      var own = features.get().of(nn.at(TOWER), pictures);
      var seen = inputs.floats(SEEN, features.get().shape());
      var distances = nn.sum(nn.map(Function.SQUARE, nn.subtract(own, seen)), 2);
      var distance = meanOf(nn, distances);
      metrics.put(TOWER, distance);
      value = nn.add(value, nn.multiply(distance, nn.constant(perceptual)));
    }
    return new Loss(value, metrics);
  }

  private static Tensor bounded(Nn nn, Tensor logVariance) {
    var above = nn.combine(Operation.MAXIMUM, logVariance, nn.constant(VaeModel.MIN_LOG_VARIANCE));
    return nn.combine(Operation.MINIMUM, above, nn.constant(VaeModel.MAX_LOG_VARIANCE));
  }

  private static Tensor meanOf(Nn nn, Tensor x) {
    return nn.mean(x, IntStream.range(0, x.rank()).toArray());
  }
}
