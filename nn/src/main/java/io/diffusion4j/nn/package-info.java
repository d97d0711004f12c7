/**
 * Networks as data: a vocabulary of layers, and networks that are written in it without an engine.
 *
 * <p>A {@link io.diffusion4j.nn.NetworkDefinition} is a forward pass. It is run once, and records
 * what it asks for as a {@link io.diffusion4j.nn.Network}: layers, shapes, and parameters by their
 * checkpoint keys.
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
 * <p>{@link io.diffusion4j.nn.Nn} is the vocabulary, and {@link io.diffusion4j.nn.Layer} defines
 * the meaning of each of its words. A {@link io.diffusion4j.nn.Tensor} is a value while the
 * definition runs: a shape in which the batch is unknown, and a role. Activations are computed in
 * the precision of the engine; numbers, such as inputs, masks and losses, always in float32.
 *
 * <p>Engines compile a network in {@code io.diffusion4j.nn.engine}; {@code io.diffusion4j.nn.train}
 * trains it with a loss of the same vocabulary; {@code io.diffusion4j.nn.reference} is its meaning
 * in plain Java. A new layer is a record in {@link io.diffusion4j.nn.Layer}: it does not compile
 * until the interpreter and every engine handle it or refuse it.
 *
 * <p>Values are not here: {@code io.diffusion4j.nn.weights} has those of parameters, and a {@link
 * io.diffusion4j.nn.Batch} those of inputs.
 */
@NullMarked
package io.diffusion4j.nn;

import org.jspecify.annotations.NullMarked;
