/**
 * Networks as TorchScript archives, which libtorch loads without Python.
 *
 * <pre>{@code
 * var network = Network.of(definition);
 * TorchScript.of(network, weights, TorchPrecision.BFLOAT16).write(Path.of("network.pt"));
 * }</pre>
 *
 * <p>An archive is a zip file with three parts: a class with a method {@code forward} in the subset
 * of Python that TorchScript compiles, the object of this class as a pickle, and the values of its
 * tensors. {@link io.diffusion4j.benchmarks.torchscript.TorchScript} writes it from the layers of a
 * network, so no run is recorded and no weights are in memory except the tensor being written.
 *
 * <ul>
 *   <li>{@code Translation} has a method for each layer, so a new layer does not compile until it
 *       is translated here. A line of Python assigns each layer's output.
 *   <li>{@code Expression} is such an output in the types in which it is read.
 *   <li>{@code Pickle} writes the few opcodes of Python's protocol 2 that an object of tensors
 *       needs.
 *   <li>{@link io.diffusion4j.benchmarks.torchscript.TorchPrecision} is the type of weights and
 *       activations.
 * </ul>
 *
 * <p>Inputs and outputs have the names, order and axes of the network: float32 or int64, images
 * {@code [B, H, W, C]}. Inside, such an image is a view of PyTorch's <i>channels last</i> layout,
 * so convolutions read and write it without a copy. Casts to bfloat16 are part of the network.
 * Masks, normalisations and softmax have the types that libtorch uses after {@code
 * module.to(bfloat16)}.
 *
 * <p>The package is used only by {@link io.diffusion4j.benchmarks.peers.PeersBench}, to measure
 * what libtorch needs for the same networks. For other runtimes, export networks as ONNX ({@code
 * io.diffusion4j.onnx}). Reading of torch files is in {@code io.diffusion4j.checkpoint}.
 */
@NullMarked
package io.diffusion4j.benchmarks.torchscript;

import org.jspecify.annotations.NullMarked;
