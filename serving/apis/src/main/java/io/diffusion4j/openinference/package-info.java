/**
 * The Open Inference Protocol, version 2 (KServe), for clients and gateways that use it with every
 * model server.
 *
 * <p>{@link io.diffusion4j.openinference.OpenInferenceModule} adds the protocol to a server's port,
 * over HTTP under {@code /v2} and over gRPC as {@code inference.GRPCInferenceService}:
 *
 * <pre>{@code
 * Injector injector =
 *     Guice.createInjector(serving, new OpenInferenceModule()); // beside a ServingModule
 * }</pre>
 *
 * <pre>
 *   curl localhost:50051/v2/models/emoji/infer -H 'Content-Type: application/json' -d '{
 *     "inputs": [{"name": "prompt", "datatype": "BYTES", "shape": [1], "data": ["a red apple"]}],
 *     "outputs": [{"name": "image", "parameters": {"format": "png"}}]}'
 * </pre>
 *
 * <p>A model takes tensors by name: {@code prompt}, with an element for each text, and optionally
 * {@code negative_prompt}, {@code seed}, {@code image_count}, {@code steps}, {@code
 * guidance_scale}, {@code sampler}, {@code width} and {@code height}. It returns {@code image},
 * pixels {@code [N, H, W, 3]} or PNG files {@code [N]}, and {@code recipe}. The images of the first
 * prompt come first.
 */
@NullMarked
package io.diffusion4j.openinference;

import org.jspecify.annotations.NullMarked;
