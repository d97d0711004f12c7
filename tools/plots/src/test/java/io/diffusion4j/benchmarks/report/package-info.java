/** Tests of measurements. */
@NullMarked
package io.diffusion4j.benchmarks.report;

import org.jspecify.annotations.NullMarked;
