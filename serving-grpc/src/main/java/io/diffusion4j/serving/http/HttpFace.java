package io.diffusion4j.serving.http;

import com.linecorp.armeria.server.ServerBuilder;
import io.diffusion4j.serving.grpc.Credentials;
import io.grpc.Channel;

/**
 * A way into the service over HTTP beside gRPC: routes on the same port that ask the service on
 * behalf of their clients.
 *
 * <p>Bound in the set that {@link io.diffusion4j.serving.ServingModule} names. A face sees the
 * service as a client does, through a channel within the process, so that whatever it asks is
 * checked, queued, refused and cancelled as what comes over the network. It passes on the {@link
 * Credentials} of its clients.
 */
@FunctionalInterface
public interface HttpFace {
  /**
   * Adds the routes, before the server starts.
   *
   * @param server where the routes go. It has no time limit for requests, and its limit for the
   *     size of their bodies is that of one gRPC request
   * @param service the services of this server; open as long as the server is
   */
  void addTo(ServerBuilder server, Channel service);
}
