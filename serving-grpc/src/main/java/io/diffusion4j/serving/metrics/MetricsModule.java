package io.diffusion4j.serving.metrics;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;
import com.google.inject.multibindings.ProvidesIntoSet;
import io.diffusion4j.serving.events.ServingListener;
import io.diffusion4j.serving.http.HttpFace;

/**
 * Installs the meters of a server and serves them at {@value MetricsFace#PATH}.
 *
 * <p>Provides {@link PrometheusMeters}. Needs {@link io.diffusion4j.serving.ServingModule}. An
 * application adds gauges of its own to the set of {@link Level}s.
 */
public final class MetricsModule extends AbstractModule {
  @Override
  protected void configure() {
    bind(PrometheusMeters.class).in(Singleton.class);
    Multibinder.newSetBinder(binder(), Level.class);
    bind(MetricsFace.class).in(Singleton.class);
    Multibinder.newSetBinder(binder(), ServingListener.class);
    Multibinder.newSetBinder(binder(), HttpFace.class).addBinding().to(MetricsFace.class);
  }

  @ProvidesIntoSet
  @Singleton
  static ServingListener listener(PrometheusMeters meters) {
    return meters.service();
  }
}
