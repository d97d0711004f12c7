package io.diffusion4j.serving.http;

import com.linecorp.armeria.server.ServerBuilder;
import io.diffusion4j.serving.grpc.Credentials;
import io.grpc.Channel;

/**
 * An HTTP interface beside gRPC: additional routes on the same port that call the service on behalf
 * of their clients.
 *
 * <p>APIs are bound in the set that {@link io.diffusion4j.serving.ServingModule} declares. An API
 * calls the service through a channel within the process, so its calls get the same checks, queue
 * and cancellation as calls over the network. It must forward the {@link Credentials} of its
 * clients.
 */
@FunctionalInterface
public interface HttpApi {
  /**
   * Adds the routes, before the server starts.
   *
   * @param server the builder to add the routes to. The time limit of a request is {@code
   *     limits().call()} of the configuration, and its size is limited as that of a gRPC request
   * @param service a channel to the services of this server, which is open as long as the server
   */
  void addTo(ServerBuilder server, Channel service);
}
