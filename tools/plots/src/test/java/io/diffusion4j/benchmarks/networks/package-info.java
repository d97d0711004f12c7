/** Tests of measurements. */
@NullMarked
package io.diffusion4j.benchmarks.networks;

import org.jspecify.annotations.NullMarked;
