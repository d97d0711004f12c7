/**
 * The web page of the service, and its HTTP API.
 *
 * <p>{@link io.diffusion4j.web.WebModule} adds two things to a server's port: the page at {@code
 * /}, which consists of static files of the class path, and the routes under {@code /api/} that the
 * page calls.
 *
 * <pre>
 *   curl -N localhost:50051/api/generate -H 'Content-Type: application/json' \
 *       -d '{"textToImage": {"prompt": {"text": "a red apple"}}}'
 * </pre>
 *
 * <p>{@code POST /api/generate} takes a {@code GenerateImagesRequest} as JSON and responds with
 * server-sent events, {@code GET /api/models} lists the models. The page loads nothing from other
 * hosts.
 *
 * <p>A request that fails before its first event has an HTTP status with the service's error; a
 * later failure ends the stream with an event {@code error}. Few events are buffered for a slow
 * reader, and previews are dropped first. A client that disconnects cancels its request. Calls pass
 * the same checks, tokens, quotas and queue as those over gRPC.
 *
 * <p>If the server requires a token, the user enters it on the page, which keeps it until the tab
 * is closed.
 *
 * <p>The page has no server-side state of its own: recipes, history and the ids of jobs are kept in
 * the browser; the jobs themselves belong to {@code JobService}, if the server has it. Programs on
 * the JVM use {@code io.diffusion4j.client} instead.
 */
@NullMarked
package io.diffusion4j.web;

import org.jspecify.annotations.NullMarked;
