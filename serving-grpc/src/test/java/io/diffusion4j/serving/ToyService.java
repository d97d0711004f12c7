package io.diffusion4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.inject.Injector;
import com.google.inject.Module;
import com.google.inject.util.Modules;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.serving.auth.Authenticator;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.jobs.JobRegistry;
import io.diffusion4j.serving.v1.StageOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A service with a toy model, for tests of code that uses a client or a port. */
public final class ToyService implements AutoCloseable {
  /** The name of the model. */
  public static final String MODEL = "toy";

  /** The height and width of the images. */
  public static final int IMAGE_SIZE = ToyModel.LARGE;

  private final DiffusionServer server;
  private final JobRegistry jobs;
  private final GenerationClient client;

  private ToyService(Injector injector, GenerationClient client) {
    this.server = injector.getInstance(DiffusionServer.class);
    this.jobs = injector.getInstance(JobRegistry.class);
    this.client = client;
  }

  /** Adds authentication to a server. */
  public static Module asking(Authenticator authenticator) {
    return TestServer.asking(authenticator);
  }

  /**
   * Starts a service in this process.
   *
   * @param more the additional bindings of the server
   */
  public static ToyService inProcess(Module... more) {
    String name = UUID.randomUUID().toString();
    try {
      Injector injector =
          TestServer.injector(TestServer.CONFIG, Modules.combine(more), ToyModel.named(MODEL));
      injector.getInstance(DiffusionServer.class).startInProcess(name);
      return new ToyService(injector, GenerationClient.inProcess(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Starts a service on a free port of this machine.
   *
   * @param network called before each prediction of the decoder's network, with its query
   * @param more the additional bindings of the server
   */
  public static ToyService onPort(Consumer<Object> network, Module... more) {
    return onPort(TestServer.CONFIG, network, more);
  }

  /**
   * Starts a service on a free port that draws one request at a time.
   *
   * @param queueCapacity the length of the queue
   * @param network called before each prediction of the decoder's network, with its query
   * @param more the additional bindings of the server
   */
  public static ToyService onPort(int queueCapacity, Consumer<Object> network, Module... more) {
    return onPort(TestServer.CONFIG.withRows(1).withQueueCapacity(queueCapacity), network, more);
  }

  /**
   * Starts a service on a free port that gives up requests that trickle in.
   *
   * @param receive the time limit for receiving a request
   * @param more the additional bindings of the server
   */
  public static ToyService impatient(Duration receive, Module... more) {
    return onPort(TestServer.CONFIG.withReceive(receive), query -> {}, more);
  }

  /** Starts a service on a free port, with an unconditional model. */
  public static ToyService withoutWords(Module... more) {
    return onPort(TestServer.CONFIG, ToyModel.withoutWords(MODEL), more);
  }

  /** Starts a service with these settings. */
  public static ToyService onPort(ServerConfig config, Consumer<Object> network, Module... more) {
    return onPort(config, ToyModel.named(MODEL, network::accept), more);
  }

  private static ToyService onPort(ServerConfig config, ImagePipeline model, Module... more) {
    try {
      Injector injector = TestServer.injector(config, Modules.combine(more), model);
      DiffusionServer server = injector.getInstance(DiffusionServer.class).start();
      return new ToyService(injector, GenerationClient.connect("127.0.0.1:" + server.port()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A client of the service. */
  public GenerationClient client() {
    return client;
  }

  /** The port of the service. */
  public int port() {
    return server.port();
  }

  /** Waits until all requests are finished. */
  public void awaitIdle() throws InterruptedException {
    awaitUnfinished(0);
  }

  /** Waits until this many requests are unfinished. */
  public void awaitUnfinished(int expected) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (jobs.unfinished() != expected && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(5);
    }
    assertThat(jobs.unfinished()).as("unfinished requests").isEqualTo(expected);
  }

  /** Options with this number of steps for the decoder. */
  public static Map<String, StageOptions> decoderSteps(int steps) {
    return Map.of("decoder", TestServer.steps(steps));
  }

  @Override
  public void close() {
    client.close();
    server.close();
  }
}
