package io.diffusion4j.local;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.serving.DiffusionServer;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.http.HttpPort;
import java.io.IOException;
import java.nio.file.Path;

/** The program that runs a {@link LocalServer}: where its settings come from, and how it ends. */
public interface ServerProgram {
  /**
   * Reads the settings, at the start and to apply changes.
   *
   * @throws IOException if a file cannot be read
   * @throws IllegalArgumentException if a setting is invalid
   */
  ServerConfig settings() throws IOException;

  /** Returns a program with settings that do not change. */
  static ServerProgram of(ServerConfig config) {
    return () -> config;
  }

  /** Returns how models are opened, apart from their names, number formats and packed weights. */
  default OpenOptions opening() {
    return OpenOptions.with(Residency.ALWAYS);
  }

  /**
   * Returns the folder of a model.
   *
   * @throws IllegalArgumentException if it is none that this program can find
   */
  default Path folder(ServerConfig.ModelEntry entry) {
    if (entry.path().isEmpty()) {
      throw Check.refusal("models", entry.published().orElse("none"), "the folder of a model");
    }
    return entry.path().get();
  }

  /** Is called when the port is open, before the models are loaded. */
  default void opened(HttpPort port) {}

  /** Is called when changed settings were applied, to apply those of the program itself. */
  default void reloaded(ServerConfig config) {}

  /** Adds routes of the program itself to the port for operators. */
  default void addRoutes(AdminRoutes routes) {}

  /** Begins to end the server in good order at the request of an operator, and returns. */
  default void drain(DiffusionServer server) {
    new Thread(server::close, "drain").start();
  }
}
