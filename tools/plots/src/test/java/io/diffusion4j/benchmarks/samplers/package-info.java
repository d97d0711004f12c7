/** Tests of measurements. */
@NullMarked
package io.diffusion4j.benchmarks.samplers;

import org.jspecify.annotations.NullMarked;
