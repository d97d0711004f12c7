package io.diffusion4j.glide;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.clip.token.Gpt2Tokenizer;
import io.diffusion4j.decoder.unet.UnetConfig;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.denoiser.BatchingDenoiser;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.pipeline.Resources;
import io.diffusion4j.pipeline.Students;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * GLIDE in a folder with {@code base} and {@code upsample} in the layout of {@link GlideFolders},
 * and {@code tokenizer} in the format of {@link Gpt2Tokenizer#load}. Either both networks are for
 * inpainting or neither is. Thread-safe: the queries of all callers of a stage are merged. Holds
 * native memory until it is closed.
 */
public final class GlideNetworks implements AutoCloseable {
  /** The folder of the base network. */
  public static final String BASE = "base";

  /** The folder of an earlier or smaller base; a model need not have it. */
  static final String WEAKER = "weaker";

  /** The folder of the upsampler. */
  public static final String UPSAMPLE = "upsample";

  /** The folder of the tokenizer. */
  public static final String TOKENIZER = "tokenizer";

  private static final int MAX_BATCH = 16;
  private static final int MAX_WAITING = 4096;

  private final Resources owned;
  private final GlideParts parts;
  private final boolean complete;

  private GlideNetworks(Resources owned, GlideParts parts, boolean complete) {
    this.owned = owned;
    this.parts = parts;
    this.complete = complete;
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
    boolean complete = completes(folder);
    var owned = new Resources();
    try {
      var base = owned.add(GlideModel.load(folder.resolve(BASE), tokenizer, compute));
      var upsampler = owned.add(GlideModel.load(folder.resolve(UPSAMPLE), tokenizer, compute));
      Optional<GlideModel> weaker =
          GlideFolders.isAt(folder.resolve(WEAKER))
              ? Optional.of(owned.add(GlideModel.load(folder.resolve(WEAKER), tokenizer, compute)))
              : Optional.empty();
      weaker.ifPresent(it -> requireLike(base.config().unet(), it.config().unet()));
      var parts =
          new GlideParts(
              base,
              batching(GlideParts.BASE, base, owned),
              base.config().unet().sampleSize(),
              base.attentions(),
              upsampler,
              batching(GlideParts.UPSAMPLER, upsampler, owned),
              upsampler.config().unet().sampleSize(),
              Students.in(folder),
              weaker.map(it -> new GlideParts.Weaker(it, batching(GlideParts.BASE, it, owned))));
      return new GlideNetworks(owned, parts, complete);
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
  }

  private static void requireLike(UnetConfig base, UnetConfig weaker) {
    Check.that(
        weaker.sampleSize() == base.sampleSize() && weaker.beside() == base.beside(),
        WEAKER,
        "a network of other images",
        "those of the base");
  }

  private static Denoiser<GlideCondition> batching(String name, GlideModel model, Resources owned) {
    return owned.add(new BatchingDenoiser<>(name, model.denoiser(), MAX_BATCH, MAX_WAITING));
  }

  /** Returns the parts of the pipeline. */
  public GlideParts parts() {
    return parts;
  }

  /** Whether the networks complete pictures. */
  public boolean complete() {
    return complete;
  }

  /** Closes everything; the parts must not be used afterwards. */
  @Override
  public void close() {
    owned.close();
  }
}
