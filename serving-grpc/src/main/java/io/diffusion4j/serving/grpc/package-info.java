/**
 * The gRPC services of the contract {@code diffusion4j.v1} and the interceptors in front of them.
 * The same services answer remote calls and calls through an in-process channel, by which the HTTP
 * interfaces call them. {@link io.diffusion4j.serving.grpc.GrpcServices} adds services and
 * interceptors to any gRPC server:
 *
 * <pre>{@code
 * InProcessServerBuilder server = InProcessServerBuilder.forName("images");
 * services.addTo(server);
 * server.build().start();
 * services.begin(); // health is SERVING from now on
 * }</pre>
 *
 * <p>A call passes the span of {@link io.diffusion4j.serving.observability.Tracing}, {@code
 * CallInterceptor}, {@code AccessInterceptor}, the interceptors that an application binds, and
 * {@code ErrorInterceptor}, in this order.
 */
@NullMarked
package io.diffusion4j.serving.grpc;

import org.jspecify.annotations.NullMarked;
