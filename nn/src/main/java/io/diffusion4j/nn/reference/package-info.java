/**
 * The meaning of each layer in plain Java.
 *
 * <p>{@link io.diffusion4j.nn.reference.Interpreter} computes a {@link io.diffusion4j.nn.Network}
 * and its gradients in double precision, with loops that follow the Javadoc of {@link
 * io.diffusion4j.nn.Layer}. Engines are tested against it, and it evaluates losses for engines that
 * compute the network alone. It is not for running networks: it is slow where there are matrices.
 */
@NullMarked
package io.diffusion4j.nn.reference;

import org.jspecify.annotations.NullMarked;
