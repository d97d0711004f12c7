/**
 * Models in the process of an application: the generation service without a network.
 *
 * <p>{@link io.diffusion4j.local.LocalGeneration} loads a model folder and accepts the requests of
 * the service, with the same checks, queue and recipes.
 *
 * <pre>{@code
 * try (var local = LocalGeneration.open(Path.of("emoji/model"))) {
 *   var request = Requests.textToImage("a red apple").addSeeds(7).build();
 *   byte[] png = local.client().generate(request).images().get(0).png();
 * }
 * }</pre>
 *
 * <ul>
 *   <li>{@link io.diffusion4j.local.LocalModels} loads several models, with a choice of number
 *       format and residency, and can also start a real server.
 *   <li>{@link io.diffusion4j.local.LocalServer} serves model folders as the settings of a server
 *       describe it: with tokens, indices, filters and a port for operators.
 *   <li>{@link io.diffusion4j.local.LiveModels} loads and unloads models of a running server.
 *   <li>{@link io.diffusion4j.local.ServedModel} is a folder with its name and number format.
 *   <li>{@link io.diffusion4j.local.PackagedModel} unpacks a model from a jar of the class path.
 * </ul>
 *
 * <p>Open one instance per application and share it: it is thread-safe and holds the networks and
 * threads until it is closed. Closing stops running requests before their next step. To draw
 * without the service, open an {@code ImagePipeline} by {@link
 * io.diffusion4j.pipeline.OpenPipeline} instead.
 */
@NullMarked
package io.diffusion4j.local;

import org.jspecify.annotations.NullMarked;
