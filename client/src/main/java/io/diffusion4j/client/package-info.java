/**
 * A client of the generation service {@code diffusion4j.v1}.
 *
 * <p>{@link io.diffusion4j.client.Requests} builds a request, {@link
 * io.diffusion4j.client.GenerationClient} sends it and assembles the response:
 *
 * <pre>{@code
 * try (var client = GenerationClient.connect("localhost:50051")) {
 *   var request = Requests.textToImage("a red apple").setImageCount(4).addSeeds(7).build();
 *   for (Generation.Picture picture : client.generate(request).images()) {
 *     Files.write(Path.of("apple.png"), picture.png());
 *   }
 * }
 * }</pre>
 *
 * <p>A {@link io.diffusion4j.client.Connection} adds TLS and a token. Every failure is a {@link
 * io.diffusion4j.client.GenerationException} with the status code of gRPC and a message for people.
 * Messages of the contract, such as the request, are the generated types in {@code
 * io.diffusion4j.serving.v1}; there is no second set of types around them.
 *
 * <p>This module brings gRPC and Protocol Buffers and nothing of a server, so that it fits into any
 * application.
 */
@NullMarked
package io.diffusion4j.client;

import org.jspecify.annotations.NullMarked;
