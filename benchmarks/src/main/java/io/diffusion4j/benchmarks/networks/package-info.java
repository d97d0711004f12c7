/** Measurements of networks: calls, training steps, memory, cost in operations, and profiles. */
@NullMarked
package io.diffusion4j.benchmarks.networks;

import org.jspecify.annotations.NullMarked;
