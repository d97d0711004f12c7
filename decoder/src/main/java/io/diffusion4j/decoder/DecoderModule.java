package io.diffusion4j.decoder;

import com.google.inject.AbstractModule;
import com.google.inject.multibindings.OptionalBinder;
import io.diffusion4j.diffusion.part.ImageDecoder;
import io.diffusion4j.diffusion.part.Upsampler;

/**
 * The decoder and the upsampler.
 *
 * <p>Provides {@link ImageDecoder} and {@link Upsampler}, each replaceable by one {@code
 * OptionalBinder.newOptionalBinder(binder(), ImageDecoder.class).setBinding()}. Needs nothing; the
 * networks are opened and closed by the caller.
 */
public final class DecoderModule extends AbstractModule {
  private final ImageDecoder decoder;
  private final Upsampler upsampler;

  public DecoderModule(ImageDecoder decoder, Upsampler upsampler) {
    this.decoder = decoder;
    this.upsampler = upsampler;
  }

  @Override
  protected void configure() {
    OptionalBinder.newOptionalBinder(binder(), ImageDecoder.class).setDefault().toInstance(decoder);
    OptionalBinder.newOptionalBinder(binder(), Upsampler.class).setDefault().toInstance(upsampler);
  }
}
