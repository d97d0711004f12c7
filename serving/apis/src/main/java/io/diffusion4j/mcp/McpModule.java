package io.diffusion4j.mcp;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;
import com.google.inject.multibindings.ProvidesIntoSet;
import io.diffusion4j.provenance.Provenance;
import io.diffusion4j.serving.grpc.Callers;
import io.diffusion4j.serving.grpc.PictureWorkers;
import io.diffusion4j.serving.http.HttpApi;
import io.diffusion4j.serving.http.HttpModule;
import io.diffusion4j.serving.model.Palette;
import java.util.Optional;

/**
 * The Model Context Protocol on the port of a server. Provides an {@link HttpApi} to a {@link
 * io.diffusion4j.serving.ServingModule}, whose {@link Callers} distinguish the sessions of
 * principals and whose {@link Provenance} verifies pictures.
 */
public final class McpModule extends AbstractModule implements HttpModule {
  @Override
  public String name() {
    return "mcp";
  }

  @ProvidesIntoSet
  @Singleton
  static HttpApi api(
      Callers callers, Provenance provenance, Optional<Palette> palette, PictureWorkers workers) {
    return new McpApi(callers, provenance, palette, workers);
  }
}
