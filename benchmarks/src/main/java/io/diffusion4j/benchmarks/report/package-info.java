/** The rows of a measurement, their figures, and the table they are printed in. */
@NullMarked
package io.diffusion4j.benchmarks.report;

import org.jspecify.annotations.NullMarked;
