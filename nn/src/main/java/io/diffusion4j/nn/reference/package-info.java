/**
 * Networks and their gradients in plain Java and double precision.
 *
 * <p>{@link io.diffusion4j.nn.reference.Interpreter} evaluates a network layer by layer, in the
 * loops that the Javadoc of {@link io.diffusion4j.nn.Layer} describes. It has two uses: engines
 * that compile only the network leave the small loss behind it to the interpreter, and tests
 * compare every engine with it.
 *
 * <pre>{@code
 * var interpreter = new Interpreter(network, Set.of("x"));
 * var evaluation = interpreter.evaluate(new Batch(rows).floats("x", x), parameters);
 * }</pre>
 *
 * <p>Main code contains the layers of losses only; tests add the others. The code is written to be
 * read and is far too slow for whole networks.
 */
@NullMarked
package io.diffusion4j.nn.reference;

import org.jspecify.annotations.NullMarked;
