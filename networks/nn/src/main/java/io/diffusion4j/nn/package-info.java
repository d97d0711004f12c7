/**
 * Networks as data: a vocabulary of layers, and networks that are written in it without an engine.
 *
 * <p>A {@link io.diffusion4j.nn.NetworkDefinition} is a forward pass, written as a method that
 * calls {@link io.diffusion4j.nn.Nn}. It runs once, on symbolic tensors. Each call records a {@link
 * io.diffusion4j.nn.Layer}; the recording is a {@link io.diffusion4j.nn.Network} with layers,
 * shapes, and parameters under their checkpoint keys.
 *
 * <pre>{@code
 * NetworkDefinition definition =
 *     (nn, inputs) -> {
 *       var x = nn.input(inputs.floats("x", 16));
 *       var hidden = nn.silu(nn.at("hidden").linear(x, 32));
 *       return List.of(nn.output(nn.at("out").linear(hidden, 4)));
 *     };
 * Network network = Network.of(definition); // parameters: hidden.weight, hidden.bias, out.weight, ...
 * }</pre>
 *
 * <p>Since a network is data, code can inspect and rewrite it before an engine compiles it.
 *
 * <p>There is no control flow that depends on values, and no shape that depends on values except
 * the batch size: a definition with an {@code if} on a shape is fine, one on an activation is
 * impossible. A new operation is a new record in {@link io.diffusion4j.nn.Layer}. The build fails
 * until the interpreter and every engine handle it or refuse it.
 */
@NullMarked
package io.diffusion4j.nn;

import org.jspecify.annotations.NullMarked;
