/**
 * The gRPC services of the contract {@code diffusion4j.v1} and the interceptors in front of them.
 *
 * <p>The same services answer remote gRPC calls and calls through an in-process channel. The HTTP
 * APIs translate their requests into calls on such a channel. {@link
 * io.diffusion4j.serving.grpc.GrpcServices} adds services and interceptors to any gRPC server:
 *
 * <pre>{@code
 * InProcessServerBuilder server = InProcessServerBuilder.forName("images");
 * services.addTo(server);
 * server.build().start();
 * services.begin(); // health is SERVING from now on
 * }</pre>
 *
 * <p>A call passes its interceptors in this order:
 *
 * <ol>
 *   <li>{@link io.diffusion4j.serving.observability.Tracing} records a span.
 *   <li>{@code CallInterceptor} gives the call an id and notifies the listeners when it ends.
 *   <li>{@code AccessInterceptor} authenticates the caller ({@link
 *       io.diffusion4j.serving.grpc.Callers}) and checks role and model ({@link
 *       io.diffusion4j.serving.grpc.Rights}).
 *   <li>Interceptors that an application binds.
 *   <li>{@code ErrorInterceptor} turns exceptions of the service into status codes.
 * </ol>
 *
 * <p>Then the service runs:
 *
 * <ul>
 *   <li>{@code GenerationGrpcService} resolves a request and attaches the caller to a job. {@link
 *       io.diffusion4j.serving.grpc.UnaryCollector} gathers its events into one response; {@code
 *       StreamOutbox} streams them with backpressure.
 *   <li>{@code EmbeddingGrpcService} embeds, ranks, classifies and searches. Each call is one
 *       {@code Errand} in the queue of the jobs.
 *   <li>{@code ModelGrpcService} lists the models that the caller may use.
 *   <li>{@link io.diffusion4j.serving.grpc.ServingHealth} reports the health of server, services
 *       and models.
 * </ul>
 *
 * <p>An application adds services and interceptors to the Guice sets of {@code BindableService} and
 * {@code ServerInterceptor}. {@link io.diffusion4j.serving.grpc.GrpcModule} binds the rest.
 *
 * <p>Deliberately absent: ports, TLS and HTTP, which are in {@link io.diffusion4j.serving.http},
 * and queueing and drawing, which are in {@link io.diffusion4j.serving.jobs}.
 */
@NullMarked
package io.diffusion4j.serving.grpc;

import org.jspecify.annotations.NullMarked;
