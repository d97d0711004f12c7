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
 * <p>The parts of a step are fixed when a network is compiled. In a large batch, the threads take
 * whole samples; for the rest, they share the parts of one sample. Both compute the same parts and
 * add the same numbers in the same order. There are as many parts as threads, so another number of
 * threads divides the steps differently.
 */
@NullMarked
package io.diffusion4j.onednn.run;

import org.jspecify.annotations.NullMarked;
