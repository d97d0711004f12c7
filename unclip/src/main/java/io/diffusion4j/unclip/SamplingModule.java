package io.diffusion4j.unclip;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import com.google.inject.multibindings.MapBinder;
import com.google.inject.multibindings.OptionalBinder;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.diffusion.solver.Samplers;
import java.util.Map;

/**
 * The samplers a request may choose by name, and the one it gets if it does not.
 *
 * <p>Provides {@link Samplers}, to which {@code MapBinder.newMapBinder(binder(), String.class,
 * Sampler.class).addBinding("name")} adds, and {@link Sampler}, the default, replaceable by one
 * {@code OptionalBinder.newOptionalBinder(binder(), Sampler.class).setBinding()}. Needs nothing.
 */
public final class SamplingModule extends AbstractModule {
  @Override
  protected void configure() {
    var standard = Samplers.standard();
    var byName = MapBinder.newMapBinder(binder(), String.class, Sampler.class);
    for (String name : standard.names()) {
      byName.addBinding(name).toInstance(standard.named(name));
    }
    OptionalBinder.newOptionalBinder(binder(), Sampler.class)
        .setDefault()
        .toInstance(new DdimSampler(0));
  }

  @Provides
  @Singleton
  static Samplers samplers(Map<String, Sampler> byName) {
    return new Samplers(byName);
  }
}
