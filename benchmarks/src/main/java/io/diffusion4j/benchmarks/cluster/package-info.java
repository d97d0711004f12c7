/** What training in several processes costs: sums between them, and steps with their phases. */
@NullMarked
package io.diffusion4j.benchmarks.cluster;

import org.jspecify.annotations.NullMarked;
