/**
 * Measurements of samplers: the arithmetic of a step, and how fast their error falls with the
 * steps.
 */
@NullMarked
package io.diffusion4j.benchmarks.samplers;

import org.jspecify.annotations.NullMarked;
