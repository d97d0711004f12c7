/**
 * Networks trained on a tape of kernels: each layer records its forward and its backward kernel,
 * and a step plays the tape in both directions.
 *
 * <p>{@code TapeCompiler} puts a network on a {@code Tape}; {@code OneDnnLearner} plays it, sums
 * gradients over threads and updates the weights by AdamW or Muon.
 */
@NullMarked
package io.diffusion4j.onednn.train;

import org.jspecify.annotations.NullMarked;
