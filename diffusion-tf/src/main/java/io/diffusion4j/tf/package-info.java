/**
 * Networks on TensorFlow: compiled for inference, asked through {@link
 * io.diffusion4j.diffusion.denoiser.Denoiser}.
 *
 * <p>Starting points: {@link io.diffusion4j.tf.Network}, what a model is; {@link
 * io.diffusion4j.tf.CompiledNetwork}, a model with its weights, ready to run.
 */
@NullMarked
package io.diffusion4j.tf;

import org.jspecify.annotations.NullMarked;
