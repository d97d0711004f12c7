package io.diffusion4j.unclip;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import io.diffusion4j.clip.ClipModule;
import io.diffusion4j.decoder.DecoderModule;
import io.diffusion4j.diffusion.part.ImageDecoder;
import io.diffusion4j.diffusion.part.ImageEncoder;
import io.diffusion4j.diffusion.part.Prior;
import io.diffusion4j.diffusion.part.TextEncoder;
import io.diffusion4j.diffusion.part.Upsampler;
import io.diffusion4j.diffusion.pipeline.ImageInterpolation;
import io.diffusion4j.diffusion.pipeline.ImageVariation;
import io.diffusion4j.diffusion.pipeline.TextDiff;
import io.diffusion4j.diffusion.pipeline.TextToImage;
import io.diffusion4j.diffusion.pipeline.UnclipStages;
import io.diffusion4j.prior.PriorModule;

/**
 * unCLIP around the networks of a folder.
 *
 * <p>Provides {@link UnclipStages}, the pipelines composed of them ({@link TextToImage}, {@link
 * ImageVariation}, {@link ImageInterpolation}, {@link TextDiff}), and each of the parts, which is
 * replaceable as its own module says ({@link ClipModule}, {@link PriorModule}, {@link
 * DecoderModule}, {@link SamplingModule}). Needs nothing; the model is opened and closed by the
 * caller.
 */
public final class UnclipModule extends AbstractModule {
  /** How many embeddings the prior draws to choose from (DALL-E 2, §2.2). */
  private static final int CANDIDATES = 2;

  private final UnclipModel model;
  private final int candidates;

  public UnclipModule(UnclipModel model) {
    this(model, CANDIDATES);
  }

  /**
   * The module.
   *
   * @param candidates how many embeddings the prior draws to choose from, at least 1; the published
   *     pipelines draw one
   */
  public UnclipModule(UnclipModel model, int candidates) {
    this.model = model;
    this.candidates = candidates;
  }

  @Override
  protected void configure() {
    binder().requireExplicitBindings();
    install(new SamplingModule());
    install(new ClipModule(model.textEncoder(), model.imageEncoder()));
    install(new PriorModule(model.prior(), candidates));
    install(new DecoderModule(model.decoder(), model.upsampler()));
  }

  @Provides
  @Singleton
  static UnclipStages stages(
      TextEncoder text,
      Prior prior,
      ImageEncoder image,
      ImageDecoder decoder,
      Upsampler upsampler) {
    return new UnclipStages(text, prior, image, decoder, upsampler);
  }

  @Provides
  static TextToImage textToImage(UnclipStages stages) {
    return stages.textToImage();
  }

  @Provides
  static ImageVariation imageVariation(UnclipStages stages) {
    return stages.imageVariation();
  }

  @Provides
  static ImageInterpolation imageInterpolation(UnclipStages stages) {
    return stages.imageInterpolation();
  }

  @Provides
  static TextDiff textDiff(UnclipStages stages) {
    return stages.textDiff();
  }
}
