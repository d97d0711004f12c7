package io.diffusion4j.serving.grpc;

import com.linecorp.armeria.server.grpc.GrpcServiceBuilder;
import io.diffusion4j.serving.events.Listeners;
import io.diffusion4j.serving.tracing.TraceInterceptor;
import io.grpc.BindableService;
import io.grpc.Channel;
import io.grpc.ServerBuilder;
import io.grpc.ServerInterceptor;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/**
 * The services of a server, for all protocols: {@code diffusion4j.v1}, {@code grpc.health.v1} and
 * reflection, behind the same interceptors.
 */
public final class GrpcServices {
  private final ServingHealth health;
  private final Callers callers;
  private final Listeners listeners;
  private final List<BindableService> services;
  private final List<ServerInterceptor> interceptors;

  @Inject
  GrpcServices(
      GenerationGrpcService generation,
      EmbeddingGrpcService embedding,
      ModelGrpcService models,
      ServingHealth health,
      TraceInterceptor trace,
      CallInterceptor call,
      Callers callers,
      Listeners listeners,
      AccessInterceptor access,
      Set<BindableService> moreServices,
      Set<ServerInterceptor> more) {
    this.health = health;
    this.callers = callers;
    this.listeners = listeners;
    List<BindableService> ours = new ArrayList<>(List.of(generation, models));
    if (embedding.isOffered()) {
      ours.add(embedding);
    }
    ours.addAll(moreServices);
    for (BindableService service : ours) {
      health.knows(service.bindService().getServiceDescriptor().getName());
    }
    services = List.copyOf(ours);
    interceptors = new ArrayList<>(List.of(trace, call, access));
    interceptors.addAll(more);
    interceptors.add(new ErrorInterceptor());
    Collections.reverse(interceptors); // gRPC calls the last first
  }

  /** Who calls, for ways in that ask before the services do. */
  public Callers callers() {
    return callers;
  }

  /** Called for a request that was rejected for this reason before it reached a service. */
  public void refused(String reason) {
    listeners.refused(reason);
  }

  public void addTo(ServerBuilder<?> server) {
    services.forEach(server::addService);
    server.addService(health.service());
    server.addService(ProtoReflectionServiceV1.newInstance()); // one for each way in
    server.addService(olderReflection());
    interceptors.forEach(server::intercept);
  }

  @SuppressWarnings("deprecation") // in favour of the other, which is there too
  private static BindableService olderReflection() {
    return io.grpc.protobuf.services.ProtoReflectionService.newInstance();
  }

  /**
   * Adds the services to the HTTP server.
   *
   * @param channel to the same services in this process
   */
  public void addTo(GrpcServiceBuilder server, Channel channel) {
    services.forEach(server::addService);
    server.addService(ProtoReflectionServiceV1.newInstance());
    server.addService(new OlderReflection(channel)); // of reflection, Armeria takes one alone
    server.intercept(interceptors);
    server.intercept(new KnownCaller()); // before the others
  }

  /** Health alone, which has a place of its own where services wait for one another. */
  public void addHealthTo(GrpcServiceBuilder server) {
    server.addService(health.service());
    server.intercept(interceptors);
  }

  /** Health answers {@code SERVING} from now on. */
  public void begin() {
    health.begins();
  }

  /** Other models are served under these names from now on, or none. */
  public void modelsChanged(Set<String> names) {
    health.modelsChanged(names);
  }

  /** Health answers {@code NOT_SERVING} from now on. */
  public void refuse() {
    health.ends();
  }
}
