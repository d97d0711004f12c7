/**
 * What the machine gives, as fractions of what it could give: one program measures the peak and
 * everything else in the same run.
 *
 * <p>Starting points: {@link io.diffusion4j.benchmarks.Bench}, the program; {@link
 * io.diffusion4j.benchmarks.NetworkCost}, which counts what a network computes.
 */
@NullMarked
package io.diffusion4j.benchmarks;

import org.jspecify.annotations.NullMarked;
