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
 *
 * <p>{@link io.diffusion4j.openinference.InferenceGrpcService} implements the protocol: {@link
 * io.diffusion4j.openinference.RequestTensors} reads tensors, {@link
 * io.diffusion4j.openinference.Inference} makes a request of the contract for each prompt, {@link
 * io.diffusion4j.openinference.Draws} has them drawn together, and {@link
 * io.diffusion4j.openinference.Output} writes tensors. {@link
 * io.diffusion4j.openinference.InferenceApi} translates JSON, and tensors in binary form, to
 * messages of that service and back.
 *
 * <p>Deliberately absent: inputs that are images, since the protocol has no media types; streaming,
 * which is an extension of one server; and model repositories, as models are the operator's.
 */
@NullMarked
package io.diffusion4j.openinference;

import org.jspecify.annotations.NullMarked;
