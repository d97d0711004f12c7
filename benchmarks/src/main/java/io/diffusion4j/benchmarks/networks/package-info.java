/** Measurements of networks: calls, training steps, memory, number of operations, and profiles. */
@NullMarked
package io.diffusion4j.benchmarks.networks;

import org.jspecify.annotations.NullMarked;
