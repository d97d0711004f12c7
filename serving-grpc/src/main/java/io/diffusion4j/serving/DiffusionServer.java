package io.diffusion4j.serving;

import com.google.common.collect.Sets;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.grpc.GrpcServices;
import io.diffusion4j.serving.http.HttpFace;
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
 * The generation service on a port: {@code diffusion4j.v1}, {@code grpc.health.v1} and reflection
 * over gRPC, and every {@link HttpFace} that was bound.
 *
 * <p>In plaintext it listens on this machine only, unless the {@link ServerConfig} says that more
 * is meant.
 */
public final class DiffusionServer implements AutoCloseable {
  private final ServerConfig config;
  private final Models models;
  private final JobScheduler scheduler;
  private final GrpcServices services;
  private final Set<HttpFace> faces;
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
      Set<HttpFace> faces,
      Optional<HttpPort> opened) {
    this.config = config;
    this.models = models;
    this.scheduler = scheduler;
    this.services = services;
    this.faces = faces;
    this.opened = opened;
  }

  /**
   * Serves on the host and port of the {@link ServerConfig}, or on the {@link HttpPort} that was
   * bound.
   *
   * @throws IOException if it cannot listen; the message names the port
   * @throws IllegalArgumentException if the configuration does not allow it; see {@link
   *     HttpPort#open}
   */
  public synchronized DiffusionServer start() throws IOException {
    String name = InProcessServerBuilder.generateName();
    openInProcess(name);
    channel = InProcessChannelBuilder.forName(name).build();
    port = opened.isPresent() ? opened.get() : HttpPort.open(config);
    port.serve(services, faces, channel);
    services.begin();
    return this;
  }

  /**
   * Serves this process only, without a port.
   *
   * @param name by which {@code GenerationClient.inProcess} finds it
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
   * Serves these models from now on, the first as the default. Requests that were accepted are
   * still drawn by the models that they were for; see {@link #awaitUnused}.
   *
   * <p>The embedding service is offered if a model that was served at the start offers it.
   *
   * @throws IllegalArgumentException if there is none, or if two have one name; then nothing
   *     changes
   */
  public synchronized void replaceModels(List<ImagePipeline> others) {
    Set<ImagePipeline> changed = Sets.newIdentityHashSet();
    changed.addAll(models.all());
    models.replace(others);
    others.stream().filter(model -> !changed.remove(model)).forEach(changed::add);
    services.modelsChanged(
        changed.stream().map(model -> model.card().name()).collect(Collectors.toSet()));
  }

  /** Waits until no accepted request needs this model, which is not served any more. */
  public void awaitUnused(ImagePipeline model) throws InterruptedException {
    scheduler.awaitDone(model);
  }

  /** The port it listens on. */
  public int port() {
    return address().getPort();
  }

  /** The address it listens on. */
  public InetSocketAddress address() {
    return open().address();
  }

  /** How many bytes of request bodies it holds; 0 without a port. */
  public synchronized long bodyBytes() {
    return port == null ? 0 : port.bodyBytes();
  }

  /** How many clients are connected; 0 without a port. */
  public synchronized int connections() {
    return port == null ? 0 : port.connections();
  }

  /** Waits until the server has been closed. */
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
   * Ends in good order: health answers {@code NOT_SERVING}, new and waiting requests are answered
   * {@code UNAVAILABLE}, and running ones have {@link ServerConfig#grace} to finish. A second call
   * does nothing. Programs that serve call it from a shutdown hook, where SIGTERM arrives.
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
