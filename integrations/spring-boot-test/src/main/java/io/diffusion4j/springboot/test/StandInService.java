package io.diffusion4j.springboot.test;

import com.google.inject.AbstractModule;
import com.google.inject.Guice;
import com.google.inject.multibindings.Multibinder;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.serving.DiffusionServer;
import io.diffusion4j.serving.ServingModule;
import io.diffusion4j.serving.config.ServerConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.UUID;

/** The service of one pipeline in this process, and its client. */
record StandInService(DiffusionServer server, GenerationClient client) implements AutoCloseable {
  static StandInService start(ImagePipeline pipeline, ServerConfig config) {
    String name = "stand-in-" + UUID.randomUUID();
    var server =
        Guice.createInjector(
                new ServingModule(config),
                new AbstractModule() {
                  @Override
                  protected void configure() {
                    Multibinder.newSetBinder(binder(), ImagePipeline.class)
                        .addBinding()
                        .toInstance(pipeline);
                  }
                })
            .getInstance(DiffusionServer.class);
    try {
      return new StandInService(server.startInProcess(name), GenerationClient.inProcess(name));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot serve in this process: " + e.getMessage(), e);
    }
  }

  /** Lets running requests finish, and closes the client afterwards. */
  @Override
  public void close() {
    try (client) {
      server.close();
    }
  }
}
