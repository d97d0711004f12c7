/**
 * The port of a server: gRPC, gRPC-Web, JSON and further HTTP interfaces, over HTTP/2 and HTTP/1.
 *
 * <p>{@link io.diffusion4j.serving.http.HttpPort} accepts connections and serves all interfaces on
 * one port. {@link io.diffusion4j.serving.http.AdminPort} is a second port for operators, with its
 * own threads. An {@link io.diffusion4j.serving.http.HttpFace} adds routes to the first:
 *
 * <pre>{@code
 * HttpFace version =
 *     (server, service) -> server.service("/version", (ctx, request) -> HttpResponse.of("1.0"));
 * }</pre>
 *
 * <p>Bind a face in the set of {@code HttpFace}s of {@link io.diffusion4j.serving.ServingModule}.
 * The parameter {@code service} is a channel to the gRPC services within the process. A face that
 * calls them through it gets the same checks, queue and quotas as a remote client. {@link
 * io.diffusion4j.serving.http.HttpFault} turns a failed call into an HTTP response, and {@link
 * io.diffusion4j.serving.http.ProtoJson} a message into JSON.
 *
 * <p>A request passes these checks, in this order:
 *
 * <ol>
 *   <li>The rate limit of its address, its host name, its binary headers and its origin.
 *   <li>Authentication by the {@code authorization} header, before any byte of the body is read.
 *   <li>The memory budget for request bodies, and the time limit for receiving the request.
 *   <li>While the response is sent: a limit on the time in which the client reads nothing.
 * </ol>
 *
 * <p>Permissions, quotas and the fields of a request are checked later, in {@code grpc} and {@code
 * request}. A refused request gets the form that its client expects: a gRPC status, or JSON.
 *
 * <p>A server within the process ({@link io.diffusion4j.serving.DiffusionServer#startInProcess})
 * opens no port and loads no class of Armeria.
 *
 * <p>Deliberately absent: static files and pages, which are faces of their own modules, and a
 * second port for plaintext beside TLS.
 */
@NullMarked
package io.diffusion4j.serving.http;

import org.jspecify.annotations.NullMarked;
