/**
 * A server for the contract {@code diffusion4j.v1}: gRPC, JSON and further HTTP interfaces in front
 * of one or more image pipelines.
 *
 * <p>{@link io.diffusion4j.serving.ServingModule} wires a server with Guice. Another module binds
 * the pipelines:
 *
 * <pre>{@code
 * Injector injector = Guice.createInjector(new ServingModule(ServerConfig.loopback()), pipelines);
 * try (DiffusionServer server = injector.getInstance(DiffusionServer.class).start()) {
 *   server.awaitTermination();
 * }
 * }</pre>
 *
 * <p>{@link io.diffusion4j.serving.DiffusionServer#startInProcess} serves only clients in the same
 * process, without a port. Tests and applications that embed the models use it.
 *
 * <p>A request passes through these packages. Each uses only those after it:
 *
 * <ol>
 *   <li>{@code http} accepts connections, protects the server from hostile or broken clients, and
 *       converts between JSON and the messages of the contract.
 *   <li>{@code grpc} implements the services: it authenticates the call, checks permissions, and
 *       streams the results.
 *   <li>{@code request} validates the fields of a request and resolves defaults.
 *   <li>{@code jobs} queues requests, combines their images into batches, and runs the batches.
 *   <li>{@code model} finds the pipeline that draws the images.
 * </ol>
 *
 * <p>The other packages serve all of these: {@code config} has the settings, {@code auth} and
 * {@code jwt} the callers, {@code address} the rate limits per address, {@code errors} what clients
 * receive on failure, {@code observability} what operators see, and {@code tls} the certificates.
 *
 * <p>Deliberately absent: clients, which are in the module {@code client}; reading a configuration
 * file, which the command {@code serve} does; and a cluster: several servers share no state.
 */
@NullMarked
package io.diffusion4j.serving;

import org.jspecify.annotations.NullMarked;
