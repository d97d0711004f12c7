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
