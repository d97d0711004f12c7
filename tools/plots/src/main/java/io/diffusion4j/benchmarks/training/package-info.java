/**
 * What a training waits for: pictures that are read and embedded, and sums between processes.
 *
 * <p>Pictures are read from generated shards in processes of their own, so that caches of the page
 * and of Java are known. {@link io.diffusion4j.benchmarks.training.ClusterBench} starts groups of
 * processes and relates the time of their sums to that of whole steps.
 */
@NullMarked
package io.diffusion4j.benchmarks.training;

import org.jspecify.annotations.NullMarked;
