package io.diffusion4j.serving;

import com.google.common.collect.Sets;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.grpc.GrpcServices;
import io.diffusion4j.serving.http.HttpApi;
import io.diffusion4j.serving.http.HttpPort;
import io.diffusion4j.serving.jobs.JobScheduler;
import io.diffusion4j.serving.model.Models;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A server of the generation service: {@code diffusion4j.v1}, {@code grpc.health.v1} and reflection
 * over gRPC, and every bound {@link HttpApi}.
 *
 * <p>Create one with {@link ServingModule}, start it once, and close it. Without TLS it listens on
 * loopback addresses only, unless the {@link ServerConfig} permits plaintext elsewhere.
 * Thread-safe.
 */
public final class DiffusionServer implements AutoCloseable {
  private final ServerConfig config;
  private final Models models;
  private final JobScheduler scheduler;
  private final GrpcServices services;
  private final Set<HttpApi> apis;
  private final Optional<HttpPort> opened;
  private @Nullable Server inProcess;
  private @Nullable ManagedChannel channel;
  private @Nullable HttpPort port;
  private final CountDownLatch ended = new CountDownLatch(1);
  private boolean closed;

  @Inject
  DiffusionServer(
      ServerConfig config,
      Models models,
      JobScheduler scheduler,
      GrpcServices services,
      Set<HttpApi> apis,
      Optional<HttpPort> opened) {
    this.config = config;
    this.models = models;
    this.scheduler = scheduler;
    this.services = services;
    this.apis = apis;
    this.opened = opened;
  }

  /**
   * Starts serving on the bound {@link HttpPort}, or, without one, on the host and port of the
   * {@link ServerConfig}.
   *
   * @return this server
   * @throws IOException if the server cannot listen; the message names the port
   * @throws IllegalArgumentException if the configuration forbids the address or has an invalid
   *     certificate; see {@link HttpPort#open}
   * @throws IllegalStateException if the server was started before
   */
  public synchronized DiffusionServer start() throws IOException {
    return start(InProcessServerBuilder.generateName());
  }

  /**
   * Starts serving on the port as {@link #start()}, and clients in the same process as {@link
   * #startInProcess}.
   *
   * @param name the name to pass to {@code GenerationClient.inProcess}, unique in the process
   */
  public synchronized DiffusionServer start(String name) throws IOException {
    openInProcess(name);
    channel = InProcessChannelBuilder.forName(name).build();
    port = opened.isPresent() ? opened.get() : HttpPort.open(config);
    port.serve(services, apis, channel);
    services.begin();
    return this;
  }

  /**
   * Starts serving clients in the same process, without a port.
   *
   * @param name the name to pass to {@code GenerationClient.inProcess}, unique in the process
   * @return this server
   * @throws IOException if another server of this process has the name
   * @throws IllegalStateException if the server was started before
   */
  public synchronized DiffusionServer startInProcess(String name) throws IOException {
    openInProcess(name);
    services.begin();
    return this;
  }

  private void openInProcess(String name) throws IOException {
    if (inProcess != null) {
      throw new IllegalStateException("the server was started before");
    }
    var builder = InProcessServerBuilder.forName(name);
    services.addTo(builder);
    inProcess = builder.build().start();
  }

  /**
   * Replaces all models; the first of the list becomes the default. Requests that were already
   * accepted keep their model; see {@link #awaitUnused}.
   *
   * @throws IllegalArgumentException if the list is empty, or if two models have the same name; the
   *     server then keeps its models
   */
  public synchronized void replaceModels(List<ImagePipeline> others) {
    Set<ImagePipeline> changed = Sets.newIdentityHashSet();
    changed.addAll(models.all());
    models.replace(others);
    others.stream().filter(model -> !changed.remove(model)).forEach(changed::add);
    services.modelsChanged(
        changed.stream().map(model -> model.card().name()).collect(Collectors.toSet()));
  }

  /**
   * Waits until no accepted request uses a model, which must have been replaced before. The model
   * can be closed afterwards.
   */
  public void awaitUnused(ImagePipeline model) throws InterruptedException {
    scheduler.awaitDone(model);
  }

  /**
   * Returns the port that the server listens on.
   *
   * @throws IllegalStateException if the server was not started, or has no port
   */
  public int port() {
    return address().getPort();
  }

  /**
   * Returns the address that the server listens on.
   *
   * @throws IllegalStateException if the server was not started, or has no port
   */
  public InetSocketAddress address() {
    return open().address();
  }

  /** Returns the bytes of request bodies in memory; 0 without a port. */
  public synchronized long bodyBytes() {
    return port == null ? 0 : port.bodyBytes();
  }

  /** Returns the number of open connections; 0 without a port. */
  public synchronized int connections() {
    return port == null ? 0 : port.connections();
  }

  /**
   * Waits until the server has been closed.
   *
   * @throws IllegalStateException if the server was not started, or has no port
   */
  public void awaitTermination() throws InterruptedException {
    var unused = open();
    ended.await();
  }

  private synchronized HttpPort open() {
    if (inProcess == null) {
      throw new IllegalStateException("the server was not started");
    }
    if (port == null) {
      throw new IllegalStateException("the server listens on no port");
    }
    return port;
  }

  /**
   * Shuts the server down gracefully. Health reports {@code NOT_SERVING}, new and waiting requests
   * fail with {@code UNAVAILABLE}, and running requests have {@link ServerConfig#grace} to finish.
   * A second call does nothing. A program should call this method from a shutdown hook, so that it
   * also runs on SIGTERM.
   */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    services.refuse();
    try {
      scheduler.shutdown(config.grace());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    try {
      closeWays();
    } finally {
      ended.countDown();
    }
  }

  private synchronized void closeWays() {
    if (port != null) {
      port.close();
    }
    if (channel != null) {
      channel.shutdownNow();
    }
    if (inProcess != null) {
      inProcess.shutdown();
      try {
        if (!inProcess.awaitTermination(
            Math.min(config.grace().toMillis(), 5_000), TimeUnit.MILLISECONDS)) {
          inProcess.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        }
      } catch (InterruptedException e) {
        inProcess.shutdownNow();
        Thread.currentThread().interrupt();
      }
    }
  }
}
