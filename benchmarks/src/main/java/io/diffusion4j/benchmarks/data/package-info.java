/** Measurements of reading and embedding pictures: throughput and memory. */
@NullMarked
package io.diffusion4j.benchmarks.data;

import org.jspecify.annotations.NullMarked;
