package io.diffusion4j.local;

import com.google.inject.Module;
import com.google.inject.util.Modules;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.serving.DiffusionServer;
import io.diffusion4j.serving.config.ServerConfig;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.inprocess.InProcessChannelBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A model inside an application: the complete generation service, with its checks, queue and files,
 * without network access.
 *
 * <pre>{@code
 * try (var local = LocalGeneration.emoji()) { // or open(Path.of("a/model/folder"))
 *   var request = Requests.textToImage("a red apple").setImageCount(4).build();
 *   for (var picture : local.client().generate(request).images()) {
 *     Files.write(Path.of(picture.metadata().getIndex() + ".png"), picture.png());
 *   }
 * }
 * }</pre>
 *
 * <p>Thread-safe; an application opens one and shares it. Holds native memory and threads until it
 * is closed, which stops running requests before their next step.
 */
public final class LocalGeneration implements AutoCloseable {
  private final LocalModels models;
  private final DiffusionServer server;
  private final ManagedChannel channel;
  private final GenerationClient client;
  private final Optional<LocalServer> served;

  private LocalGeneration(
      LocalModels models,
      DiffusionServer server,
      ManagedChannel channel,
      Optional<LocalServer> served) {
    this.models = models;
    this.server = server;
    this.channel = channel;
    this.client = new GenerationClient(channel, "");
    this.served = served;
  }

  /**
   * Loads a folder, in the number format that suits it and the processor, with all networks in
   * memory. Takes seconds.
   *
   * @throws IllegalArgumentException if there is no such pipeline folder
   * @throws io.diffusion4j.checkpoint.CheckpointException if its content is damaged
   */
  public static LocalGeneration open(Path folder) {
    var models =
        LocalModels.load(List.of(ServedModel.of(folder)), OpenOptions.with(Residency.ALWAYS));
    return of(models, ServerConfig.loopback());
  }

  /**
   * Loads the shipped model from the jar {@code diffusion4j-model-emoji}. Opening takes seconds,
   * and one second more for a new jar.
   *
   * @throws IllegalArgumentException if the jar is not on the class path
   * @throws UncheckedIOException if the user's cache cannot be written to
   */
  public static LocalGeneration emoji() {
    return open(PackagedModel.unpack("emoji"));
  }

  /**
   * Takes ownership of models that were loaded in another way, and closes them with this object.
   *
   * @param config the limits of running and waiting requests; host and port are not used
   */
  public static LocalGeneration of(LocalModels models, ServerConfig config) {
    return of(models, config, Modules.EMPTY_MODULE);
  }

  /**
   * Takes ownership of models that were loaded in another way, and closes them with this object.
   *
   * @param config the limits of running and waiting requests; host and port are not used
   * @param more further bindings, such as a {@code ServingListener}
   */
  public static LocalGeneration of(LocalModels models, ServerConfig config, Module more) {
    String name = "diffusion4j-" + UUID.randomUUID();
    try {
      var server = models.server(config, more).startInProcess(name);
      var channel = InProcessChannelBuilder.forName(name).build();
      return new LocalGeneration(models, server, channel, Optional.empty());
    } catch (IOException e) {
      models.close();
      throw new UncheckedIOException("cannot serve in this process: " + e.getMessage(), e);
    } catch (RuntimeException | Error e) {
      models.close();
      throw e;
    }
  }

  /**
   * Takes ownership of models that were loaded in another way, and also serves them on the port of
   * a program's settings, with its tokens, indices and port for operators. The client of this
   * object needs no token.
   *
   * @param more further bindings, such as a {@code ServingListener}
   * @throws UncheckedIOException if a file cannot be read, or the server cannot listen
   * @throws IllegalArgumentException if a setting or a file is invalid
   */
  public static LocalGeneration serve(LocalModels models, ServerProgram program, Module more) {
    try {
      LocalServer served = LocalServer.start(models, program, more);
      return new LocalGeneration(models, served.server(), served.channel(), Optional.of(served));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot serve: " + e.getMessage(), e);
    }
  }

  /** Returns the server on a port; empty if there is none. */
  public Optional<LocalServer> served() {
    return served;
  }

  /** Returns the client of the model, which is closed with this object. */
  public GenerationClient client() {
    return client;
  }

  /**
   * Returns a channel for the generated stubs of {@code diffusion4j.v1}, with the complete
   * contract; it is closed with this object.
   */
  public Channel channel() {
    return channel;
  }

  /**
   * Drains the service: new and waiting requests are rejected, and running requests have {@link
   * ServerConfig#grace} to finish. {@link #close} stops the remaining ones.
   */
  public void drain() {
    server.close();
  }

  @Override
  public void close() {
    client.close();
    server.close();
    if (served.isPresent()) {
      served.get().close();
    } else {
      models.close();
    }
  }
}
