/**
 * Models in the process of an application: the generation service without a network.
 *
 * <pre>{@code
 * try (var local = LocalGeneration.open(Path.of("emoji/model"))) {
 *   var request = Requests.textToImage("a red apple").addSeeds(7).build();
 *   byte[] png = local.client().generate(request).images().get(0).png();
 * }
 * }</pre>
 *
 * <p>Open one instance per application and share it: it is thread-safe and holds the networks and
 * threads until it is closed. Closing stops running requests before their next step. To draw
 * without the service, open an {@code ImagePipeline} by {@link
 * io.diffusion4j.pipeline.OpenPipeline} instead.
 */
@NullMarked
package io.diffusion4j.local;

import org.jspecify.annotations.NullMarked;
