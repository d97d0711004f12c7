/**
 * Networks compiled once and run often: primitives fuse the operations around convolutions and
 * matrix products, weights are packed once, and memory is planned once.
 *
 * <p>{@code Compiler} turns layers into {@code Steps}, {@code Lowering} spells each layer in oneDNN
 * primitives, {@code Arena} places the buffers, and a {@code Program} runs the steps on slots of
 * memory, one per thread. {@code Quantisation} adds the steps that make 8-bit integers.
 */
@NullMarked
package io.diffusion4j.onednn.run;

import org.jspecify.annotations.NullMarked;
