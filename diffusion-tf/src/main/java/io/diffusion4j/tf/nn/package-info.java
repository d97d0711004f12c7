/**
 * The layers networks are written in, with parameters named by their checkpoint path.
 *
 * <p>Starting points: {@link io.diffusion4j.tf.nn.Nn}, the vocabulary; {@link
 * io.diffusion4j.tf.nn.Weights}, which decides where parameters come from.
 */
@NullMarked
package io.diffusion4j.tf.nn;

import org.jspecify.annotations.NullMarked;
