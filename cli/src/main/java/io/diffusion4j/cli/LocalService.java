package io.diffusion4j.cli;

import io.diffusion4j.serving.DiffusionServer;
import io.diffusion4j.serving.ServerConfig;
import io.diffusion4j.serving.client.GenerationClient;
import io.diffusion4j.unclip.Residency;
import java.io.IOException;
import java.util.UUID;

/**
 * The service of a model within this process, for a command that draws once: the same requests,
 * checks and files as at a server, without a port.
 */
final class LocalService implements AutoCloseable {
  private final LocalModel model;
  private final DiffusionServer server;
  private final GenerationClient client;

  private LocalService(LocalModel model, DiffusionServer server, GenerationClient client) {
    this.model = model;
    this.server = server;
    this.client = client;
  }

  /** Loads a model and serves it. */
  static LocalService start(ModelOptions options, Residency residency) throws IOException {
    String name = UUID.randomUUID().toString();
    LocalModel model = options.load(residency);
    try {
      DiffusionServer server = model.server(ServerConfig.loopback()).startInProcess(name);
      return new LocalService(model, server, GenerationClient.inProcess(name));
    } catch (IOException | RuntimeException e) {
      model.close();
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
    model.close();
  }
}
