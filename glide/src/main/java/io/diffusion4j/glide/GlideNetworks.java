package io.diffusion4j.glide;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.clip.token.Gpt2Tokenizer;
import io.diffusion4j.diffusion.denoiser.BatchingDenoiser;
import io.diffusion4j.nn.engine.Compute;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * GLIDE from a folder with {@code base}, {@code upsample}, as {@link GlideFolders} describes them,
 * and {@code tokenizer}, as {@link Gpt2Tokenizer#load} reads it. Either both networks are for
 * pictures with missing parts or none is. Thread-safe: the queries of all callers of a stage are
 * merged. Holds native memory until it is closed.
 */
public final class GlideNetworks implements AutoCloseable {
  /** The folder of the network that draws small images. */
  public static final String BASE = "base";

  /** The folder of the network that draws large ones. */
  public static final String UPSAMPLE = "upsample";

  /** The folder of the tokenizer. */
  public static final String TOKENIZER = "tokenizer";

  private static final int MAX_BATCH = 16;
  private static final int MAX_WAITING = 4096;

  private final GlideModel base;
  private final GlideModel upsampler;
  private final BatchingDenoiser<GlideCondition> baseNetwork;
  private final BatchingDenoiser<GlideCondition> upsamplerNetwork;

  private GlideNetworks(GlideModel base, GlideModel upsampler) {
    this.base = base;
    this.upsampler = upsampler;
    baseNetwork = batching(GlideParts.BASE, base);
    upsamplerNetwork = batching(GlideParts.UPSAMPLER, upsampler);
  }

  /**
   * Loads a folder.
   *
   * @throws CheckpointException if something is missing or does not fit; the message lists it
   * @throws UncheckedIOException if a file cannot be read
   */
  public static GlideNetworks load(Path folder, Compute compute) {
    Path tokenizer = folder.resolve(TOKENIZER);
    try {
      return load(folder, Gpt2Tokenizer.load(tokenizer), compute);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + tokenizer + ": " + e.getMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(folder, "the parts do not fit: " + e.getMessage(), e);
    }
  }

  /** Whether this is a folder of GLIDE, whatever else may be wrong with it. */
  public static boolean isAt(Path folder) {
    return GlideFolders.isAt(folder.resolve(BASE)) || GlideFolders.isAt(folder.resolve(UPSAMPLE));
  }

  /**
   * Whether the networks of a folder complete pictures.
   *
   * @throws CheckpointException if the folder has not two networks of GLIDE that fit each other, by
   *     their settings
   */
  public static boolean completes(Path folder) {
    var base = GlideFolders.read(folder.resolve(BASE)).unet().beside();
    var upsampler = GlideFolders.read(folder.resolve(UPSAMPLE)).unet().beside();
    require(folder.resolve(BASE), !base.low(), "not an upsampler");
    require(folder.resolve(UPSAMPLE), upsampler.low(), "an upsampler");
    require(
        folder.resolve(UPSAMPLE),
        base.known() == upsampler.known(),
        (base.known() ? "" : "not ") + "for pictures with missing parts, as the base");
    return base.known();
  }

  private static void require(Path network, boolean fits, String expected) {
    if (!fits) {
      String name = GlideFolders.className(GlideFolders.read(network));
      throw new CheckpointException(
          network, "_class_name: " + name + " (expected: " + expected + ")");
    }
  }

  private static GlideNetworks load(Path folder, Gpt2Tokenizer tokenizer, Compute compute) {
    completes(folder);
    var base = GlideModel.load(folder.resolve(BASE), tokenizer, compute);
    try {
      var upsampler = GlideModel.load(folder.resolve(UPSAMPLE), tokenizer, compute);
      return new GlideNetworks(base, upsampler);
    } catch (RuntimeException | Error e) {
      base.close();
      throw e;
    }
  }

  private static BatchingDenoiser<GlideCondition> batching(String name, GlideModel model) {
    return new BatchingDenoiser<>(name, model.denoiser(), MAX_BATCH, MAX_WAITING);
  }

  /** The parts that draw images of texts, and complete pictures. */
  public GlideParts parts() {
    return new GlideParts(
        base,
        baseNetwork,
        base.config().unet().sampleSize(),
        upsampler,
        upsamplerNetwork,
        upsampler.config().unet().sampleSize());
  }

  /** Whether the networks complete pictures. */
  public boolean complete() {
    return base.config().unet().beside().known();
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
