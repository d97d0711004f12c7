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
 */
@NullMarked
package io.diffusion4j.serving;

import org.jspecify.annotations.NullMarked;
