package io.diffusion4j.serving.http;

import com.google.inject.Module;

/**
 * The module of an optional HTTP interface, which adds {@link HttpApi}s, services or both to a
 * {@link io.diffusion4j.serving.ServingModule}.
 *
 * <p>A server finds the modules that are registered in {@code
 * META-INF/services/io.diffusion4j.serving.http.HttpModule}, with {@link
 * io.diffusion4j.diffusion.spi.ServiceProviders}.
 */
public interface HttpModule extends Module {
  /** Returns the name of the interface in settings, {@code "openai"}. */
  String name();
}
