package io.diffusion4j.glide;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.clip.token.Gpt2Tokenizer;
import io.diffusion4j.diffusion.denoiser.BatchingDenoiser;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.pipeline.Students;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * GLIDE in a folder with {@code base} and {@code upsample} in the layout of {@link GlideFolders},
 * and {@code tokenizer} in the format of {@link Gpt2Tokenizer#load}. Either both networks are for
 * inpainting or neither is. Thread-safe: the queries of all callers of a stage are merged. Holds
 * native memory until it is closed.
 */
public final class GlideNetworks implements AutoCloseable {
  /** The folder of the base network. */
  public static final String BASE = "base";

  /** The folder of the upsampler. */
  public static final String UPSAMPLE = "upsample";

  /** The folder of the tokenizer. */
  public static final String TOKENIZER = "tokenizer";

  private static final int MAX_BATCH = 16;
  private static final int MAX_WAITING = 4096;

  private final GlideModel base;
  private final GlideModel upsampler;
  private final BatchingDenoiser<GlideCondition> baseNetwork;
  private final BatchingDenoiser<GlideCondition> upsamplerNetwork;

  private final Students students;

  private GlideNetworks(GlideModel base, GlideModel upsampler, Students students) {
    this.base = base;
    this.upsampler = upsampler;
    this.students = students;
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

  /** Whether this is a folder of GLIDE; it may still be damaged. */
  public static boolean isAt(Path folder) {
    return GlideFolders.isAt(folder.resolve(BASE)) || GlideFolders.isAt(folder.resolve(UPSAMPLE));
  }

  /**
   * Whether the networks of a folder are for inpainting.
   *
   * @throws CheckpointException if the folder does not contain two networks of GLIDE whose settings
   *     fit each other
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
      return new GlideNetworks(base, upsampler, Students.in(folder));
    } catch (RuntimeException | Error e) {
      base.close();
      throw e;
    }
  }

  private static BatchingDenoiser<GlideCondition> batching(String name, GlideModel model) {
    return new BatchingDenoiser<>(name, model.denoiser(), MAX_BATCH, MAX_WAITING);
  }

  /** Returns the parts of the pipeline. */
  public GlideParts parts() {
    return new GlideParts(
        base,
        baseNetwork,
        base.config().unet().sampleSize(),
        base.attentions(),
        upsampler,
        upsamplerNetwork,
        upsampler.config().unet().sampleSize(),
        students);
  }

  /** Whether the networks complete pictures. */
  public boolean complete() {
    return base.config().unet().beside().known();
  }

  /** Closes everything; the parts must not be used afterwards. */
  @Override
  public void close() {
    upsamplerNetwork.close();
    baseNetwork.close();
    upsampler.close();
    base.close();
  }
}
