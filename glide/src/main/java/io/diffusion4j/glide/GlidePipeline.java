package io.diffusion4j.glide;

import io.diffusion4j.clip.token.Gpt2Tokenizer;
import io.diffusion4j.diffusion.BatchingDenoiser;
import io.diffusion4j.tf.checkpoint.CheckpointException;
import io.diffusion4j.tf.nn.Precision;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * GLIDE from a folder with {@code base}, {@code upsample}, as {@link GlideFolders} describes them,
 * and {@code tokenizer}, as {@link Gpt2Tokenizer#load} reads it. Thread-safe: the queries of all
 * callers of a stage are merged. Holds native memory until it is closed.
 */
public final class GlidePipeline implements AutoCloseable {
  private static final int MAX_BATCH = 16;
  private static final int MAX_WAITING = 4096;

  private final GlideModel base;
  private final GlideModel upsampler;
  private final BatchingDenoiser<GlideCondition> baseNetwork;
  private final BatchingDenoiser<GlideCondition> upsamplerNetwork;
  private final GlideTextToImage textToImage;

  private GlidePipeline(GlideModel base, GlideModel upsampler) {
    this.base = base;
    this.upsampler = upsampler;
    baseNetwork = batching(GlideTextToImage.BASE, base);
    upsamplerNetwork = batching(GlideTextToImage.UPSAMPLER, upsampler);
    textToImage = new GlideTextToImage(base, baseNetwork, upsampler, upsamplerNetwork);
  }

  /**
   * Loads a folder.
   *
   * @throws CheckpointException if something is missing or does not fit; the message lists it
   * @throws UncheckedIOException if a file cannot be read
   */
  public static GlidePipeline load(Path folder, Precision precision) {
    Path tokenizer = folder.resolve("tokenizer");
    try {
      return load(folder, Gpt2Tokenizer.load(tokenizer), precision);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + tokenizer + ": " + e.getMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(folder, "the parts do not fit: " + e.getMessage(), e);
    }
  }

  private static GlidePipeline load(Path folder, Gpt2Tokenizer tokenizer, Precision precision) {
    var base = GlideModel.load(folder.resolve("base"), tokenizer, precision);
    try {
      var upsampler = GlideModel.load(folder.resolve("upsample"), tokenizer, precision);
      return new GlidePipeline(base, upsampler);
    } catch (RuntimeException | Error e) {
      base.close();
      throw e;
    }
  }

  private static BatchingDenoiser<GlideCondition> batching(String name, GlideModel model) {
    return new BatchingDenoiser<>(name, model.denoiser(), MAX_BATCH, MAX_WAITING);
  }

  /** Draws images of texts. */
  public GlideTextToImage textToImage() {
    return textToImage;
  }

  /** Closes everything; nothing may be asked of it after. */
  @Override
  public void close() {
    upsamplerNetwork.close();
    baseNetwork.close();
    upsampler.close();
    base.close();
  }
}
