package io.diffusion4j.serving.grpc;

import com.linecorp.armeria.server.grpc.GrpcServiceBuilder;
import io.diffusion4j.serving.observability.ServingListener;
import io.diffusion4j.serving.observability.Tracing;
import io.grpc.BindableService;
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
  private final ServingListener listener;
  private final List<BindableService> services;
  private final List<ServerInterceptor> interceptors;

  @Inject
  GrpcServices(
      GenerationGrpcService generation,
      EmbeddingGrpcService embedding,
      ModelGrpcService models,
      ServingHealth health,
      Tracing trace,
      CallInterceptor call,
      Callers callers,
      ServingListener listener,
      AccessInterceptor access,
      Set<BindableService> moreServices,
      Set<ServerInterceptor> more) {
    this.health = health;
    this.callers = callers;
    this.listener = listener;
    List<BindableService> ours = new ArrayList<>(List.of(generation, models, embedding));
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

  /** Returns the authentication, for HTTP handlers that authenticate before the services do. */
  public Callers callers() {
    return callers;
  }

  /** Notifies the listeners of a request that was rejected before it reached a service. */
  public void refused(String reason) {
    listener.refused(reason);
  }

  /** Adds the services, health and reflection to a gRPC server. */
  public void addTo(ServerBuilder<?> server) {
    services.forEach(server::addService);
    server.addService(health.service());
    server.addService(ProtoReflectionServiceV1.newInstance()); // each server needs its own
    interceptors.forEach(server::intercept);
  }

  /** Adds the services to the HTTP server. */
  public void addTo(GrpcServiceBuilder server) {
    services.forEach(server::addService);
    server.addService(ProtoReflectionServiceV1.newInstance());
    server.intercept(interceptors);
    server.intercept(new PrincipalContext()); // runs first
  }

  /** Adds only the health service, so that health checks do not wait behind other calls. */
  public void addHealthTo(GrpcServiceBuilder server) {
    server.addService(health.service());
    server.intercept(interceptors);
  }

  /** Sets the health of the server to {@code SERVING}. */
  public void begin() {
    health.begins();
  }

  /**
   * Updates the health of models that were added, replaced or removed.
   *
   * @param names the names of the changed models
   */
  public void modelsChanged(Set<String> names) {
    health.modelsChanged(names);
  }

  /** Sets the health of the server to {@code NOT_SERVING} for good. */
  public void refuse() {
    health.ends();
  }
}
