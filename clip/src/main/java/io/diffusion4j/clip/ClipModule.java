package io.diffusion4j.clip;

import com.google.inject.AbstractModule;
import com.google.inject.multibindings.OptionalBinder;
import io.diffusion4j.diffusion.part.ImageEncoder;
import io.diffusion4j.diffusion.part.TextEncoder;

/**
 * CLIP's towers as the encoders of a pipeline.
 *
 * <p>Provides {@link TextEncoder} and {@link ImageEncoder}, each replaceable by one {@code
 * OptionalBinder.newOptionalBinder(binder(), TextEncoder.class).setBinding()}. Needs nothing; the
 * models are opened and closed by the caller.
 */
public final class ClipModule extends AbstractModule {
  private final TextEncoder text;
  private final ImageEncoder image;

  public ClipModule(TextEncoder text, ImageEncoder image) {
    this.text = text;
    this.image = image;
  }

  @Override
  protected void configure() {
    OptionalBinder.newOptionalBinder(binder(), TextEncoder.class).setDefault().toInstance(text);
    OptionalBinder.newOptionalBinder(binder(), ImageEncoder.class).setDefault().toInstance(image);
  }
}
