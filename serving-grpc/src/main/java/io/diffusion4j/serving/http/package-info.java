/**
 * The port of a server: gRPC, gRPC-Web, JSON and further HTTP interfaces, over HTTP/2 and HTTP/1. A
 * second port is for operators. An {@link io.diffusion4j.serving.http.HttpApi} adds routes, which
 * call the services through a channel within the process; one in JSON extends {@link
 * io.diffusion4j.serving.http.JsonApi}:
 *
 * <pre>{@code
 * HttpApi version =
 *     (server, service) -> server.service("/version", (ctx, request) -> HttpResponse.of("1.0"));
 * }</pre>
 *
 * <p>A request passes these guards, in this order: {@code ConnectionGuard}; {@code HeaderGuard};
 * {@code HeaderAccess}, which authenticates before any byte of the body is read; {@code BodyGuard};
 * and, while the response is sent, {@code StalledReaders}. Permissions, quotas and the fields of a
 * request are checked later, in {@code grpc} and {@code request}. A refused request gets the form
 * that its client expects: a gRPC status, or JSON.
 *
 * <p>A server within the process opens no port and loads no class of Armeria.
 */
@NullMarked
package io.diffusion4j.serving.http;

import org.jspecify.annotations.NullMarked;
