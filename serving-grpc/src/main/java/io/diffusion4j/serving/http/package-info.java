/**
 * The one port of a server: gRPC, gRPC-Web, JSON and further HTTP interfaces.
 *
 * <p>{@link io.diffusion4j.serving.http.HttpPort} opens the port before the models are loaded, and
 * serves once they are. Decorators end requests that arrive too slowly and responses that nobody
 * reads. An {@link io.diffusion4j.serving.http.HttpFace} adds an HTTP interface of its own; {@link
 * io.diffusion4j.serving.http.HttpFault} and {@link io.diffusion4j.serving.http.ProtoJson} give it
 * the errors and messages of the contract as JSON.
 */
@NullMarked
package io.diffusion4j.serving.http;

import org.jspecify.annotations.NullMarked;
