/**
 * The services of the contract, behind their interceptors.
 *
 * <p>{@link io.diffusion4j.serving.grpc.GrpcServices} adds the generation, embedding, model and
 * health services to a server, in-process or on a port. Interceptors identify the call,
 * authenticate the caller and turn exceptions into errors of the contract. An HTTP face that calls
 * the services for a client passes that client's token on with {@link
 * io.diffusion4j.serving.grpc.Credentials}.
 */
@NullMarked
package io.diffusion4j.serving.grpc;

import org.jspecify.annotations.NullMarked;
