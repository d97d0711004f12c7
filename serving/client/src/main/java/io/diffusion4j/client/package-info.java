/**
 * A client of the generation service {@code diffusion4j.v1}.
 *
 * <pre>{@code
 * try (var client = GenerationClient.connect("localhost:50051")) {
 *   var request = Requests.textToImage("a red apple").addSeeds(7).build();
 *   Generation generation = client.generate(request, p -> System.out.println(p.getStep()));
 *   Files.write(Path.of("apple.png"), generation.images().get(0).png());
 * }
 * }</pre>
 *
 * <ul>
 *   <li>{@link io.diffusion4j.client.Requests} has a factory method for each common task. It
 *       returns the builder of the protobuf message, so every field of the contract can be set.
 *   <li>{@link io.diffusion4j.client.GenerationClient} reassembles the chunks of a response,
 *       verifies them by their digests and reports progress.
 *   <li>{@link io.diffusion4j.client.EmbeddingClient} embeds, classifies and searches.
 *   <li>{@link io.diffusion4j.client.Connection} has TLS and the bearer token; {@link
 *       io.diffusion4j.client.Recipes} reads the recipe in a PNG file.
 * </ul>
 *
 * <p>Every refusal or failure is a {@link io.diffusion4j.client.GenerationException} with one
 * readable line and the gRPC status code. Clients are thread-safe: open one per server and share
 * it. Interrupting the calling thread cancels its request.
 *
 * <p>The module depends on gRPC and Protocol Buffers only and knows nothing of networks. There are
 * no automatic retries of requests.
 */
@NullMarked
package io.diffusion4j.client;

import org.jspecify.annotations.NullMarked;
