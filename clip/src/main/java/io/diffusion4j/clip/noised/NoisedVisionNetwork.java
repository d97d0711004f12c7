package io.diffusion4j.clip.noised;

import io.diffusion4j.clip.BlockKeys;
import io.diffusion4j.clip.Transformer;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Inputs;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.train.logits.Cosines;
import io.diffusion4j.nn.weights.Init;
import java.util.List;

/**
 * The image tower of a noised CLIP: a vision transformer with a token for the timestep in place of
 * the class token.
 *
 * @param transformer the blocks
 * @param imageSize height and width of an image in pixels
 * @param patch height and width of a patch in pixels
 * @param embeddingDim the size of the joint embedding space, E
 * @param timesteps the timesteps of the forward process, T
 */
public record NoisedVisionNetwork(
    Transformer transformer, int imageSize, int patch, int embeddingDim, int timesteps)
    implements NetworkDefinition {
  /** Input {@code [H, W, 3]}: the noised pixels, {@linkplain #normalise normalised}. */
  public static final String PIXELS = "pixels";

  /** Input {@code []}: the timestep. */
  public static final String TIMESTEP = "timestep";

  /** Input {@code [E]} of {@link #judging}: the unit vector of a text. */
  public static final String TEXT = "text";

  // The means and deviations of the pixels of CLIP's pictures, of 255.
  private static final double[] MEAN = {122.77093945, 116.74601272, 104.09373519};
  private static final double[] DEVIATION = {68.50053285, 66.63215831, 70.32316309};
  private static final double HALF = 127.5;
  private static final int RGB = 3;

  public NoisedVisionNetwork {
    Check.that(
        patch >= 1 && imageSize % patch == 0, "patch_size", patch, "a divisor of " + imageSize);
    Check.that(embeddingDim >= 1, "embeddingDim", embeddingDim, "≥ 1");
    Check.that(timesteps >= 1, "w_t", timesteps, "≥ 1 row");
  }

  /** Normalises pixels in [−1, 1] (or beyond, when noised) for the network, in a new array. */
  static float[] normalise(float[] pixels) {
    float[] normal = new float[pixels.length];
    for (int i = 0; i < normal.length; i++) {
      int channel = i % RGB;
      normal[i] = (float) (((pixels[i] + 1) * HALF - MEAN[channel]) / DEVIATION[channel]);
    }
    return normal;
  }

  /**
   * Converts a gradient with respect to the normalised pixels to one with respect to the pixels, in
   * place.
   */
  static float[] byPixels(float[] gradient) {
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] *= (float) (HALF / DEVIATION[i % RGB]);
    }
    return gradient;
  }

  /** Feeds noised pixels, each with its time rounded to a timestep. */
  void feed(Batch batch, List<float[]> pixels, List<Double> times) {
    batch.floats(
        PIXELS,
        io.diffusion4j.nn.Rows.stack(pixels.stream().map(NoisedVisionNetwork::normalise).toList()));
    batch.ints(TIMESTEP, times.stream().mapToInt(this::timestep).toArray());
  }

  private int timestep(double t) {
    return (int) Math.max(0, Math.min(timesteps - 1, Math.rint(t)));
  }

  /** Defines the network. Output: the embedding {@code [B, E]}, not normalised. */
  @Override
  public List<Tensor> define(Nn nn, Inputs inputs) {
    int w = transformer.width();
    double eps = transformer.eps();
    long patches = (long) (imageSize / patch) * (imageSize / patch);
    Init small = Init.normal(1 / Math.sqrt(w));
    var in = nn.at("blocks.input");
    var pixels = nn.input(inputs.floats(PIXELS, imageSize, imageSize, RGB));
    var x = in.patches(pixels, w, patch, Init.FAN_IN, "patch_proj");
    var time = in.embedding(inputs.ints(TIMESTEP), timesteps, w, small, "w_t");
    var h = nn.concat(1, List.of(nn.reshape(time, -1, 1, w), x));
    var positions = nn.input(in.parameter("w_pos", small, patches + 1, w));
    h = nn.add(h, nn.reshape(positions, 1, patches + 1, w));
    h = in.at("ln").layerNorm(h, eps, "g", "b");
    h = transformer.forward(nn, BlockKeys.NOISED, h, List.of());
    return List.of(NoisedTextNetwork.project(nn, nn.position(h, 0), embeddingDim, eps));
  }

  /**
   * Returns the network with a text as an additional input. Outputs: scale·cos(image, text) {@code
   * [B]}, and the embedding.
   *
   * @param scale the factor of the cosine
   */
  public NetworkDefinition judging(double scale) {
    return new Judging(this, scale);
  }

  private record Judging(NoisedVisionNetwork network, double scale) implements NetworkDefinition {
    @Override
    public List<Tensor> define(Nn nn, Inputs inputs) {
      var embedding = network.define(nn, inputs).get(0);
      var text = inputs.floats(TEXT, network.embeddingDim);
      var cosine = nn.sum(nn.multiply(Cosines.normalise(nn, embedding), text), 1);
      return List.of(nn.multiply(cosine, nn.constant(scale)), embedding);
    }
  }
}
