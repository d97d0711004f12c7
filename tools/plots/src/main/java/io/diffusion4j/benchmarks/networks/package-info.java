/**
 * Speed and memory of networks: calls of a denoiser, steps of a training, and their cost by layer.
 *
 * <p>{@link io.diffusion4j.benchmarks.networks.NetworkCost} counts the arithmetic of a network, so
 * that times become fractions of {@link io.diffusion4j.benchmarks.networks.ConvolutionPeak}, the
 * fastest convolution of this machine. Peaks of memory are measured in processes of their own.
 */
@NullMarked
package io.diffusion4j.benchmarks.networks;

import org.jspecify.annotations.NullMarked;
