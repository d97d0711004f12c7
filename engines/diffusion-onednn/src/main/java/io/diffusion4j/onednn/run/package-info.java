/**
 * Networks compiled once and run often: primitives fuse the operations around convolutions and
 * matrix products, weights are packed once, and memory is planned once.
 *
 * <p>A compiled network is a list of steps, each divided into parts that threads take. The values
 * between the steps share one arena: two buffers overlap in memory only if no step needs both.
 *
 * <pre>{@code
 * var arena = new Arena();
 * Buffer first = arena.buffer(4096);
 * Buffer second = arena.buffer(4096);
 * Buffer third = arena.buffer(4096);
 * first.usedIn(0); // written by step 0,
 * first.usedIn(1); // read by step 1
 * second.usedIn(1);
 * second.usedIn(2);
 * third.usedIn(2);
 * long bytes = arena.place(); // 8192, as third has the place of first
 * }</pre>
 *
 * <h2>From a network to a program</h2>
 *
 * <ul>
 *   <li>{@link io.diffusion4j.onednn.run.Compiler} visits the layers from the outputs backwards.
 *       For a layer that it lacks, it throws an {@link io.diffusion4j.nn.UnsupportedLayerException}
 *       with the layer. {@code Fusion} finds the additions and activations that a product applies
 *       to its result before it writes it.
 *   <li>{@link io.diffusion4j.onednn.run.Lowering} and {@link
 *       io.diffusion4j.onednn.run.Convolutions} write a layer as {@link
 *       io.diffusion4j.onednn.run.Steps}; {@link io.diffusion4j.onednn.run.Primitives} creates the
 *       primitives of oneDNN. {@code Quantisation} adds the steps that make 8-bit integers.
 *   <li>{@link io.diffusion4j.onednn.run.PackedWeights} has each weight once, in the order that its
 *       primitive reads. {@link io.diffusion4j.onednn.run.KeptWeights} is the file from which a
 *       later start maps them.
 *   <li>{@link io.diffusion4j.onednn.core.Arena} assigns an offset to each buffer.
 *   <li>{@link io.diffusion4j.onednn.run.Program} runs the steps. {@code Relay} passes the parts to
 *       the threads, so that a descheduled thread does not hold up the others for a whole step.
 * </ul>
 *
 * <h2>Why results do not depend on the batch</h2>
 *
 * <p>The parts of a step are fixed when a network is compiled. In a large batch, the threads take
 * whole samples; for the rest, they share the parts of one sample. Both compute the same parts and
 * add the same numbers in the same order. There are as many parts as threads, so another number of
 * threads divides the steps differently.
 *
 * <p>Not here: gradients ({@code train}), and the choice of the layers that compute with integers
 * ({@link io.diffusion4j.nn.QuantisedLayers}). {@link io.diffusion4j.onednn.OneDnnEngine} connects
 * these types; programs use it by {@link io.diffusion4j.nn.engine.CompiledNetwork}.
 */
@NullMarked
package io.diffusion4j.onednn.run;

import org.jspecify.annotations.NullMarked;
