/**
 * The web page of the service, and its HTTP API.
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
 */
@NullMarked
package io.diffusion4j.web;

import org.jspecify.annotations.NullMarked;
