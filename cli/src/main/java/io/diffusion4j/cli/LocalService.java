package io.diffusion4j.cli;

import com.google.inject.util.Modules;
import io.diffusion4j.serving.DiffusionServer;
import io.diffusion4j.serving.ServerConfig;
import io.diffusion4j.serving.client.GenerationClient;
import io.diffusion4j.unclip.Residency;
import java.io.IOException;
import java.util.List;
import java.util.UUID;

/**
 * The service of a model within this process, for a command that draws once: the same requests,
 * checks and files as at a server, without a port.
 */
final class LocalService implements AutoCloseable {
  private final LocalModels models;
  private final DiffusionServer server;
  private final GenerationClient client;

  private LocalService(LocalModels models, DiffusionServer server, GenerationClient client) {
    this.models = models;
    this.server = server;
    this.client = client;
  }

  /** Loads a model and serves it. */
  static LocalService start(ModelOptions options, Residency residency) throws IOException {
    String name = UUID.randomUUID().toString();
    LocalModels models = LocalModels.load(List.of(options.served()), residency);
    try {
      DiffusionServer server = models.server(ServerConfig.loopback(), Modules.EMPTY_MODULE);
      server.startInProcess(name);
      return new LocalService(models, server, GenerationClient.inProcess(name));
    } catch (IOException | RuntimeException e) {
      models.close();
      throw e;
    }
  }

  GenerationClient client() {
    return client;
  }

  @Override
  public void close() {
    client.close();
    server.close();
    models.close();
  }
}
