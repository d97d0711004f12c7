/**
 * Networks and their gradients in plain Java and double precision.
 *
 * <p>{@link io.diffusion4j.nn.reference.Interpreter} evaluates a network layer by layer, in the
 * loops that the Javadoc of {@link io.diffusion4j.nn.Layer} describes, and differentiates it in
 * reverse. It has two uses. Engines that compile only the network leave the small loss behind it to
 * the interpreter, and tests compare every engine with it.
 *
 * <pre>{@code
 * var interpreter = new Interpreter(network, Set.of("x")); // differentiable with respect to x
 * var evaluation = interpreter.evaluate(new Batch(rows).floats("x", x), parameters);
 * Tensor output = network.outputs().get(0);
 * double[] values = evaluation.value(output);
 * evaluation.differentiate(Map.of(output, new double[values.length]));
 * double[] gradient = evaluation.byInput("x");
 * }</pre>
 *
 * <p>The code is written to be read and is far too slow for whole networks. Main code contains the
 * layers of losses only; tests add the others.
 */
@NullMarked
package io.diffusion4j.nn.reference;

import org.jspecify.annotations.NullMarked;
