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
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A service whose networks are three lines each, for what is built on a client or a port. */
public final class ToyService implements AutoCloseable {
  /** The name of its model. */
  public static final String MODEL = "toy";

  /** Height and width of its images. */
  public static final int IMAGE_SIZE = ToyModel.LARGE;

  private final DiffusionServer server;
  private final JobRegistry jobs;
  private final GenerationClient client;

  private ToyService(Injector injector, GenerationClient client) {
    this.server = injector.getInstance(DiffusionServer.class);
    this.jobs = injector.getInstance(JobRegistry.class);
    this.client = client;
  }

  /** Has a server ask who calls. */
  public static Module asking(Authenticator authenticator) {
    return TestServer.asking(authenticator);
  }

  /**
   * One in this process.
   *
   * @param more what the server has beside the service
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
   * One on a free port of this machine.
   *
   * @param network called before each answer of the decoder's network, with what it was asked
   * @param more what the server has beside the service
   */
  public static ToyService onPort(Consumer<Object> network, Module... more) {
    return onPort(TestServer.CONFIG, network, more);
  }

  /**
   * One on a free port that draws one request at a time.
   *
   * @param queueCapacity how many requests may wait meanwhile
   * @param network called before each answer of the decoder's network, with what it was asked
   * @param more what the server has beside the service
   */
  public static ToyService onPort(int queueCapacity, Consumer<Object> network, Module... more) {
    return onPort(TestServer.CONFIG.withRows(1).withQueueCapacity(queueCapacity), network, more);
  }

  /** One on a free port whose model draws without words. */
  public static ToyService withoutWords(Module... more) {
    return onPort(TestServer.CONFIG, ToyModel.withoutWords(MODEL), more);
  }

  private static ToyService onPort(ServerConfig config, Consumer<Object> network, Module... more) {
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

  /** Asks it. */
  public GenerationClient client() {
    return client;
  }

  /** The port it listens on. */
  public int port() {
    return server.port();
  }

  /** Waits until nothing is left to draw. */
  public void awaitIdle() throws InterruptedException {
    awaitUnfinished(0);
  }

  /** Waits until so many requests are left. */
  public void awaitUnfinished(int expected) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (jobs.unfinished() != expected && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(5);
    }
    assertThat(jobs.unfinished()).as("unfinished requests").isEqualTo(expected);
  }

  /** Options that ask its decoder for so many steps. */
  public static Map<String, StageOptions> decoderSteps(int steps) {
    return Map.of("decoder", TestServer.steps(steps));
  }

  @Override
  public void close() {
    client.close();
    server.close();
  }
}
