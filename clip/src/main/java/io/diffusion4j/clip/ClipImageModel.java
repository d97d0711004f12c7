package io.diffusion4j.clip;

import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.clip.image.ClipPreprocessor;
import io.diffusion4j.diffusion.component.ImageEncoder;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import java.util.List;

/**
 * CLIP's image tower with its preprocessing, as an {@link ImageEncoder}. Thread-safe; holds native
 * memory until it is closed.
 */
public final class ClipImageModel implements ImageEncoder, AutoCloseable {
  private final ClipPreprocessor preprocessor;
  private final CompiledNetwork compiled;
  private final ClipVisionNetwork network;

  /**
   * Compiles the tower.
   *
   * @throws IllegalArgumentException if the preprocessing does not give the tower's image size
   */
  public ClipImageModel(
      ClipPreprocessor preprocessor,
      ClipVisionNetwork network,
      TensorSource weights,
      Compute compute) {
    this(
        preprocessor,
        network,
        new CompiledNetwork(fitting(network, preprocessor), weights, compute.unquantised()));
  }

  /**
   * Wraps a compiled tower, which is closed with the model.
   *
   * @throws IllegalArgumentException if the preprocessing does not give the tower's image size
   */
  public ClipImageModel(
      ClipPreprocessor preprocessor, ClipVisionNetwork network, CompiledNetwork compiled) {
    this.preprocessor = preprocessor;
    this.network = fitting(network, preprocessor);
    this.compiled = compiled;
  }

  /** Checks a network before it is compiled, so that a failure leaves nothing open. */
  private static ClipVisionNetwork fitting(
      ClipVisionNetwork network, ClipPreprocessor preprocessor) {
    network.requireFits(preprocessor);
    return network;
  }

  /** Returns the image tower. */
  public ClipVisionNetwork network() {
    return network;
  }

  @Override
  public List<float[]> encode(List<Image> images) {
    if (images.isEmpty()) {
      return List.of();
    }
    return encodePrepared(images.stream().map(preprocessor::pixels).toList());
  }

  /**
   * Embeds images that are already preprocessed, for example by another framework.
   *
   * @param pixels {@code [H, W, 3]} each, normalised, of the tower's size; at least one
   */
  public List<float[]> encodePrepared(List<float[]> pixels) {
    var batch = new Batch(pixels.size()).floats(ClipVisionNetwork.PIXELS, Rows.stack(pixels));
    return Rows.unstack(compiled.run(batch).get(0), pixels.size());
  }

  /** Embeds the image whose preprocessed pixels are all 0, which represents an absent image. */
  public float[] ofNothing() {
    int side = network.imageSize();
    return encodePrepared(List.of(new float[side * side * 3])).get(0);
  }

  @Override
  public void close() {
    compiled.close();
  }
}
