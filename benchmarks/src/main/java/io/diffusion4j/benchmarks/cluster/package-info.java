/** The cost of training in several processes: sums between them, and steps with their phases. */
@NullMarked
package io.diffusion4j.benchmarks.cluster;

import org.jspecify.annotations.NullMarked;
