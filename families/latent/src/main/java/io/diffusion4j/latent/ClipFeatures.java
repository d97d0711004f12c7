package io.diffusion4j.latent;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.clip.ClipFolders;
import io.diffusion4j.clip.ClipVisionNetwork;
import io.diffusion4j.clip.image.ClipPreprocessor;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Function;
import io.diffusion4j.nn.Nn;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.training.ComponentRun;
import java.nio.file.Path;
import java.util.List;

/**
 * What CLIP's image tower sees in square pictures, for a distance of pictures by features (Zhang et
 * al. 2018): the states of each patch, divided by their lengths. Pictures are halved until they
 * have the tower's size. Holds native memory until it is closed.
 */
final class ClipFeatures implements AutoCloseable {
  private static final String PIXELS = "pixels";
  private static final double EPS = 1e-10;
  private static final int RGB = 3;

  private final ClipVisionNetwork vision;
  private final int size;
  private final CompiledNetwork network;

  /**
   * Reads an image tower.
   *
   * @param size height and width of the pictures
   */
  ClipFeatures(Path folder, int size, Compute compute) {
    this.vision = ClipFolders.readVision(folder);
    this.size = size;
    int side = vision.imageSize();
    Check.that(
        size % side == 0 && Integer.bitCount(size / side) == 1,
        "latent-vae.size",
        size,
        "%s, the size of CLIP's pictures, times a power of two",
        side);
    network =
        new CompiledNetwork(
            (nn, inputs) -> List.of(of(nn, inputs.floats(PIXELS, size, size, RGB))),
            weights(folder),
            compute);
  }

  /** Returns the weights of a folder that the features need. */
  static TensorSource weights(Path folder) {
    return ComponentRun.weights(folder, Checkpoint.TRANSFORMERS)
        .only(
            name ->
                ClipFolders.isParameter(name)
                    && name.startsWith("vision_model.")
                    && !name.contains("post_layernorm"));
  }

  /** Returns the features of pictures, {@code [T, W]} each. */
  List<float[]> of(List<Image> pictures) {
    float[] pixels = Rows.stack(pictures.stream().map(Image::pixels).toList());
    var answers = network.run(new Batch(pictures.size()).floats(PIXELS, pixels));
    return Rows.unstack(answers.get(0), pictures.size());
  }

  /** Returns the shape of a picture's features. */
  long[] shape() {
    int across = vision.imageSize() / vision.patch();
    return new long[] {1 + (long) across * across, vision.transformer().width()};
  }

  /** Returns the features {@code [B, T, W]} of pictures {@code [B, H, W, 3]} in [−1, 1]. */
  Tensor of(Nn nn, Tensor pictures) {
    var clip = ClipPreprocessor.clip(vision.imageSize());
    float[] factor = new float[RGB];
    float[] shift = new float[RGB];
    for (int c = 0; c < RGB; c++) {
      factor[c] = (float) (0.5 / clip.std().get(c));
      shift[c] = (float) ((0.5 - clip.mean().get(c)) / clip.std().get(c));
    }
    var scaled = nn.multiply(pictures, nn.constant(factor, 1, 1, 1, RGB));
    var x = nn.input(nn.add(scaled, nn.constant(shift, 1, 1, 1, RGB)));
    for (int side = size; side > vision.imageSize(); side /= 2) {
      x = nn.averagePool(x);
    }
    var states = nn.output(vision.states(nn, x));
    var square = nn.add(nn.sum(nn.map(Function.SQUARE, states), 2), nn.constant(EPS));
    return nn.multiply(
        states, nn.reshape(nn.map(Function.INVERSE_ROOT, square), -1, shape()[0], 1));
  }

  @Override
  public void close() {
    network.close();
  }
}
