package io.diffusion4j.local;

import com.google.inject.Module;
import com.google.inject.util.Modules;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.pipeline.Opening;
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
import java.util.UUID;

/**
 * A model in the process of an application: the generation service as it is, with its checks, queue
 * and files, without a network.
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
 * is closed, which stops what is drawn before its next step.
 */
public final class LocalGeneration implements AutoCloseable {
  private final LocalModels models;
  private final DiffusionServer server;
  private final ManagedChannel channel;
  private final GenerationClient client;

  private LocalGeneration(LocalModels models, DiffusionServer server, ManagedChannel channel) {
    this.models = models;
    this.server = server;
    this.channel = channel;
    this.client = new GenerationClient(channel, "");
  }

  /**
   * Loads a folder, in the number format that suits it and the processor, for requests at any time.
   * Takes seconds.
   *
   * @throws IllegalArgumentException if there is no such pipeline folder
   * @throws io.diffusion4j.checkpoint.CheckpointException if what it holds is damaged
   */
  public static LocalGeneration open(Path folder) {
    var models = LocalModels.load(List.of(ServedModel.of(folder)), Opening.with(Residency.ALWAYS));
    return of(models, ServerConfig.loopback());
  }

  /**
   * Loads the model that ships, from the jar {@code diffusion4j-model-emoji}. Takes seconds, and a
   * second more when the jar is new.
   *
   * @throws IllegalArgumentException if the jar is not on the class path
   * @throws UncheckedIOException if the user's cache cannot be written to
   */
  public static LocalGeneration emoji() {
    return open(PackagedModel.unpack("emoji"));
  }

  /**
   * Takes over models that were loaded in another way; they are closed with this.
   *
   * @param config how many requests are drawn at once and may wait; there is no host and no port
   */
  public static LocalGeneration of(LocalModels models, ServerConfig config) {
    return of(models, config, Modules.EMPTY_MODULE);
  }

  /**
   * Takes over models that were loaded in another way; they are closed with this.
   *
   * @param config how many requests are drawn at once and may wait; there is no host and no port
   * @param more what is bound beside, such as a {@code ServingListener}
   */
  public static LocalGeneration of(LocalModels models, ServerConfig config, Module more) {
    String name = "diffusion4j-" + UUID.randomUUID();
    try {
      var server = models.server(config, more).startInProcess(name);
      return new LocalGeneration(models, server, InProcessChannelBuilder.forName(name).build());
    } catch (IOException e) {
      models.close();
      throw new UncheckedIOException("cannot serve in this process: " + e.getMessage(), e);
    } catch (RuntimeException | Error e) {
      models.close();
      throw e;
    }
  }

  /** Asks the model; closed with this. */
  public GenerationClient client() {
    return client;
  }

  /** For the generated stubs of {@code diffusion4j.v1}: all of the contract; closed with this. */
  public Channel channel() {
    return channel;
  }

  /**
   * Ends in good order: new and waiting requests are refused, and running ones have {@link
   * ServerConfig#grace} to finish. What is left is for {@link #close}.
   */
  public void drain() {
    server.close();
  }

  @Override
  public void close() {
    try (models;
        server;
        client) { // the last is closed first, then who waits for it
      // nothing else to do
    }
  }
}
