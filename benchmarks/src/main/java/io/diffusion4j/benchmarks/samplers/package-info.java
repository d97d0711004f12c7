/**
 * Measurements of samplers: the arithmetic of a step, and the decrease of the error with the number
 * of steps.
 */
@NullMarked
package io.diffusion4j.benchmarks.samplers;

import org.jspecify.annotations.NullMarked;
